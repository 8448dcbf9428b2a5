# SPDX-License-Identifier: GPL-2.0-or-later
"""The unit under systemd itself: what it confines l2tpd to is enough, and its watchdog works.

Another systemd than the machine's, the first process of a namespace of its own.
"""

import os
import signal
import subprocess

import pytest

import lab

SYSTEMD = "/lib/systemd/systemd"
HOME = "/run/unit"          # of the namespace's own /run: PrivateTmp hides /tmp, where the build may be

CONFIG = """
listen { address = "127.0.0.1" }
lns "isp" { ppp = "isp" }
ppp "isp" { local-address = "10.64.0.1" pool = { "10.64.0.0/24" } }
"""
DROP_IN = f"""
[Unit]
DefaultDependencies=no
[Service]
ExecStart=
ExecStart={HOME}/l2tpd --foreground --plugin {HOME}/l2tpd.so --file {HOME}/etc/l2tpd/l2tpd.conf
StandardError=append:{HOME}/log
WatchdogSec=10
RestartSec=1
"""
TARGET = "[Unit]\nDefaultDependencies=no\nWants=l2tpd.service\n"
FIRST = """
mount -t proc proc /proc
mount -t tmpfs -o mode=755 run /run
umount -l /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p /run/systemd/system/l2tpd.service.d "$1/etc/l2tpd"
cp "$2"/l2tpd "$3" "$1"
cp "$4"/l2tpd.conf "$1/etc/l2tpd"
cp "$4"/l2tpd.service "$4"/unit.target /run/systemd/system
cp "$4"/drop-in.conf /run/systemd/system/l2tpd.service.d
export container=test
exec /lib/systemd/systemd --unit=unit.target --log-target=console
"""

pytestmark = [
    pytest.mark.any_kernel,
    pytest.mark.skipif(not os.environ.get("L2TPD_VM") or not os.path.exists(SYSTEMD),
                       reason="wants systemd, and a machine of its own"),
]


@pytest.fixture
def unit(top, build, plugin, tmp_path, processes):
    """The path of the l2tpd's log, as seen from here; its systemd runs."""
    subprocess.run(["make", "-s", "-C", top, f"B={tmp_path}", f"SBINDIR={HOME}", f"SYSCONFDIR={HOME}/etc",
                    f"{tmp_path}/l2tpd.service"], check=True)
    for name, text in (("l2tpd.conf", CONFIG), ("drop-in.conf", DROP_IN), ("unit.target", TARGET)):
        (tmp_path / name).write_text(text)
    # A cgroup of its own, for systemd takes whatever is in the one that it is in.
    group = "/sys/fs/cgroup/unit"
    os.makedirs(group, exist_ok=True)
    systemd = processes.start(
        "sh", "-c", f'echo $$ > {group}/cgroup.procs; exec unshare --pid --mount --cgroup --fork --kill-child '
        'sh -euc "$@"', "sh", FIRST, "sh", HOME, build, plugin, tmp_path, name="systemd")

    def first():
        return [pid for pid in lab.process.descendants(systemd.pid) if os.path.isdir(f"/proc/{pid}/root{HOME}")]
    yield f"/proc/{lab.wait_until(first, 'systemd to start')[0]}/root{HOME}"
    systemd.kill()


def monitor():
    """l2tpd's first process, or None."""
    found = subprocess.run(["pgrep", "-of", f"^{HOME}/l2tpd --foreground"], stdout=subprocess.PIPE, check=False).stdout
    return int(found) if found else None


def count(path, text):
    try:
        with open(path + "/log", errors="replace") as f:
            return f.read().count(text)
    except (FileNotFoundError, ProcessLookupError):
        return 0


def test_unit(unit, build):
    """Kernel, pppd and the engine's sandbox are within its bounds; a monitor that hangs is replaced."""
    lab.wait_until(lambda: count(unit, "l2tpd is ready") == 1, "l2tpd to be ready")
    old = monitor()
    done = subprocess.run([build / "l2tpctl", "--runtime-dir", f"{os.path.dirname(unit)}/l2tpd", "show", "status"],
                          stdout=subprocess.PIPE, text=True, check=True)
    assert "kernel" in done.stdout
    os.kill(old, signal.SIGSTOP)
    lab.wait_until(lambda: count(unit, "l2tpd is ready") == 2, "systemd to start another")
    assert monitor() not in (old, None)
