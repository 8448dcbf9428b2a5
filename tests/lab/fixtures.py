# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures that tests of whole programs share; a conftest.py imports them.

The logs of a test's processes are in a folder of its own; those of a failed
test are printed.
"""

import os
import pathlib
import re
import shutil

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("L2TPD_BUILD", TOP / "build")).resolve()
OUT = pathlib.Path(os.environ.get("L2TPD_OUT", BUILD / "results" / "out"))
PLUGIN = pathlib.Path(os.environ.get("L2TPD_PLUGIN", BUILD / "l2tpd.so"))
LOG_LINES = 60
LOGS = pytest.StashKey()


@pytest.fixture(scope="session")
def top():
    """The top of the source tree."""
    return TOP


@pytest.fixture(scope="session")
def build():
    """Where the programs were built."""
    return BUILD


@pytest.fixture(scope="session")
def plugin():
    """The plugin that fits the pppd that is installed here."""
    return PLUGIN


@pytest.fixture
def logs(request):
    """The folder of this test's logs."""
    module = request.node.path.stem.removeprefix("test_")
    name = request.node.name.removeprefix("test_")
    folder = OUT / re.sub(r"[^\w.-]+", "_", f"{module}.{name}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    request.node.stash[LOGS] = folder
    return folder


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    folder = item.stash.get(LOGS, None)
    if not report.failed or not folder:
        return
    for path in sorted(folder.rglob("*.log")):
        lines = path.read_text(errors="replace").splitlines()
        if lines:
            name = str(path.relative_to(folder))
            report.sections.append((f"end of {name}", "\n".join(lines[-LOG_LINES:])))
