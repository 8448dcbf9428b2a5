# SPDX-License-Identifier: GPL-2.0-or-later
"""Machines for what documents say: each has a network, /etc, /run and /var of its own, and a root's shell.

l2tpd is installed on them, so that commands and paths are those of the documents. There is no systemd:
systemctl and journalctl are stand-ins, which start what the unit's own file says and show its output.
"""

import contextlib
import os
import re
import select
import shlex
import signal
import socket
import subprocess
import threading
import time

from lab.documents import fits
from lab.fixtures import BUILD, PLUGIN, TOP
from lab.netns import check, libc, setns
from lab.process import DEADLINE, wait_until

CLONE_FS, CLONE_NEWNS, CLONE_NEWUTS = 0x200, 0x20000, 0x4000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
# Laid over those of this machine, so that what is written is gone with the test.
OWN = "/etc", "/var/lib", "/var/log", "/usr/local", "/usr/lib/pppd"
# Printed behind each command's output, with its status.
MARK = "----- the end of the command:"
UNITS = "/usr/local/lib/systemd/system", "/lib/systemd/system"


def mount(source, target, kind, flags=0, options=None):
    check(libc.mount(source.encode(), target.encode(), kind and kind.encode(), flags, options and options.encode()))


class Failed(AssertionError):
    """A command of a document that did not succeed."""


class Host:
    """A machine; close() ends its shell."""

    def __init__(self, processes, namespace, name, hosts):
        self.processes, self.namespace, self.name = processes, namespace, name
        self.units = {}
        self.shell = None
        failed = []

        # The namespaces are those of one thread, made for the purpose, and of the shell that it starts.
        def create():
            try:
                self._create()
            except OSError as e:
                failed.append(e)

        thread = threading.Thread(target=create)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        self.write("/etc/hosts", "127.0.0.1 localhost\n" + hosts)

    def _create(self):
        check(libc.unshare(CLONE_FS | CLONE_NEWNS | CLONE_NEWUTS))
        setns(self.namespace.fd)
        mount("none", "/", None, MS_REC | MS_PRIVATE)
        mount("run", "/run", "tmpfs", options="mode=755")
        for folder in OWN:
            upper, work = f"/run/.own{folder}/upper", f"/run/.own{folder}/work"
            os.makedirs(upper)
            os.makedirs(work)
            mount("own", folder, "overlay", options=f"lowerdir={folder},upperdir={upper},workdir={work}")
        self._install()
        with open("/proc/sys/kernel/hostname", "w") as f:
            f.write(self.name)
        self.shell = subprocess.Popen(["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, start_new_session=True, cwd="/root")

    @staticmethod
    def _install():
        """As "make install" does."""
        for folder in "/run/lock", "/run/systemd", "/usr/local/sbin", "/usr/local/bin", UNITS[0]:
            os.makedirs(folder, exist_ok=True)
        links = {BUILD / "l2tpd": "/usr/local/sbin/l2tpd", BUILD / "l2tpctl": "/usr/local/bin/l2tpctl",
                 **{PLUGIN: f"/usr/lib/pppd/{version}/l2tpd.so" for version in os.listdir("/usr/lib/pppd")}}
        for there, here in links.items():
            with contextlib.suppress(FileNotFoundError):
                os.unlink(here)
            os.symlink(there, here)
        kind = "notify" if b"sd_notify" in (BUILD / "l2tpd").read_bytes() else "exec"
        unit = (TOP / "scripts/l2tpd.service.in").read_text(encoding="utf-8")
        for word, value in ("@SBINDIR@", "/usr/local/sbin"), ("@SYSCONFDIR@", "/etc"), ("@TYPE@", kind):
            unit = unit.replace(word, value)
        with open(f"{UNITS[0]}/l2tpd.service", "w") as f:
            f.write(unit)

    def path(self, path):
        """A path of the machine's, as this process reaches it."""
        return f"/proc/{self.shell.pid}/root{path}"

    def write(self, path, text, mode=0o644):
        os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
        with open(self.path(path), "w") as f:
            f.write(text)
        os.chmod(self.path(path), mode)

    def read(self, path):
        with open(self.path(path), errors="replace") as f:
            return f.read()

    # ---- commands ----

    def attempt(self, command):
        """Runs it in the shell: (status, what it printed)."""
        for name, stand_in in ("systemctl", self._systemctl), ("journalctl", self._journalctl):
            if command.startswith(name + " "):
                return stand_in(*shlex.split(command)[1:])
        self.shell.stdin.write(f"eval {shlex.quote(command)} < /dev/null 2>&1; printf '\\n%s %d\\n' "
                               f"{shlex.quote(MARK)} $?\n".encode())
        self.shell.stdin.flush()
        printed, end = b"", time.monotonic() + DEADLINE
        while not (match := re.search(rb"\n" + MARK.encode() + rb" (\d+)\n", printed)):
            ready, _, _ = select.select([self.shell.stdout], [], [], max(0, end - time.monotonic()))
            assert ready, f"{self.name}# {command}: no end after {DEADLINE:.0f} s; it printed:\n{printed.decode()}"
            data = os.read(self.shell.stdout.fileno(), 65536)
            assert data, f"{self.name}# {command}: the shell ended:\n{printed.decode()}"
            printed += data
        return int(match[1]), printed[:match.start()].decode(errors="replace")

    def run(self, command):
        """Runs it, which has to succeed; what it printed."""
        status, printed = self.attempt(command)
        if status:
            raise Failed(f"{self.name}# {command}\n{printed}(status {status})")
        return printed

    def fails(self, command):
        """Runs it, which has to fail; what it printed."""
        status, printed = self.attempt(command)
        assert status, f"{self.name}# {command}\nwas to fail, but printed:\n{printed}"
        return printed

    def until(self, command, shown):
        """Runs it again until its output has these lines (documents.fits), whatever its status; its output."""
        last = []

        def fit():
            last[:] = [self.attempt(command)[1]]
            return fits(shown, last[0].splitlines())

        try:
            wait_until(fit, f"{self.name}# {command}", interval=0.1)
        except AssertionError as e:
            wanted = "\n".join(shown)
            raise Failed(f"{e}\nto print\n{wanted}\nbut it printed\n{last[0]}") from None
        return last[0]

    # ---- services ----

    def _unit(self, name):
        """The lines of a unit's [Service], by key."""
        for folder in UNITS:
            with contextlib.suppress(FileNotFoundError):
                keys = {}
                for line in self.read(f"{folder}/{name}.service").splitlines():
                    if "=" in line and not line.startswith("#"):
                        key, _, value = line.partition("=")
                        keys.setdefault(key, []).append(value)
                return keys
        raise Failed(f"{self.name}: there is no unit {name}")

    def start(self, name, *argv, **kwargs):
        """A program that stays, with a log of its own."""
        return self.processes.start("nsenter", "-t", str(self.shell.pid), "-m", "-u", "-n", "--", *argv,
                                    name=f"{self.name}-{name}", **kwargs)

    def _start_unit(self, name):
        unit = self._unit(name)
        for folder in unit.get("RuntimeDirectory", []):
            os.makedirs(self.path(f"/run/{folder}"), mode=0o755, exist_ok=True)
        argv = [w for w in shlex.split(unit["ExecStart"][0]) if not w.startswith("$")]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path("/run/systemd/notify"))
            ready.bind(self.path("/run/systemd/notify"))
            os.chmod(self.path("/run/systemd/notify"), 0o777)
            process = self.start(name, *argv, env={"NOTIFY_SOCKET": "/run/systemd/notify"})
            self.units[name] = process
            if unit["Type"] == ["notify"]:
                ready.settimeout(0.1)
                wait_until(lambda: self._is_ready(ready, process), f"{name} to be ready")
        printed = "".join(self.run(command) for command in unit.get("ExecStartPost", []))
        return 0, printed

    @staticmethod
    def _is_ready(sock, process):
        """Whether it has said so; it must not have ended."""
        try:
            return b"READY=1" in sock.recv(4096)
        except TimeoutError:
            assert process.alive(), f"{process.argv}: {process.text()}"
            return False

    def _stop_unit(self, name):
        if name in self.units:
            self.units.pop(name).stop()

    def _systemctl(self, verb, *words):
        (name,) = [w for w in words if w != "--now"]
        if verb in ("stop", "restart"):
            self._stop_unit(name)
        if verb == "reload":
            for command in self._unit(name)["ExecReload"]:
                self.run(command.replace("$MAINPID", str(self.units[name].pid)).replace("$FREERADIUS_OPTIONS", ""))
        elif verb in ("start", "restart", "enable"):
            return self._start_unit(name)
        return 0, ""

    def kill(self, name):
        """Ends a unit in the middle of what it does."""
        self.units.pop(name).stop(signal.SIGKILL)

    def _journalctl(self, *words):
        """journalctl -u UNIT [-g PATTERN]"""
        options = dict(zip(words[::2], words[1::2]))
        unit = options.pop("-u")
        pattern = options.pop("-g", "")
        assert not options, f"journalctl: {options} is not known to the stand-in"
        lines = [line for p in self.processes.started if os.path.basename(p.log).startswith(f"{self.name}-{unit}")
                 for line in p.text().splitlines() if re.search(pattern, line)]
        return (0 if lines else 1), "\n".join(lines) + "\n"

    def close(self):
        self.shell.kill()
        self.shell.wait()
        self.shell.stdin.close()
        self.shell.stdout.close()


class World:
    """Machines on one network, whose router has the last address (254, or fe) of each of its prefixes."""

    def __init__(self, net, processes, names=None):
        """names are those that every machine knows: {name: address}."""
        self.net, self.processes = net, processes
        self.hosts = {}
        self.names = "".join(f"{address} {name}\n" for name, address in (names or {}).items())
        self.router = net.namespace("router")
        # Two machines of different prefixes are neighbours here, which a router would tell them.
        for interfaces in "all", "default":
            self.router.sysctl(f"net/ipv4/conf/{interfaces}/send_redirects", 0)
        self.router.ip("link add br0 type bridge", "link set br0 up")
        self.router.sysctl("net/ipv4/ip_forward", 1)
        self.router.sysctl("net/ipv6/conf/all/forwarding", 1)

    def host(self, name, *addresses):
        """A machine whose eth0 has these addresses, of /24 or /64 each."""
        host = Host(self.processes, self.net.namespace(name), name, self.names)
        self.hosts[name] = host
        self.wire(host, "eth0", self.router, f"to-{name}")
        self.router.ip(f"link set to-{name} master br0")
        for address in addresses:
            bits, gateway = ((64, address.rpartition(":")[0] + ":fe") if ":" in address
                             else (24, address.rpartition(".")[0] + ".254"))
            dad = " nodad" if bits == 64 else ""
            self.router.ip(f"addr replace {gateway}/{bits} dev br0{dad}")
            host.namespace.ip(f"addr add {address}/{bits} dev eth0{dad}", f"route add default via {gateway}")
        return host

    @staticmethod
    def wire(a, device_a, b, device_b):
        """A wire between a machine and another, or a namespace; both ends are up."""
        there = getattr(b, "namespace", b)
        a.namespace.ip(f"link add {device_a} type veth peer name {device_b} netns {there.name}",
                       f"link set {device_a} up")
        there.ip(f"link set {device_b} up")

    def follow(self, steps):
        """Does what a document says, step after step."""
        for step in steps:
            assert step.host in self.hosts, f"{step.where}: there is no machine {step.host} in this test"
            host = self.hosts[step.host]
            try:
                if step.path:
                    host.write(step.path, step.text)
                elif step.printed:
                    host.until(step.text, step.printed)
                else:
                    host.run(step.text)
            except AssertionError as e:
                raise Failed(f"{step.where}: {e}") from None

    def close(self):
        for host in self.hosts.values():
            host.close()
