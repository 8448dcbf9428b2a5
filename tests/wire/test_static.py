# SPDX-License-Identifier: GPL-2.0-or-later
"""Static tunnels by command, with the null data plane: words, refusals, what is kept."""

import os
import signal
import subprocess

import pytest

from lab.l2tpd import CommandError, L2tpd

HILL = ('static "hill" { tunnel-id = 1 peer-tunnel-id = 2 local = "192.0.2.1" remote = "192.0.2.2" '
        'udp-sport = 5000 udp-dport = 5001 session "lan" { session-id = 10 peer-session-id = 20 } }\n')
ALLOWED = "static-by-command = true\n"
TUNNEL = {"name": "valley", "tunnel_id": 3, "peer_tunnel_id": 4, "encap": "ip",
          "local": "2001:db8::1", "remote": "2001:db8::2"}
SESSION = {"tunnel": "valley", "session_id": 30, "peer_session_id": 40, "cookie": "01234567", "l2spec_type": "none"}


@pytest.fixture
def daemon(processes, build, tmp_path):
    """start(text): an l2tpd with this configuration; each begins where the one before ended."""
    d = L2tpd(processes, build, None, "static")

    def start(text="", allowed=True):
        d.start(f'hostname = "here"\nstate-dir = "{tmp_path}/state"\n{ALLOWED if allowed else ""}{text}', "--dataplane", "null")
        return d
    return start


def names(d):
    return [(r["tunnel"], r.get("session"), r["origin"], r["state"]) for r in d.ask("show static")]


def test_kept(daemon, tmp_path):
    d = daemon(HILL)
    assert names(d) == [("hill", "lan", "configuration", "up")]
    assert d.ask("add tunnel static", **TUNNEL) == []
    assert names(d)[1:] == [("valley", None, "command", "up")]
    assert d.ask("add session static", **SESSION) == [{"session": "session1", "tunnel": "valley"}]
    d.ask("add session static", **{**SESSION, "name": "named", "session_id": 31, "seq": "none", "mtu": 1400})
    (first, second) = d.ask("show static", tunnel="valley")
    assert (first["cookie"], first["l2spec_type"], second["mtu"], first["encap"]) == ("01234567", "none", 1400, "ip")
    assert [r["kind"] for r in d.ask("show interfaces")] == ["static"] * 3
    # The null data plane ends with l2tpd: the next one makes them again.
    d.process.stop(number=signal.SIGKILL)
    d = daemon(HILL)
    assert [n[:2] for n in names(d)] == [("hill", "lan"), ("valley", "session1"), ("valley", "named")]
    assert all(n[3] == "up" for n in names(d))
    d.ask("delete session static", session="named")
    d.ask("delete tunnel static", tunnel="hill")
    assert [n[:2] for n in names(d)] == [("valley", "session1")]
    d.stop()
    # It is of the configuration: back with the next start. What was added gives way to that.
    d = daemon(HILL + HILL.replace("hill", "other").replace("tunnel-id = 1 ", "tunnel-id = 3 ").replace("= 10 ", "= 11 "))
    assert d.process.wait_for("static \"valley\".*does not fit the configuration any more.*tunnel-id 3 is given twice")
    assert [n[0] for n in names(d)] == ["hill", "other"]
    assert [os.stat(tmp_path / "state" / f).st_mode & 0o777 for f in ("static.made", "static.added")] == [0o600] * 2


def test_not_allowed(daemon):
    """Without static-by-command nothing changes that would outlast the engine; what was added stays."""
    d = daemon(HILL)
    d.ask("add tunnel static", **TUNNEL)
    d.stop()
    d = daemon(HILL, allowed=False)
    before = names(d)
    assert [n[0] for n in before] == ["hill", "valley"]
    for command, words in (("add tunnel static", {**TUNNEL, "name": "third", "tunnel_id": 5}), ("add session static", SESSION),
                           ("delete tunnel static", {"tunnel": "valley"}), ("delete tunnel static", {"tunnel": "hill"}),
                           ("delete session static", {"session": "lan"})):
        with pytest.raises(CommandError, match="static-by-command = true"):
            d.ask(command, **words)
    assert names(d) == before


REFUSED = [
    ("add tunnel static", {"tunnel_id": 1}, "tunnel-id 1 is given twice"),
    ("add tunnel static", {"name": "hill"}, "hill"),
    ("add tunnel static", {"name": "up"}, "there is a tunnel \"up\" already"),
    ("add tunnel static", {"name": "a b"}, "use letters"),
    ("add tunnel static", {"tunnel_id": 0}, "tunnel-id"),
    ("add tunnel static", {"udp_sport": 5002}, "udp-sport is UDP's"),
    ("add tunnel static", {"encap": "udp", "udp_sport": 53, "udp_dport": 5001}, "udp-sport 53 is below 1024"),
    ("add tunnel static", {"local": "192.0.2.1"}, "different families"),
    ("add tunnel static", {"local": "here"}, "local = \"here\" is no IPv4 or IPv6 address"),
    ("add tunnel static", {"encap": ["udp"]}, "encap has no value"),
    ("add session static", {}, "there is no static tunnel \"valley\""),
    ("add session static", {"tunnel": "hill"}, "\"hill\" is of the configuration"),
    ("add session static", {"tunnel": ""}, "needs a tunnel"),
    ("add session static", {"cookie": "0123"}, "cookie = \"0123\" is no cookie"),
    ("add session static", {"ifname": "a/b"}, "\"a/b\" is no name for an interface"),
    ("add session static", {"mac": "01:00:00:00:00:00"}, "mac"),
    ("delete tunnel static", {"tunnel": "nobody"}, "there is no static tunnel \"nobody\""),
    ("delete session static", {"tunnel": "", "session": "nobody"}, "there is no static session \"nobody\""),
    ("delete session static", {"tunnel": "hill", "session": "nobody"}, "\"hill\" has no session \"nobody\""),
    ("show static", {"tunnel": "nobody"}, "there is no static tunnel \"nobody\""),
]


def test_refused(daemon):
    """Each is refused with a sentence, and changes nothing."""
    d = daemon(HILL + 'lac "up" { server = "127.0.0.1" }')
    words = {"add tunnel static": TUNNEL, "add session static": SESSION}
    for command, change, said in REFUSED:
        with pytest.raises(CommandError) as error:
            d.ask(command, **{**words.get(command, {}), **change})
        assert said in str(error.value), (command, change)
    assert names(d) == [("hill", "lan", "configuration", "up")]


def test_damaged_record(daemon, tmp_path):
    d = daemon(HILL)
    d.ask("add tunnel static", **TUNNEL)
    d.stop()
    for file in "static.made", "static.added":
        with open(tmp_path / "state" / file, "a", encoding="ascii") as f:
            f.write("tunnel-id = {\n")
    d = daemon(HILL)
    assert [n[0] for n in names(d)] == ["hill"]
    assert "static.added.damaged" in d.process.text() and "static.made.damaged" in d.process.text()


def test_words(daemon, build):
    """As typed, with the words of ip-l2tp(8)."""
    d = daemon()

    def ctl(*words):
        return subprocess.run([build / "l2tpctl", "--runtime-dir", d.run, *words], capture_output=True, text=True,
                              check=False).stdout

    ctl(*"add tunnel static valley tunnel_id 3 peer_tunnel_id 4 encap udp local 192.0.2.1 remote 192.0.2.2 "
        "udp_sport 5000 udp_dport 6000 udp_csum on".split())
    assert ctl(*"add session static tunnel valley session_id 30 peer_session_id 40 l2spec_type none".split()) == "session1\n"
    page = ctl("show", "static", "valley")
    assert "192.0.2.2:6000" in page and "command" in page
    ctl("delete", "tunnel", "static", "valley")
    assert d.ask("show static") == []
