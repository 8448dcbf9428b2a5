# SPDX-License-Identifier: GPL-2.0-or-later
"""l2tpd itself: one instance with its own folder and runtime directory."""

import contextlib
import json
import os
import re
import shutil
import socket
import tempfile

import lab.records as lab_records
from lab.fixtures import PLUGIN
from lab.process import DEADLINE, descendants, wait_until


class CommandError(Exception):
    """l2tpd's own sentence about why it did not do it."""


def sections(config, kind):
    """(where its body begins, the body) of each section of that kind."""
    for match in re.finditer(rf'^{kind} "[^"]*" \{{', config, re.MULTILINE):
        depth, at = 1, match.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(config[at], 0)
            at += 1
        yield match.end(), config[match.end():at - 1]


def with_backend(config, backend):
    """The configuration, whose lns sections have their PPP run by another backend than the default."""
    if backend == "pppd":
        return config
    used = {name for _, body in sections(config, "lns") for name in re.findall(r'\bppp\s*=\s*"([^"]+)"', body)}
    for name in used:
        for at, body in list(sections(config, "ppp")):
            if config[:at].endswith(f'ppp "{name}" {{') and "backend" not in body:
                config = f'{config[:at]} backend = "{backend}"{config[at:]}'
    return config


class L2tpd:
    """An l2tpd in a namespace, not yet started."""

    # Who runs PPP for its lns sections; the fixture of that name sets it.
    backend = "pppd"

    def __init__(self, processes, build, namespace=None, name="l2tpd", level="debug"):
        self.processes = processes
        self.build = build
        self.namespace = namespace
        self.name = name
        self.level = level
        self.folder = os.path.join(processes.logs, name)
        os.makedirs(self.folder, exist_ok=True)
        # Not in the log folder: it may be on a file system without sockets.
        self.run = f"/run/{namespace.name}-{name}" if namespace else tempfile.mkdtemp(prefix="l2tpd-")
        self.plugin = os.environ.get("L2TPD_PLUGIN", build / "l2tpd.so")
        self.process = None

    def path(self, file):
        return os.path.join(self.folder, file)

    def write(self, file, text, mode=0o644):
        """A file of its configuration; secrets go to the runtime folder's file system."""
        path = f"{self.run}.{file}"
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def secret(self, text, file="secret"):
        return self.write(file, text + "\n", 0o600)

    def users(self, *rows, file="users"):
        """A users file; rows are (user, secret) or (user, secret, address)."""
        return self.write(file, "".join(
            f'"{r[0]}" * "{r[1]}" {r[2] if len(r) > 2 else "*"}\n' for r in rows), 0o600)

    def start(self, config, *options, wait=True, **kwargs):
        conf = self.write("conf", with_backend(config, self.backend))
        shutil.copy(conf, self.path("l2tpd.conf"))
        self.process = self.processes.start(
            self.build / "l2tpd", "-f", conf, "--foreground", "--log-level", self.level,
            "--runtime-dir", self.run, "--plugin", PLUGIN, *options,
            name=self.name, namespace=self.namespace, **kwargs)
        if wait:
            self.process.wait_for("l2tpd is ready")
        return self

    # ---- the control socket ----

    def ask(self, command, **args):
        """The records of a command's reply; CommandError with its sentence."""
        records, buffer = [], b""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            s.settimeout(DEADLINE)
            s.connect(f"{self.run}/control.sock")
            s.sendall(json.dumps({"command": command, "args": args}).encode() + b"\n")
            while True:
                data = s.recv(65536)
                if not data:
                    raise CommandError("l2tpd closed the control socket")
                buffer += data
                *lines, buffer = buffer.split(b"\n")
                for line in map(json.loads, lines):
                    if "error" in line:
                        raise CommandError(line["error"])
                    if "end" in line:
                        return records
                    lab_records.check(command, line["record"])
                    records.append(line["record"])

    def tunnels(self, **args):
        return self.ask("show tunnels", **args)

    def sessions(self, **args):
        return self.ask("show sessions", **args)

    def status(self):
        (record,) = self.ask("show status")
        return record

    def used(self, pool):
        """How many addresses of a pool are in use."""
        (record,) = self.ask("show pools", pool=pool)
        return record["used"]

    def up(self, count=1, timeout=DEADLINE):
        """Waits until that many sessions have an address, and returns them."""
        def found():
            rows = [s for s in self.sessions() if s.get("ppp_state") == "up" and "local_ipv4" in s]
            return rows if len(rows) >= count else None
        return wait_until(found, f"{count} sessions of {self.name} to be up", timeout)

    # ---- what it is made of ----

    def role(self, name):
        """The pid of its engine or aaa process."""
        for pid in self.process.children():
            with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/cmdline") as f:
                if f"--role\0{name}\0" in f.read():
                    return pid
        return None

    def pppds(self):
        """Its pppds, without the templates that wait for calls."""
        found = []
        for pid in descendants(self.process.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                with open(f"/proc/{pid}/cmdline") as f:
                    if "pppd" not in f.read().split("\0")[0]:
                        continue
                with open(f"/proc/{pid}/stat") as f:
                    state, parent = f.read().rpartition(")")[2].split()[:2]
                with open(f"/proc/{parent}/cmdline") as f:
                    if state != "Z" and "pppd" in f.read().split("\0")[0]:
                        found.append(pid)
        return found

    def stop(self, **kwargs):
        return self.process.stop(**kwargs)


def lns_config(users, pool="10.64.0.0/24", local="10.64.0.1", auth='"chap"', secret=None, lns="", ppp="",
               extra="", address=("0.0.0.0", "::")):
    """A configuration that takes calls from anybody."""
    listen = "".join(f'listen {{ address = "{a}" }}\n' for a in address)
    secret = f'tunnel-secret-file = "{secret}"' if secret else ""
    return f"""
hostname = "our-lns"
{listen}
lns "all" {{
    {secret}
    ppp = "isp"
    {lns}
}}
ppp "isp" {{
    auth = {{ {auth} }}
    users-file = "{users}"
    local-address = "{local}"
    pool = {{ "{pool}" }}
    {ppp}
}}
{extra}
"""


def lac_config(server, user, password_file, secret=None, lac="", session="", ppp="", sessions=None):
    """A configuration that calls a server: one session, or those given as text."""
    secret = f'secret-file = "{secret}"' if secret else ""
    sessions = sessions or (f'session "home" {{ user = "{user}" password-file = "{password_file}" '
                            f'ppp = "dialout" {session} }}')
    return f"""
hostname = "our-lac"
ppp "dialout" {{
    {ppp}
}}
lac "upstream" {{
    server = "{server}"
    {secret}
    {lac}
    {sessions}
}}
"""
