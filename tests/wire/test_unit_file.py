# SPDX-License-Identifier: GPL-2.0-or-later
"""The systemd unit: systemd understands it, and what a server needs is in it."""

import shutil
import subprocess

import pytest


@pytest.fixture(params=["yes", ""], ids=["with libsystemd", "without"])
def unit(request, top, tmp_path):
    """(the unit's text, whether l2tpd tells systemd that it is ready)"""
    subprocess.run(["make", "-s", "-C", top, f"B={tmp_path}", f"HAVE_SYSTEMD={request.param}",
                    f"SBINDIR={tmp_path}", f"{tmp_path}/l2tpd.service"], check=True)
    return (tmp_path / "l2tpd.service").read_text(), bool(request.param)


def test_watchdog_needs_the_library(unit):
    text, tells = unit
    assert ("\nType=notify\n" in text) == tells
    assert ("\nWatchdogSec=" in text) == tells
    assert "@" not in text.replace("@SYSCONFDIR@", "")


@pytest.mark.parametrize("line", [
    "TasksMax=infinity",            # a pppd for each call
    "OOMPolicy=continue",           # a killed pppd is one call
    "StartLimitIntervalSec=0",      # an address may come late
    "RestartPreventExitStatus=2 6",
])
def test_what_a_server_needs(unit, line):
    assert f"\n{line}\n" in unit[0]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
def test_systemd_understands_it(unit, tmp_path):
    program = tmp_path / "l2tpd"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", tmp_path / "l2tpd.service"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert "l2tpd.service" not in done.stdout and done.returncode == 0, done.stdout
