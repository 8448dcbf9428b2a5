# SPDX-License-Identifier: GPL-2.0-or-later
"""Fixtures of the tests that need root and a kernel with L2TP.

Everything that a test starts or makes is gone when it ends.
"""

import os
import pathlib
import re
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

# pylint: disable=unused-import,wrong-import-position
import lab  # noqa: E402
import lab.l2tpd  # noqa: E402
from lab.fixtures import (  # noqa: E402, F401
    build, logs, plugin, pytest_runtest_makereport, top)

# A kernel of our own: what it complains about is ours as well.
OWN_KERNEL = bool(os.environ.get("L2TPD_VM"))
COMPLAINTS = re.compile(
    r"BUG:|WARNING:|Oops|general protection fault|unregister_netdevice: waiting|"
    r"refcount_t:|blocked for more than|self-detected stall")

# Who may run PPP for an lns: tests of the mark "backends" run with each, or with that of the environment.
BACKENDS = os.environ.get("L2TPD_BACKENDS", "pppd builtin").split()

serial = 0


def pytest_configure(config):
    config.addinivalue_line("markers", "backends: PPP at the server's end, whoever runs it there")
    config.addinivalue_line("markers", "pppd: of those, one that is about the server's pppd itself")
    config.addinivalue_line("markers", "any_kernel: neither the kernel nor pppd makes a difference: one run is enough")


def pytest_generate_tests(metafunc):
    if metafunc.definition.get_closest_marker("backends"):
        only = metafunc.definition.get_closest_marker("pppd")
        metafunc.parametrize("backend", [b for b in BACKENDS if b == "pppd" or not only], indirect=True)


def pytest_collection_modifyitems(config, items):
    """L2TPD_SHARE=1/2: of the tests marked any_kernel every second one; the other run has the others."""
    share, _, runs = os.environ.get("L2TPD_SHARE", "").partition("/")
    if not share:
        return
    free = [i for i in items if i.get_closest_marker("any_kernel")]
    elsewhere = [i for n, i in enumerate(free) if n % int(runs) != int(share) - 1]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [i for i in items if i not in elsewhere]


@pytest.fixture(autouse=True)
def backend(request, monkeypatch):
    """Who runs PPP for the lns sections of the test's daemons: "pppd", or "builtin"."""
    name = getattr(request, "param", "pppd")
    monkeypatch.setattr(lab.l2tpd.L2tpd, "backend", name)
    return name


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
