# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operator does with calls of the configuration, and what he is told of those that fail."""

import itertools
import os
import re
import socket
import subprocess

import pytest

import lab
from lab.l2tpd import CommandError, L2tpd

serial = itertools.count(1)


@pytest.fixture
def daemon(processes, build):
    """daemon(name, text): an l2tpd with this configuration and the null data plane."""
    def make(name, text):
        return L2tpd(processes, build, None, name).start(f'hostname = "{name}"\n{text}', "--dataplane", "null")
    return make


@pytest.fixture
def address():
    """An address of loopback that no other test uses."""
    return f"127.21.{os.getpid() % 250}.{next(serial)}"


def lns(address):
    return f'listen {{ address = "{address}" }}\nlns "all" {{ ppp = "x" }}\nppp "x" {{ backend = "none" }}\n'


# An hour between two dials: who comes back sooner was told to.
SLOW = "redial = 3600 redial-max = 3600"


def lac(address):
    return (f'ppp "x" {{ backend = "none" }}\nlac "up" {{ server = "{address}"\n'
            f'session "one" {{ ppp = "x" {SLOW} }} session "two" {{ ppp = "x" {SLOW} }} }}\n')


def states(d):
    return {s["session"]: s["state"] for s in d.sessions() if "session" in s}


def wait_states(d, **wanted):
    lab.wait_until(lambda: states(d) == wanted, f"{d.name} to have {wanted}")


def ids(d):
    return {s["session"]: (s["tunnel_id"], s["session_id"]) for s in d.sessions() if s["state"] == "established"}


def test_session(daemon, address):
    """Each session alone: called anew, stopped, let go on, taken away."""
    server = daemon("lns", lns(address))
    client = daemon("lac", lac(address))
    wait_states(client, one="established", two="established")
    before = ids(client)
    client.ask("redial session", session="one")
    lab.wait_until(lambda: ids(client).get("one", before["one"]) != before["one"], "a new call")
    assert ids(client)["two"] == before["two"]
    # By its id as well.
    tunnel, session = before["two"]
    client.ask("redial session", tunnel=str(tunnel), session=str(session))
    lab.wait_until(lambda: ids(client).get("two", before["two"]) != before["two"], "a new call")

    client.ask("disable session", session="one")
    wait_states(client, one="disabled", two="established")
    assert "disabled by the operator" in client.sessions(session="one")[0]["last_error"]
    with pytest.raises(CommandError, match='session "one" is disabled; "enable session one" dials it'):
        client.ask("redial session", session="one")
    lab.wait_until(lambda: len(server.sessions()) == 1, "the server to have one")
    client.ask("enable session", session="one")
    wait_states(client, one="established", two="established")
    with pytest.raises(CommandError, match='"one" is not disabled'):
        client.ask("enable session", session="one")
    # The server clears it; the hour of waiting ends by a word.
    row = next(s for s in server.sessions() if s["peer_session_id"] == ids(client)["one"][1])
    server.ask("delete session", tunnel=str(row["tunnel_id"]), session=str(row["session_id"]))
    wait_states(client, one="waiting", two="established")
    client.ask("redial session", session="one")
    wait_states(client, one="established", two="established")
    # One that waits may be stopped as well.
    client.ask("disable session", session="one")
    client.ask("enable session", session="one")
    wait_states(client, one="established", two="established")


def test_tunnel(daemon, address):
    """All of a tunnel at once."""
    server = daemon("lns", lns(address))
    client = daemon("lac", lac(address))
    wait_states(client, one="established", two="established")
    before = ids(client)
    client.ask("redial tunnel", tunnel="up")
    lab.wait_until(lambda: len(ids(client)) == 2 and ids(client)["one"][0] != before["one"][0], "another tunnel")
    client.ask("disable tunnel", tunnel="up")
    wait_states(client, one="disabled", two="disabled")
    lab.wait_until(lambda: server.tunnels() == [], "the server to have none")
    assert [t["state"] for t in client.tunnels()] == ["disabled"]
    with pytest.raises(CommandError, match='tunnel "up" is disabled; "enable tunnel up" dials it'):
        client.ask("redial session", session="one")
    # One of them stays as it is when the tunnel goes on.
    client.ask("disable session", session="two")
    client.ask("enable tunnel", tunnel="up")
    wait_states(client, one="established", two="disabled")
    # At once, while it still closes.
    client.ask("enable session", session="two")
    client.ask("disable tunnel", tunnel="up")
    client.ask("enable tunnel", tunnel="up")
    wait_states(client, one="established", two="established")


def test_unanswered(daemon, address):
    """One that nobody answers is asked anew from the first packet on."""
    client = daemon("lac", lac(address))
    first = lab.wait_until(lambda: [t for t in client.tunnels() if t["state"] == "wait-ctl-reply"], "a try")[0]
    client.ask("redial session", session="one")
    lab.wait_until(lambda: [t for t in client.tunnels() if t.get("tunnel_id", first["tunnel_id"]) != first["tunnel_id"]],
                   "another try")
    client.ask("disable tunnel", tunnel="up")
    wait_states(client, one="disabled", two="disabled")


def test_lcce(daemon, address):
    """One that waits refuses its peer meanwhile, and cannot be dialled."""
    head = daemon("head", f'listen {{ address = "{address}" }}\n'
                          'lcce "branch" { from-hostname = { "branch" } session "lan" { } session "voice" { } }\n')
    branch = daemon("branch", f'lcce "head" {{ remote = "{address}" redial = 0.2 redial-max = 0.4 source-port = '
                              '"ephemeral"\nsession "lan" { } session "voice" { } }\n')
    wait_states(head, lan="established", voice="established")
    for command, args in ("redial tunnel", {"tunnel": "branch"}), ("redial session", {"session": "lan"}):
        with pytest.raises(CommandError, match='tunnel "branch" waits for its peer to call'):
            head.ask(command, **args)
    head.ask("disable session", session="lan")
    lab.wait_until(lambda: "disabled by the operator" in branch.sessions(session="lan")[0].get("last_error", ""),
                   "the branch to be told")
    assert states(head) == {"lan": "disabled", "voice": "established"}
    head.ask("enable session", session="lan")
    wait_states(head, lan="established", voice="established")
    head.ask("disable tunnel", tunnel="branch")
    lab.wait_until(lambda: "disabled by the operator" in branch.sessions(session="voice")[0].get("last_error", ""),
                   "the branch to be told")
    head.ask("enable tunnel", tunnel="branch")
    wait_states(head, lan="established", voice="established")


def test_words(daemon, build, address):
    """What delete means for what the configuration has, and what cannot be dialled from here."""
    server = daemon("lns", lns(address))
    client = daemon("lac", lac(address))
    client.ask("add tunnel", remote=address, name="added")
    client.ask("add session", tunnel="added", ppp="x", name="extra")
    wait_states(client, one="established", two="established", extra="established")

    def ctl(*words):
        return subprocess.run([build / "l2tpctl", "--runtime-dir", client.run, *words], capture_output=True,
                              text=True, check=False)

    done = ctl("delete", "session", "one")
    assert done.returncode == 0
    assert done.stdout.startswith('session "one" is of the configuration: it is gone until l2tpd starts again')
    assert '"disable session"' in done.stdout and '"redial session"' in done.stdout
    assert ctl("delete", "session", "extra").stdout == ""
    assert ctl("redial", "session", "one").stderr.startswith('l2tpctl: there is no session "one"')
    assert ctl("disable", "session", "two").stdout == ""
    assert "disabled" in ctl("show", "sessions").stdout
    assert ctl("delete", "tunnel", "added").stdout == ""
    assert 'tunnel "up" is of the configuration' in ctl("delete", "tunnel", "up").stdout
    assert (client.sessions(), ctl("redial", "tunnel", "nobody").returncode) == ([], 1)
    # The other end's.
    caller = daemon("caller", lac(address))
    wait_states(caller, one="established", two="established")
    row = next(s for s in server.sessions() if s["state"] == "established")
    with pytest.raises(CommandError, match="is the peer's to dial"):
        server.ask("redial tunnel", tunnel=str(row["tunnel_id"]))
    with pytest.raises(CommandError, match="is the peer's to dial"):
        server.ask("disable session", tunnel=str(row["tunnel_id"]), session=str(row["session_id"]))


def silent(address):
    """Somebody who listens there and never says a word."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, 1701))
    return s


def test_no_answer(daemon, build, address):
    """It is told while it is being asked, in full and in the rows, long before it is given up."""
    with silent(address):
        client = daemon("lac", lac(address))
        for show in client.tunnels, client.sessions:
            rows = lab.wait_until(lambda s=show: [r for r in s() if r.get("last_error") == "no answer yet, 3 sent"],
                                  "three tries to be told")
            assert rows[0]["state"] in ("wait-ctl-reply", "connecting")
        client.process.wait_for(re.escape(f"{address}:1701): no answer yet, 3 sent"))
        shown = subprocess.run([build / "l2tpctl", "--runtime-dir", client.run, "show", "sessions"],
                               capture_output=True, text=True, check=True).stdout
        assert "LAST-ERROR" in shown and "no answer yet, " in shown


@pytest.mark.parametrize("server", ["ipv4", "::1"])
def test_closed_port(daemon, address, server):
    """Nobody listens there: ICMP says so at once, and with the end of the attempt as well."""
    server = address if server == "ipv4" else server
    client = daemon("lac", f'ppp "x" {{ backend = "none" }}\nlac "up" {{ server = "{server}" port = 17099 retransmit = 0.2 '
                           f'retransmit-tries = 2\nsession "one" {{ ppp = "x" {SLOW} }} }}\n')
    said = f"refused by {server} (ICMP)"
    lab.wait_until(lambda: [t for t in client.tunnels() if t.get("last_error") == said], "the refusal in the tunnel")
    client.process.wait_for(re.escape(said))
    lab.wait_until(lambda: client.sessions()[0]["state"] == "waiting", "the attempt to end")
    assert client.sessions()[0]["last_error"] == f"{said}; no answer after 2 retransmissions"
    assert client.tunnels()[0]["last_error"] == f"{said}; no answer after 2 retransmissions"


def test_config_file(daemon, build, address):
    """Whether the file still says what runs; the configuration that is printed says so itself."""
    d = daemon("lns", lns(address))
    path = f"{d.run}.conf"
    with open(path) as f:
        text = f.read()

    def ctl(*words):
        return subprocess.run([build / "l2tpctl", "--runtime-dir", d.run, *words], capture_output=True, text=True,
                              check=True).stdout

    def write(said):
        with open(path, "w") as f:
            f.write(said)

    running = ctl("show", "config")
    cases = [(text, "same", "is what runs"), ("# a comment\n" + text, "same", "is what runs"),
             (text + "max-tunnels = 7\n", "changed", "restart l2tpd to use it"),
             (text + "max-tunnel = 7\n", "faulty", f"would not start with it: {path}:5: "),
             (text, "same", "is what runs"), (None, "unreadable", "cannot be read: No such file")]
    for said, state, note in cases:
        if said is None:
            os.unlink(path)
        else:
            write(said)
        status = d.status()
        assert (status["config"], status["config_file"]) == (state, path)
        assert note in status["config_note"] and note in ctl("show", "status")
        shown = ctl("show", "config")
        if state == "same":
            assert shown == running
        else:
            assert shown.startswith(f"# {path} is not what runs") and shown.endswith(running)
            again = d.write("again", shown)
            subprocess.run([build / "l2tpd", "-n", "-f", again], stdout=subprocess.DEVNULL, check=True)
