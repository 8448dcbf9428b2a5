# SPDX-License-Identifier: GPL-2.0-or-later
"""Processes of a test: started in a namespace, logged, watched, ended."""

import ctypes
import contextlib
import os
import re
import signal
import subprocess
import time

# Long enough for an emulated machine that shares its cores; only a failure
# waits that long.
DEADLINE = 60.0
PR_SET_CHILD_SUBREAPER = 36


def wait_until(condition, what, timeout=DEADLINE, interval=0.02):
    """Waits until condition() is true, and returns its value."""
    end = time.monotonic() + timeout
    while True:
        asked = time.monotonic()
        value = condition()
        if value:
            return value
        now = time.monotonic()
        assert now < end, f"waited {timeout:.0f} s in vain for: {what}"
        # What takes long to ask takes time from those that are waited for.
        time.sleep(max(interval, min(now - asked, 0.5)))


def _stat(pid):
    """(parent, state) of a process, or None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            fields = f.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[1]), fields[0]


def children(pid, zombies=False):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = _stat(int(name))
            if stat and stat[0] == pid and (zombies or stat[1] != "Z"):
                found.append(int(name))
    return found


def descendants(pid):
    found = children(pid)
    for child in list(found):
        found += descendants(child)
    return found


def fds(pid):
    """What a process has open: {number: what it is a link to}."""
    found = {}
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):   # closed meanwhile
            found[int(name)] = os.readlink(f"/proc/{pid}/fd/{name}")
    return found


def _sums(pid, *keys):
    sums = dict.fromkeys(keys, 0)
    with open(f"/proc/{pid}/smaps_rollup") as f:
        for line in f:
            key = line.partition(":")[0]
            if key in sums:
                sums[key] += int(line.split()[1]) * 1024
    return sums


def memory(pid):
    """Bytes that are the process's own share (PSS) and its own alone (private)."""
    sums = _sums(pid, "Pss", "Private_Clean", "Private_Dirty")
    return sums["Pss"], sums["Private_Clean"] + sums["Private_Dirty"]


def heap(pid):
    """Bytes of no file: what leaks. A file's pages become private also when another process ends."""
    return _sums(pid, "Anonymous")["Anonymous"]


class Process:
    """A running program; its output is in the file .log."""

    def __init__(self, argv, log, namespace=None, env=None, **kwargs):
        self.argv = [str(a) for a in argv]
        self.log = log
        inside = namespace.inside() if namespace else contextlib.nullcontext()
        with open(log, "ab") as output, inside:
            self.popen = subprocess.Popen(
                self.argv, stdin=kwargs.pop("stdin", subprocess.DEVNULL), stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, **env} if env else None, **kwargs)
        self.pid = self.popen.pid

    def __str__(self):
        return os.path.basename(self.argv[0])

    def text(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def alive(self):
        return self.popen.poll() is None

    def wait_for(self, pattern, timeout=DEADLINE):
        """Waits until the output has a match, and returns it."""
        regex = re.compile(pattern, re.MULTILINE)

        def found():
            match = regex.search(self.text())
            if not match and not self.alive():
                match = regex.search(self.text())
                assert match, (f"{self} ended with {self.popen.returncode} before it "
                               f"printed {pattern!r}:\n{self.text()}")
            return match

        return wait_until(found, f"{self} to print {pattern!r}", timeout)

    def wait(self, timeout=DEADLINE):
        """Waits for its end; returns the exit status."""
        return self.popen.wait(timeout)

    def send(self, number):
        self.popen.send_signal(number)

    def stop(self, number=signal.SIGTERM, timeout=DEADLINE):
        """Asks it to end and waits; returns the exit status."""
        if self.alive():
            self.send(number)
        return self.wait(timeout)

    def kill(self):
        self.stop(signal.SIGKILL)

    def children(self):
        return children(self.pid)

    def fds(self):
        return fds(self.pid)

    def memory(self):
        return memory(self.pid)


class Processes:
    """The processes of one test. Orphans become ours, so none is lost."""

    def __init__(self, logs):
        self.logs = logs
        self.started = []
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def start(self, *argv, name=None, namespace=None, **kwargs):
        name = name or os.path.basename(str(argv[0]))
        used = {os.path.basename(p.log) for p in self.started}
        log, n = f"{name}.log", 1
        while log in used:
            n += 1
            log = f"{name}-{n}.log"
        process = Process(argv, os.path.join(self.logs, log), namespace, **kwargs)
        self.started.append(process)
        return process

    def orphans(self):
        """Children that we inherited from processes that ended."""
        own = {p.pid for p in self.started}
        return [pid for pid in children(os.getpid()) if pid not in own]

    def reap(self):
        own = {p.pid for p in self.started}
        for pid in children(os.getpid(), zombies=True):
            if pid not in own and (_stat(pid) or (0, ""))[1] == "Z":
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)

    def close(self):
        """Ends everything: politely in the reverse order, then for good."""
        for process in reversed(self.started):
            if process.alive():
                process.send(signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)
        for process in self.started:
            if process.alive():
                process.kill()

        def gone():
            self.reap()
            left = self.orphans()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return not left

        wait_until(gone, "processes that the test left to end")
