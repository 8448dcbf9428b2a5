# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests that run l2tpd on loopback with the null data plane.

They need neither root nor a kernel with L2TP.
"""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=unused-import,wrong-import-position
import lab  # noqa: E402
from lab.fixtures import (  # noqa: E402, F401
    build, logs, plugin, pytest_runtest_makereport, top)


@pytest.fixture
def processes(logs):
    """lab.Processes: started by the test, ended with it."""
    started = lab.Processes(str(logs))
    yield started
    started.close()
