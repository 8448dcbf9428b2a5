# SPDX-License-Identifier: GPL-2.0-or-later
"""The operator's programs, ip-up and ip-down: what they are told, and that no call waits for them."""

import os
import re

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

USER = 'al"ice $(touch /tmp/l2tpd-pwned) `id` é;x'

TIMES = "L2TPD_SESSION_TIME", "L2TPD_RX_BYTES", "L2TPD_TX_BYTES", "L2TPD_RX_PACKETS", "L2TPD_TX_PACKETS"
CALL = {
    "L2TPD_PROFILE": "isp", "L2TPD_PREFIX6": "", "L2TPD_DELEGATED_PREFIX6": "", "L2TPD_LOCAL_IPV6": "",
    "L2TPD_REMOTE_IPV6": "", "L2TPD_DNS6": "", "L2TPD_ROUTES": "", "L2TPD_FILTER_ID": "", "L2TPD_CLASS": "",
    "L2TPD_RATE_DOWN": "8000000", "L2TPD_RATE_UP": "0", "L2TPD_SESSION_TIMEOUT": "3600", "L2TPD_IDLE_TIMEOUT": "0",
    "L2TPD_LOCAL_IPV4": "10.64.0.1", "L2TPD_PEER": "10.9.1.2", "L2TPD_PEER_NAME": "our-lac",
    "L2TPD_CALLING_NUMBER": "", "L2TPD_CALLED_NUMBER": "4711",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}


class Scripts:
    """An LNS whose profile has programs, and a caller; what the programs write is in a folder."""

    def __init__(self, pair, processes, build):
        a, b = pair
        self.lns = L2tpd(processes, build, a.namespace, "lns")
        self.lac = L2tpd(processes, build, b.namespace, "lac")
        self.server = a.ipv4
        self.folder = self.lns.run + ".scripts"
        os.mkdir(self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def script(self, name, text, mode=0o755, owner=0):
        with open(self.path(name), "w") as f:
            f.write("#!/bin/bash\n" + text)
        os.chown(self.path(name), owner, 0)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def recorder(self, name):
        """A program that keeps its environment and more of what it finds, under its event's name."""
        return self.script(name, f"""
out={self.folder}/$L2TPD_EVENT
{{ echo "arguments=$#"; ulimit -Sn; readlink /proc/$$/fd/0; ls /proc/$$/fd; ps -o sid= -p $$; echo $$; umask; pwd
   while read -r key value; do case $key in SigBlk:|SigIgn:) echo "$key $value";; esac; done < /proc/$$/status; }} > $out.self
cp /proc/$$/environ $out.new && mv $out.new $out.env
echo "said by $L2TPD_EVENT"
""")

    def read(self, name):
        lab.wait_until(lambda: os.path.exists(self.path(name)), f"the program's {name}")
        with open(self.path(name), "rb") as f:
            return f.read().decode()

    def environment(self, event):
        return dict(entry.split("=", 1) for entry in self.read(event + ".env").split("\0") if entry)

    def start(self, ppp, user="alice", wait=True):
        users = self.lns.write("users", '"{}" * "wonderland" *\n'.format(
            user.replace("\\", "\\\\").replace('"', '\\"')), 0o600)
        self.lns.start(lns_config(users, ppp=ppp))
        quoted = user.replace("\\", "\\\\").replace('"', '\\"')
        self.lac.start(lac_config(self.server, quoted, self.lac.secret("wonderland", "password"),
                                  session='called-number = "4711" persist = false'))
        if not wait:
            return None
        self.lac.up()
        (session,) = self.lns.up()
        return session


@pytest.fixture
def scripts(pair, processes, build):
    return Scripts(pair, processes, build)


def test_environment(scripts):
    """Everything that is said of the call, at its start and at its end, and nothing else."""
    program = scripts.recorder("both")
    session = scripts.start(f'ip-up = "{program}" ip-down = "{program}" rate-down = "8mbit" session-timeout = 3600 '
                            'dns = { "192.0.2.53" }', user=USER)
    up = scripts.environment("up")
    acct = up.pop("L2TPD_ACCT_SESSION_ID")
    assert re.fullmatch("[0-9A-F]{24}", acct)
    call = CALL | {
        "L2TPD_USER": USER, "L2TPD_INTERFACE": session["ifname"], "L2TPD_REMOTE_IPV4": session["remote_ipv4"],
        "L2TPD_TUNNEL_ID": str(session["tunnel_id"]), "L2TPD_SESSION_ID": str(session["session_id"]),
        "L2TPD_DNS": "192.0.2.53",
    }
    for extra in "_", "PWD", "SHLVL", "OLDPWD":   # bash's own; /proc/PID/environ has what it was given
        assert extra not in up
    assert up == call | {"L2TPD_EVENT": "up"}

    for _ in range(3):
        assert lab.ping(scripts.lac.namespace, session["local_ipv4"]) is not None
    assert scripts.lac.stop() == 0
    down = scripts.environment("down")
    assert down.pop("L2TPD_ACCT_SESSION_ID") == acct
    counted = {name: int(down.pop(name)) for name in TIMES}
    assert counted["L2TPD_RX_PACKETS"] >= 3 and counted["L2TPD_TX_PACKETS"] >= 3
    assert counted["L2TPD_RX_BYTES"] >= 3 * 84 and counted["L2TPD_TX_BYTES"] >= 3 * 84
    assert down.pop("L2TPD_REASON")
    assert down == call | {"L2TPD_EVENT": "down"}
    assert not os.path.exists("/tmp/l2tpd-pwned")


def test_surroundings(scripts):
    """No arguments, nothing to read, no file of the monitor's, its own session, ordinary limits and signals."""
    program = scripts.recorder("both")
    scripts.start(f'ip-up = "{program}"')
    scripts.read("up.env")
    arguments, limit, stdin, *rest = scripts.read("up.self").splitlines()
    fds, (sid, pid, umask, folder, blocked, ignored) = rest[:-6], rest[-6:]
    assert arguments == "arguments=0" and stdin == "/dev/null"
    # 1 is the program's redirection; bash has kept the pipe, and its own script.
    assert set(fds) <= {"0", "1", "2", "10", "255"}, fds
    assert sid.strip() == pid.strip() and (umask, folder) == ("0022", "/")
    assert int(limit) < 1 << 18, "the monitor's own limit of files"
    # bash itself ignores SIGQUIT; the monitor ignores SIGPIPE.
    assert int(blocked.split()[1], 16) == 0 and int(ignored.split()[1], 16) & ~4 == 0
    scripts.lns.process.wait_for('ip-up of "alice": said by up')


def test_no_call_waits(scripts):
    """The program sleeps until it is told to end: the call is up and carries packets all the same."""
    fifo = scripts.path("fifo")
    os.mkfifo(fifo)
    slow = scripts.script("slow", f"touch {scripts.folder}/began\nread -r < {fifo}\ntouch {scripts.folder}/ended\n")
    down = scripts.script("down", f"ls {scripts.folder} > {scripts.folder}/down.new\n"
                                  f"mv {scripts.folder}/down.new {scripts.folder}/down.seen\n")
    session = scripts.start(f'ip-up = "{slow}" ip-down = "{down}"')
    scripts.read("began")
    assert lab.ping(scripts.lac.namespace, session["local_ipv4"]) is not None
    # The call ends before its program does: ip-down waits for that one, and for that alone.
    assert scripts.lac.stop() == 0
    lab.wait_until(lambda: not scripts.lns.sessions(), "the call to be gone")
    lab.wait_until(lambda: not scripts.lns.pppds(), "its pppd to end")
    assert not os.path.exists(scripts.path("ended")) and not os.path.exists(scripts.path("down.seen"))
    with open(fifo, "w") as f:
        f.write("\n")
    assert "ended" in scripts.read("down.seen").split()


def test_stop(scripts):
    """l2tpd's own stop ends the calls, and their ip-down programs run to their end: past the engine's."""
    program = scripts.recorder("both")
    down = scripts.script("down", f"while [ -e /proc/$(<{scripts.folder}/engine) ]; do sleep 0.02; done\n"
                                  f"exec {program}\n")
    scripts.start(f'ip-up = "{program}" ip-down = "{down}"')
    scripts.read("up.env")
    with open(scripts.path("engine"), "w") as f:
        f.write(str(scripts.lns.role("engine")))
    assert scripts.lns.stop() == 0
    assert scripts.environment("down")["L2TPD_USER"] == "alice"


def test_engine_dies(scripts):
    """Nobody counted, but who was told that the call is up is told that it is not."""
    program = scripts.recorder("both")
    scripts.start(f'ip-up = "{program}" ip-down = "{program}"')
    up = scripts.environment("up")
    os.kill(scripts.lns.role("engine"), 9)
    down = scripts.environment("down")
    assert down.pop("L2TPD_REASON") == "the engine process ended"
    assert int(down.pop("L2TPD_SESSION_TIME")) >= 0
    assert [down.pop(name) for name in TIMES[1:]] == [""] * 4
    assert down == up | {"L2TPD_EVENT": "down"}


@pytest.mark.parametrize("kind", ["foreign", "writable", "plain", "missing"])
def test_refused(scripts, kind):
    """What others could change is not run, nor what is no program: said at the start, and at the call."""
    program = scripts.recorder("both")
    words = {"foreign": "it belongs to user 65534", "writable": "others may write to it",
             "plain": "it is not an executable file", "missing": "No such file"}[kind]
    if kind == "foreign":
        os.chown(program, 65534, 0)
    elif kind == "missing":
        os.unlink(program)
    else:
        os.chmod(program, 0o757 if kind == "writable" else 0o644)
    session = scripts.start(f'ip-up = "{program}" ip-down = "{program}"')
    scripts.lns.process.wait_for(f'ppp "isp": ip-up is not run: .*{words}')
    scripts.lns.process.wait_for(f'ppp "isp": ip-down is not run: .*{words}')
    scripts.lns.process.wait_for(f'ip-up of "alice" is not run: .*{words}')
    assert lab.ping(scripts.lac.namespace, session["local_ipv4"]) is not None
    assert not os.path.exists(scripts.path("up.env"))


def test_failure_is_said(scripts):
    """A program that fails is in the log with its user, and what it printed."""
    failing = scripts.script("failing", "echo -e 'what \\e[31m is wrong' >&2\nexit 3\n")
    session = scripts.start(f'ip-up = "{failing}"')
    scripts.lns.process.wait_for(r'ip-up of "alice": what \?\[31m is wrong')
    scripts.lns.process.wait_for(f'ip-up of "alice": {failing} ended with exit status 3')
    assert lab.ping(scripts.lac.namespace, session["local_ipv4"]) is not None
