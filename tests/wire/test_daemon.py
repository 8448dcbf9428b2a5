# SPDX-License-Identifier: GPL-2.0-or-later
"""l2tpd calls l2tpd over loopback: all of it but the kernel and pppd."""

import pathlib
import signal
import socket
import subprocess

import pytest

import lab
from lab.l2tpd import L2tpd

NULL = "--dataplane", "null"


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def lns_text(port, secret=None, lns=""):
    secret = f'tunnel-secret-file = "{secret}"' if secret else ""
    return f"""
hostname = "our-lns"
listen {{ address = "127.0.0.1" port = {port} }}
lns "all" {{ {secret} ppp = "isp" {lns} }}
ppp "isp" {{ backend = "none" }}
"""


def lac_text(port, secret=None, sessions=1, lac=""):
    secret = f'secret-file = "{secret}"' if secret else ""
    calls = "".join(f'session "call{n}" {{ user = "alice" ppp = "out" redial = 1 redial-max = 2 }}\n'
                    for n in range(sessions))
    return f"""
hostname = "our-lac"
ppp "out" {{ backend = "none" }}
lac "upstream" {{
    server = "127.0.0.1"
    port = {port}
    {secret}
    {lac}
    {calls}
}}
"""


@pytest.fixture
def daemon(processes, build):
    def make(name):
        return L2tpd(processes, build, name=name)
    return make


def up(daemon, count):
    def established():
        found = [s for s in daemon.sessions() if s["state"] == "established"]
        return found if len(found) == count else None
    return lab.wait_until(established, f"{count} calls of {daemon.name}")


def empty(daemon):
    lab.wait_until(lambda: not daemon.sessions() and not daemon.tunnels(),
                   f"{daemon.name} to have nothing left")


def test_canonical_form_parses_back_to_itself(daemon, build):
    lns = daemon("lns")
    first = lns.write("first", lns_text(1701, lns='hello = 30 from-address = { "192.0.2.0/24" }'))
    one = subprocess.run([build / "l2tpd", "-f", first, "-n"], stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    assert "192.0.2.0/24" in one
    second = lns.write("second", one)
    two = subprocess.run([build / "l2tpd", "-f", second, "-n"], stdout=subprocess.PIPE, text=True,
                         check=True).stdout
    assert one == two


def test_mistake_is_named_with_its_line(daemon, build):
    conf = daemon("lns").write("conf", 'hostname = "x"\nno-such-key = 1\n')
    done = subprocess.run([build / "l2tpd", "-f", conf, "-n"], stderr=subprocess.PIPE, text=True,
                          check=False)
    assert done.returncode != 0
    assert f"{conf}:2:" in done.stderr and "no-such-key" in done.stderr


@pytest.mark.parametrize("lac_options", ["", "hide-avps = true"])
def test_call_with_secret(daemon, lac_options):
    port = free_port()
    lns, lac = daemon("lns"), daemon("lac")
    lns.start(lns_text(port, lns.secret("s3cret")), *NULL)
    lac.start(lac_text(port, lac.secret("s3cret"), lac=lac_options), *NULL)
    (ours,), (theirs,) = up(lac, 1), up(lns, 1)
    assert (ours["session_id"], ours["peer_session_id"]) == (
        theirs["peer_session_id"], theirs["session_id"])
    (tunnel,) = lns.tunnels()
    assert tunnel["peer_hostname"] == "our-lac"
    assert lac.stop() == 0
    empty(lns)


def test_wrong_secret_gets_no_tunnel(daemon):
    port = free_port()
    lns, lac = daemon("lns"), daemon("lac")
    lns.start(lns_text(port, lns.secret("s3cret")), *NULL)
    lac.start(lac_text(port, lac.secret("another")), *NULL)
    lab.wait_until(lambda: [s for s in lac.sessions() if s.get("last_error") and s["state"] != "connecting"],
                   "the failure to be told")
    assert not [s for s in lac.sessions() + lns.sessions() if s["state"] == "established"]


def test_hundred_calls_in_a_tunnel_leave_no_fd(daemon):
    port = free_port()
    lns, lac = daemon("lns"), daemon("lac")
    lns.start(lns_text(port, lns="idle-timeout = 1"), *NULL)
    engine = lns.role("engine")
    before = len(lab.fds(engine)), len(lab.fds(lns.process.pid))
    lac.start(lac_text(port, sessions=100), *NULL)
    up(lns, 100)
    assert len(lns.tunnels()) == 1
    assert lac.stop() == 0
    empty(lns)
    lab.wait_until(lambda: (len(lab.fds(engine)), len(lab.fds(lns.process.pid))) == before,
                   "the fds to be as many as before")


def test_caller_redials_when_the_server_comes_back(daemon):
    port = free_port()
    lns, lac = daemon("lns"), daemon("lac")
    lns.start(lns_text(port), *NULL)
    lac.start(lac_text(port, lac="retransmit = 0.2 retransmit-tries = 2"), *NULL)
    up(lac, 1)
    assert lns.stop() == 0
    lab.wait_until(lambda: [s for s in lac.sessions() if s["state"] != "established"], "the call to end")
    lns.start(lns_text(port), *NULL)
    up(lac, 1)
    up(lns, 1)


def test_ends_on_interrupt(daemon):
    lns = daemon("lns")
    lns.start(lns_text(free_port()), *NULL)
    children = lns.process.children()
    assert len(children) == 2, "the engine and the aaa process"
    assert lns.stop(number=signal.SIGINT) == 0
    lab.wait_until(lambda: not [p for p in children if pathlib.Path(f"/proc/{p}").exists()],
                   "its processes to end")
