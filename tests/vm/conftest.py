# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests that need root and a kernel with L2TP.

Everything that a test starts or makes is gone when it ends, and the logs of
its processes are in a folder of its own; those of a failed test are printed.
"""

import os
import pathlib
import re
import shutil
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests"))

import lab  # noqa: E402  (after the path that holds it)

BUILD = pathlib.Path(os.environ.get("L2TPD_BUILD", TOP / "build")).resolve()
OUT = pathlib.Path(os.environ.get("L2TPD_OUT", BUILD / "results" / "vm"))
# A kernel of our own: what it complains about is ours as well.
OWN_KERNEL = bool(os.environ.get("L2TPD_VM"))
COMPLAINTS = re.compile(
    r"BUG:|WARNING:|Oops|general protection fault|unregister_netdevice: waiting|"
    r"refcount_t:|blocked for more than|self-detected stall")
LOG_LINES = 60

serial = 0


@pytest.fixture(scope="session")
def top():
    """The top of the source tree."""
    return TOP


@pytest.fixture(scope="session")
def build():
    """Where the programs were built."""
    return BUILD


@pytest.fixture
def logs(request):
    """The folder of this test's logs."""
    module = request.node.path.stem.removeprefix("test_")
    folder = OUT / re.sub(r"[^\w.-]+", "_", f"{module}.{request.node.name.removeprefix('test_')}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    request.node.stash[LOGS] = folder
    return folder


@pytest.fixture
def net():
    """lab.Network: namespaces and links, removed at the end."""
    global serial
    serial += 1
    network = lab.Network(f"l2tpd{os.getpid()}-{serial}")
    yield network
    network.close()


@pytest.fixture
def processes(net, logs, kernel_log):
    """lab.Processes: started by the test, and ended before its namespaces go."""
    started = lab.Processes(str(logs))
    yield started
    started.close()


@pytest.fixture
def pair(net):
    """Two namespaces that are joined: their two ends."""
    return net.link(net.namespace("a"), net.namespace("b"))


@pytest.fixture
def kernel_log(logs):
    """What the kernel said during the test; a complaint of its fails the test."""
    fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.lseek(fd, 0, os.SEEK_END)
    yield
    said = []
    while True:
        try:
            said.append(os.read(fd, 8192).decode(errors="replace").partition(";")[2])
        except BlockingIOError:
            break
        except BrokenPipeError:   # overwritten before it was read
            continue
    os.close(fd)
    text = "".join(said)
    (logs / "kernel.log").write_text(text)
    if OWN_KERNEL:
        assert not COMPLAINTS.search(text), "the kernel complained:\n" + text


LOGS = pytest.StashKey()


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
