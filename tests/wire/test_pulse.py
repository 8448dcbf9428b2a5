# SPDX-License-Identifier: GPL-2.0-or-later
"""A process that hangs is found and replaced, and systemd's watchdog is fed."""

import os
import signal
import socket

import pytest

import lab
from lab.l2tpd import L2tpd

CONFIG = 'hang-timeout = 1\nppp "x" { backend = "none" }\n'


@pytest.fixture
def daemon(processes, build):
    return L2tpd(processes, build, None, "l2tpd")


@pytest.mark.parametrize("name", ["engine", "aaa"])
def test_hung_process(daemon, name):
    daemon.start(CONFIG, "--dataplane", "null")
    old = daemon.role(name)
    os.kill(old, signal.SIGSTOP)
    daemon.process.wait_for(f"the {name} process has not answered for 1 s and is killed")
    daemon.process.wait_for(f"the {name} process died with signal 9 of ours, for it was hung; another starts in 1 s")
    lab.wait_until(lambda: daemon.role(name) not in (old, None), "another in its place")
    lab.wait_until(lambda: daemon.status(), "it to serve")
    assert daemon.stop() == 0


def test_watchdog(daemon, tmp_path):
    """It is told that we live as long as our processes do."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.settimeout(lab.process.DEADLINE)
        s.bind(str(tmp_path / "notify"))
        # Without WATCHDOG_PID it is for whoever finds it.
        daemon.start(CONFIG, "--dataplane", "null", env={
            "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"})
        told = []
        while told.count("WATCHDOG=1") < 3:
            told += s.recv(4096).decode().splitlines()
        assert "READY=1" in told
