# SPDX-License-Identifier: GPL-2.0-or-later
"""l2tpd on loopback: who may call, limits, commands, redial, its own end."""

import itertools
import os
import re
import signal
import socket
import struct
import subprocess

import pytest

import lab
from lab.l2tpd import CommandError, L2tpd

serial = itertools.count(1)


@pytest.fixture
def daemon(processes, build):
    """daemon(name): an l2tpd that is not started, with the null data plane."""
    def make(name):
        d = L2tpd(processes, build, None, name)
        start = d.start
        d.start = lambda config, **kw: start(config, "--dataplane", "null", **kw)
        return d
    return make


@pytest.fixture
def address():
    """An address of loopback that no other test uses."""
    return f"127.17.{os.getpid() % 250}.{next(serial)}"


def lns(address, inside="", extra=""):
    return (f'hostname = "lns1"\nlisten {{ address = "{address}" }}\n'
            f'lns "all" {{ ppp = "x" {inside} }}\nppp "x" {{ backend = "none" }}\n{extra}')


def lac(server, inside="", sessions=1, session="", name="lac1"):
    rows = "".join(f'session "s{i}" {{ ppp = "x" {session} }}\n' for i in range(sessions))
    return (f'hostname = "{name}"\nppp "x" {{ backend = "none" }}\n'
            f'lac "up" {{ server = "{server}" {inside}\n{rows} }}\n')


def established(d, count):
    def found():
        rows = [s for s in d.sessions() if s["state"] == "established"]
        return rows if len(rows) == count else None
    return lab.wait_until(found, f"{count} established sessions of {d.name}")


def refused(d):
    """Waits until a session of d has failed; the sentence that it keeps."""
    def over():
        return [s["last_error"] for s in d.sessions() if s.get("last_error") and s["state"] != "connecting"]
    return lab.wait_until(over, f"{d.name} to be refused")[0]


@pytest.mark.parametrize("section,name,allowed", [
    ('from-address = { "127.0.0.0/8" }', "lac1", True),
    ('from-address = { "192.0.2.0/24", "2001:db8::/32" }', "lac1", False),
    ('from-hostname = { "lac*" }', "LAC1", True),
    ('from-hostname = { "lnc*", "?c1" }', "lac1", False),
    ('from-hostname = { "lac*" }', "other", False),
])
def test_access_list(daemon, address, section, name, allowed):
    server = daemon("lns").start(lns(address, section))
    client = daemon("lac").start(lac(address, session="persist = false", name=name))
    if allowed:
        established(client, 1)
        return
    assert "not authorized" in refused(client)
    assert server.status()["tunnels_refused"] == 1
    assert server.sessions() == []
    # The caller acknowledged the StopCCN: there is nothing that the end waits for.
    assert server.stop() == 0
    assert "did not acknowledge" not in server.process.text()


def test_wrong_secret_beside_a_right_one(daemon, address):
    server = daemon("lns")
    server.start(lns(address, f'tunnel-secret-file = "{server.secret("right")}"'))
    good, bad, none = daemon("good"), daemon("bad"), daemon("none")
    good.start(lac(address, f'secret-file = "{good.secret("right")}" hide-avps = true'))
    established(good, 1)
    bad.start(lac(address, f'secret-file = "{bad.secret("wrong")}"', session="persist = false"))
    none.start(lac(address, session="persist = false"))
    for d in bad, none:
        assert re.search("authoriz|challenge", refused(d), re.IGNORECASE)
    established(server, 1)


def test_limits(daemon, address):
    server = daemon("lns").start(lns(address, "max-sessions = 2 max-tunnels = 1"))
    client = daemon("lac").start(lac(address, sessions=3, session="persist = false"))
    established(client, 2)
    refused(client)
    refused(daemon("second").start(lac(address, session="persist = false", name="lac2")))
    established(server, 2)


def test_half_open_limit(daemon, address):
    """SCCRQs that nobody follows up take their places and no more, keep nobody out, and drain by themselves."""
    server = daemon("lns").start(lns(address, "setup-timeout = 2", "max-half-open = 10\n"))
    socks = []
    for n in range(1, 31):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect((address, 1701))
        body = b"".join(struct.pack("!HHH", 0x8006 + len(v), 0, k) + v for k, v in (
            (0, b"\0\1"), (2, b"\1\0"), (3, b"\0\0\0\3"), (7, b"flood"), (9, struct.pack("!H", n))))
        s.send(struct.pack("!HHHHHH", 0xc802, 12 + len(body), 0, 0, 0, 0) + body)
        socks.append(s)
    lab.wait_until(lambda: server.status()["half_open_dropped"] == 20, "twenty to make room for others")
    assert server.status()["half_open"] == 10
    assert server.status()["tunnels_refused"] == 0
    established(daemon("lac").start(lac(address)), 1)
    lab.wait_until(lambda: server.status()["half_open"] == 0, "the half-open ones to expire")
    for s in socks:
        s.close()


def test_source_port(daemon, address):
    server = daemon("lns").start(lns(address))
    fixed = f"127.18.{os.getpid() % 250}.1"
    daemon("fixed").start(lac(address, f'source-address = "{fixed}" source-port = "1701"', name="fixed"))
    daemon("free").start(lac(address, name="free"))
    established(server, 2)
    ports = {t["peer_hostname"]: (t["remote"], t["remote_port"]) for t in server.tunnels()}
    assert ports["fixed"] == (fixed, 1701)
    assert ports["free"][1] != 1701


def test_commands(daemon, address):
    server = daemon("lns").start(lns(address))
    client = daemon("lac").start('ppp "x" { backend = "none" }\n')
    client.ask("add tunnel", remote=address, name="work")
    with pytest.raises(CommandError, match='tunnel "work" already'):
        client.ask("add tunnel", remote=address, name="work")
    client.ask("add session", tunnel="work", ppp="x", name="one", persist=True)
    client.ask("add session", tunnel="work", ppp="x", name="two")
    established(server, 2)
    with pytest.raises(CommandError, match='no ppp section "y"'):
        client.ask("add session", tunnel="work", ppp="y")
    with pytest.raises(CommandError, match='no tunnel "play"'):
        client.ask("add session", tunnel="play", ppp="x")
    client.ask("delete session", session="two")
    (left,) = established(server, 1)
    assert client.sessions(session="one")[0]["session_id"] == left["peer_session_id"]
    with pytest.raises(CommandError, match='no session "two"'):
        client.sessions(session="two")
    # The server clears it: it is dialled again, for it persists.
    server.ask("delete session", tunnel=str(left["tunnel_id"]), session=str(left["session_id"]))
    lab.wait_until(lambda: [s for s in server.sessions() if s["state"] == "established"
                            and s["session_id"] != left["session_id"]], "the redialled session")
    client.ask("delete tunnel", tunnel="work")
    lab.wait_until(lambda: not established_tunnels(client) and server.sessions() == [], "the tunnel to go")
    with pytest.raises(CommandError, match="does not know the command"):
        client.ask("make coffee")


def established_tunnels(d):
    return [t for t in d.tunnels() if t["state"] == "established"]


def test_control_socket_takes_no_nonsense(daemon, address):
    server = daemon("lns").start(lns(address))
    for line in (b"{\n", b"[]\n", b'{"command": 7}\n', b'{"command": "show tunnels", "args": 3}\n',
                 b'{"command": "show config"}\n' * 3, b"x" * 70000, b'{"command": "add tunnel"}\n'):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(lab.process.DEADLINE)
            s.connect(server.run + "/control.sock")
            s.sendall(line)
            assert s.recv(65536)[:1] == b"{"
    assert server.status()["tunnels"] == 0


QUICK = "hello = 1 retransmit = 0.2 retransmit-tries = 3"


def test_server_comes_back(daemon, address):
    server = daemon("lns")
    server.start(lns(address))
    client = daemon("lac").start(lac(address, QUICK, session="redial = 0.2 redial-max = 0.4"))
    established(client, 1)
    server.process.kill()
    lab.wait_until(lambda: client.sessions()[0]["state"] != "established", "the client to notice")
    server.start(lns(address))
    established(client, 1)


def test_engine_dies(daemon, address):
    """Another engine takes its place, and callers come back by themselves."""
    server = daemon("lns").start(lns(address))
    client = daemon("lac").start(lac(address, QUICK, session="redial = 0.2 redial-max = 0.4"))
    established(server, 1)
    (before,) = established(client, 1)
    old = server.role("engine")
    os.kill(old, 11)
    lab.wait_until(lambda: server.role("engine") not in (old, None), "another engine")
    server.process.wait_for("engine process died with signal 11")
    # It may notice and be back between two looks: the call that it has then is another.
    lab.wait_until(lambda: [s for s in client.sessions() if s["state"] == "established" and
                            s["session_id"] != before["session_id"]], "the client to notice and call again")
    assert server.stop() == 0


def test_users_outlive_the_engine(daemon, address):
    """The aaa process serves the next engine; only when it dies there is another."""
    server = daemon("lns")
    users = server.users(("alice", "wonderland"))
    server.start(lns(address, extra=f'ppp "isp" {{ auth = {{ "chap" }} users-file = "{users}" }}\n'))

    def works():
        (answer,) = server.ask("test aaa", user="alice", password="wonderland", ppp="isp")
        assert answer["result"] == "accepted"
        with pytest.raises(CommandError, match="wrong password"):
            server.ask("test aaa", user="alice", password="looking glass", ppp="isp")

    def replaced(name):
        old = server.role(name)
        os.kill(old, signal.SIGKILL)
        lab.wait_until(lambda: server.role(name) not in (old, None), f"another {name} process")
        server.process.wait_for(f"{name} process died with signal 9")

    works()
    aaa = server.role("aaa")
    replaced("engine")
    works()
    replaced("engine")
    works()
    assert server.role("aaa") == aaa
    replaced("aaa")
    server.process.wait_for("the aaa process is back")
    works()
    assert server.stop() == 0


def test_second_instance_is_refused(daemon, address):
    first = daemon("lns").start(lns(address))
    second = daemon("lns")
    second.run = first.run
    second.start(lns(address), wait=False)
    second.process.wait_for("another l2tpd runs there")
    assert second.process.wait() == 1
    assert first.status()["tunnels"] == 0


@pytest.mark.parametrize("taken", ["{address}", "0.0.0.0"])
def test_port_of_another_program(daemon, address, taken):
    """Both would have it with SO_REUSEADDR, and share the packets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((taken.format(address=address), 0))
        port = s.getsockname()[1]
        d = daemon("lns")
        config = lns(address).replace(f'"{address}"', f'"{address}" port = {port}')
        d.start(config, wait=False)
        d.process.wait_for(f"listen: {address}:{port}: another program has UDP port {port}")
        assert d.process.wait() == 1
    d.start(config)


@pytest.mark.parametrize("config,complaint", [
    ('listen { address = "nowhere" }', "conf:1: .*nowhere"),
    ('listen { address = "127.0.0.1" } lns "a" { ppp = "b" }', 'conf:1: .*"b"'),
    ('hostnam = "x"', "conf:1: .*hostnam"),
    ('ppp "a" { mtu = "big" }', "conf:1: "),
])
def test_bad_configuration(daemon, build, config, complaint):
    path = daemon("bad").write("conf", config + "\n")
    done = subprocess.run([build / "l2tpd", "-n", "-f", path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 1
    assert re.search(complaint, done.stdout), done.stdout


def test_wrong_configuration_is_not_started_again(daemon):
    """The unit knows it by its exit status."""
    d = daemon("bad")
    d.start('hostnam = "x"\n', wait=False)
    d.process.wait_for("conf:1: .*hostnam")
    assert d.process.wait() == 6


def test_check_prints_what_parses_back(daemon, build, address):
    d = daemon("good")
    path = d.write("conf", lns(address, 'from-hostname = { "a", "b*" } hello = 30 retransmit = 0.5'))
    first = subprocess.run([build / "l2tpd", "-n", "-f", path], stdout=subprocess.PIPE, text=True, check=True).stdout
    again = d.write("again", first)
    second = subprocess.run([build / "l2tpd", "-n", "-f", again], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert first == second and "hello" in first


def test_secret_that_others_can_read(daemon, address):
    d = daemon("lns")
    path = d.write("open.secret", "s3cret\n", 0o644)
    d.start(lns(address, f'tunnel-secret-file = "{path}"'), wait=False)
    d.process.wait_for("chmod 600")
    assert d.process.wait() == 1


def test_names_of_circuits(daemon, address):
    """A circuit is found by its name or its number, and one that is not is named in the refusal."""
    server = daemon("site-a").start(
        f'hostname = "site-a"\nlisten {{ address = "{address}" }}\n'
        'lcce "b" { from-hostname = { "site-b" } session "one" { } session "two" { pseudowire-id = 4711 } }\n')
    client = daemon("site-b").start(
        f'hostname = "site-b"\nlcce "a" {{ remote = "{address}" source-port = "ephemeral"\n'
        'session "first" { remote-end-id = "one" } session "second" { pseudowire-id = 4711 }\n'
        'session "third" { } session "fourth" { pseudowire-id = 4712 } }\n')
    rows = established(server, 2)
    assert {s["session"] for s in rows} == {"one", "two"}

    def failed(name, what):
        return [s for s in client.sessions() if s["session"] == name and what in s.get("last_error", "")]
    lab.wait_until(lambda: failed("third", 'no session here has the remote-end-id "third"'), "a name to be refused")
    lab.wait_until(lambda: failed("fourth", "no session here has the pseudowire-id 4712"), "a number to be refused")


def test_counters_and_words(daemon, address):
    """What is counted is what the name says, once; and what is not there is said."""
    server = daemon("lns")
    server.start(lns(address, f'max-sessions = 1 tunnel-secret-file = "{server.secret("right")}"'))
    good, bad = daemon("good"), daemon("bad")
    good.start(lac(address, f'secret-file = "{good.secret("right")}"', sessions=2, session="persist = false"))
    established(good, 1)
    refused(good)
    bad.start(lac(address, f'secret-file = "{bad.secret("wrong")}" challenge = false', session="persist = false",
                  name="bad"))
    refused(bad)
    counts = server.status()
    assert {k: counts[k] for k in ("tunnels_up", "tunnels_refused", "calls_up", "calls_failed", "calls_refused",
                                   "auth_failed", "auth_unavailable")} == {
        "tunnels_up": 1, "tunnels_refused": 1, "calls_up": 1, "calls_failed": 1, "calls_refused": 0,
        "auth_failed": 0, "auth_unavailable": 0}
    (tunnel,) = server.tunnels()
    assert len(server.sessions(tunnel=str(tunnel["tunnel_id"]))) == 1
    for args, says in (({"tunnel": "9999"}, 'there is no tunnel "9999"'),
                       ({"session": "none"}, 'there is no session "none"'),
                       ({"user": "nobody"}, 'there is no session of user "nobody"'),
                       ({"tunnel": "9999", "session": "none"}, 'there is no tunnel "9999"')):
        with pytest.raises(CommandError, match=says):
            server.sessions(**args)
