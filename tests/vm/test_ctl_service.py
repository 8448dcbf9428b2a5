# SPDX-License-Identifier: GPL-2.0-or-later
"""What l2tpctl shows of users and pools, clears, and tries of the aaa process: tables, pages and JSON."""

import json
import os
import pty
import subprocess
import termios

import pytest

import lab
from lab.l2tpd import CommandError, L2tpd, lns_config
from lab.process import DEADLINE

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

USERS = [("alice", "wonderland"), ("bob", "builder", "10.64.0.77")]


class Lns(L2tpd):
    def ctl(self, *words, typed="", code=0):
        """Runs l2tpctl itself: its output, once its exit status is as said."""
        done = subprocess.run([self.build / "l2tpctl", "--runtime-dir", self.run, *words], input=typed,
                              capture_output=True, text=True, timeout=DEADLINE)
        assert done.returncode == code, done.stderr
        return (done.stdout, done.stderr) if code else done.stdout

    def json(self, *words, **kwargs):
        return json.loads(self.ctl("--json", *words, **kwargs))


@pytest.fixture
def lns(pair, processes, build):
    a, _ = pair
    lns = Lns(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(*USERS), ppp='session-timeout = 3600\nidle-timeout = 600\nrate-down = "10mbit"\n'
                         'dns = { "192.0.2.53" }\npools = { "more" }', auth='"mschapv2", "chap", "pap"',
                         extra='pool "more" { address = { "10.65.0.1-10.65.0.9" } reserve = { "10.65.0.9" } }'))
    return lns


@pytest.fixture
def lac(pair, processes, build, lns):
    """Two calls of alice and one of bob."""
    a, b = pair
    lac = L2tpd(processes, build, b.namespace, "lac")
    text = f'hostname = "our-lac"\nppp "dialout" {{ }}\nlac "upstream" {{ server = "{a.ipv4}"\n'
    for n, user in enumerate([USERS[0], USERS[0], USERS[1]]):
        text += (f'session "s{n}" {{ user = "{user[0]}" password-file = "{lac.secret(user[1], f"pw{n}")}" '
                 'ppp = "dialout" persist = false }\n')
    lac.start(text + "}\n")
    lns.up(3)
    return lac


def rows(table):
    head, *lines = (line.split() for line in table.splitlines())
    return [dict(zip(head, line, strict=True)) for line in lines]


def check_users(lns, lac):
    table = rows(lns.ctl("show", "users"))
    assert [r["USER"] for r in table].count("alice") == 2
    (bob,) = (r for r in table if r["USER"] == "bob")
    assert (bob["STATE"], bob["REMOTE-IPV4"], bob["SERVER"]) == ("up", "10.64.0.77", "local")
    (session,) = lns.sessions(user="bob")
    (record,) = lns.json("show", "users", "bob", "stats")
    assert (record["tunnel_id"], record["session_id"], record["ifname"]) == \
        (session["tunnel_id"], session["session_id"], session["ifname"])
    assert (record["ppp"], record["rate_down"], record["dns"]) == ("isp", 10000000, ["192.0.2.53"])
    assert 3500 < record["session_left_s"] <= 3600 == record["session_timeout_s"]
    assert 3500 < session["session_left_s"] <= 3600
    assert 0 < record["idle_left_s"] <= 600 == record["idle_timeout_s"]
    assert len(record["acct_session_id"]) > 8
    assert {lns.ask("show users", user="bob")[0]["since"] for _ in range(50)} == {record["since"]}
    page = lns.ctl("show", "users", "bob")
    assert "  Rate to the caller:     10Mbit/s\n" in page
    assert f"  Acct-Session-Id:        {record['acct_session_id']}\n" in page
    # The kernel's counters, as they are now
    before = record["rx_bytes"]
    (device,) = (s["ifname"] for s in lac.sessions(user="bob"))
    lab.ping(lac.namespace, "10.64.0.1", device, size=1000)
    (record,) = lns.json("show", "users", "bob", "stats")
    assert record["rx_bytes"] >= before + 1000
    assert "rx_bytes" not in lns.json("show", "users", "bob")[0]
    _, said = lns.ctl("show", "users", "nobody", code=1)
    assert said == 'l2tpctl: there is no user "nobody"\n'


def check_pools(lns):
    table = {r["POOL"]: r for r in rows(lns.ctl("show", "pools"))}
    assert (table["isp"]["SECTION"], table["isp"]["SIZE"], table["isp"]["USED"], table["isp"]["FREE"]) == \
        ("ppp", "253", "3", "250")
    assert (table["more"]["SECTION"], table["more"]["SIZE"], table["more"]["RESERVED"], table["more"]["FREE"],
            table["more"]["RANGES"]) == ("pool", "9", "1", "8", "10.65.0.1-10.65.0.9")
    (more,) = lns.json("show", "pools", "more")
    assert more["ranges"] == ["10.65.0.1-10.65.0.9"]
    assert more["reserve"] == ["10.65.0.9"]
    assert "  Reserved ranges:        10.65.0.9\n" in lns.ctl("show", "pools", "more")
    _, said = lns.ctl("show", "pools", "none", code=1)
    assert said == 'l2tpctl: there is no pool "none"\n'


def check_interfaces(lns):
    """PPP's interfaces in the list; one by its name, with its link, and its session by the same name."""
    (session,) = lns.sessions(user="bob")
    table = {r["IFNAME"]: r for r in rows(lns.ctl("show", "interfaces"))}
    assert len(table) == 3
    assert (table[session["ifname"]]["KIND"], table[session["ifname"]]["LINK"], table[session["ifname"]]["USER"]) == \
        ("ppp", "up", "bob")
    (record,) = lns.json("show", "interface", session["ifname"])
    for key in "tunnel_id", "session_id", "user", "ppp", "ppp_state", "local_ipv4", "remote_ipv4":
        assert record[key] == session[key]
    link = lab.link(lns.namespace, session["ifname"])
    assert (record["mtu"], record["ifindex"], record["admin"]) == (link["mtu"], link["index"], "up")
    assert record["rx_packets"] > 0 and "circuit" not in record and "mac" not in record
    page = lns.ctl("show", "session", session["ifname"])
    assert "  User:                   bob\n" in page and f"  Local id:               {session['session_id']}\n" in page
    assert lns.ctl("show", "session", "bob") == page


def check_clear(lns, lac):
    assert lns.ctl("clear", "user", "alice") == "  User:                   alice\n  Sessions cleared:       2\n"
    lns.process.wait_for('user "alice": 2 sessions are cleared by the operator')
    lab.wait_until(lambda: [s["user"] for s in lns.sessions()] == ["bob"], "alice's sessions to be cleared")
    lns.process.wait_for("cleared by us: .*cleared by the operator")
    lab.wait_until(lambda: len([s for s in lac.sessions() if "cleared by the operator" in s.get("last_error", "")]) == 2,
                   "the caller to be told")
    assert [u["user"] for u in lns.ask("show users")] == ["bob"]
    assert lns.json("show", "pools", "isp")[0]["used"] == 1
    _, said = lns.ctl("clear", "user", "alice", code=1)
    assert said == 'l2tpctl: there is no user "alice" with a session\n'


def test_shown_and_cleared(lns, lac):
    """Users, pools and interfaces, as tables, pages and JSON; then one of the users is cleared."""
    check_users(lns, lac)
    check_pools(lns)
    check_interfaces(lns)
    check_clear(lns, lac)
    # The caller ends the last one by its interface's name.
    (device,) = (s["ifname"] for s in lac.sessions(user="bob"))
    lac.ask("delete session", session=device)
    lab.wait_until(lambda: lns.ask("show interfaces") == [], "bob's interface to go")


def test_aaa(lns):
    for method in ("pap", "chap", "mschapv2"):
        (record,) = lns.json("test", "aaa", "alice", "method", method, typed="wonderland\n")
        assert (record["result"], record["method"], record["server"], record["ppp"]) == \
            ("accepted", method, "local", "isp")
        assert record["pools"] == ["ppp isp", "more"]
        assert (record["session_timeout_s"], record["dns"]) == (3600, ["192.0.2.53"])
        out, said = lns.ctl("--json", "test", "aaa", "alice", "method", method, typed="looking glass\n", code=1)
        (record,) = json.loads(out)
        assert record["result"] == "refused"
        assert 'l2tpctl: user "alice" is refused: ' in said
        assert "looking glass" not in out + said
    # The profile's first method, the fixed address, a page
    page = lns.ctl("test", "aaa", "bob", typed="builder")
    assert "  Result:                 accepted\n" in page
    assert "  Method:                 mschapv2\n" in page
    assert "  IPv4 address:           10.64.0.77\n" in page
    # Nothing of it was given, and no user came in.
    assert lns.ask("show users") == []
    assert lns.json("show", "pools", "isp")[0]["used"] == 0
    log = lns.process.text()
    assert "wonderland" not in log and "looking glass" not in log
    for args, says in (({"ppp": "none"}, 'there is no ppp section "none"'), ({"method": "eap"}, "eap cannot be tried")):
        with pytest.raises(CommandError, match=says):
            lns.ask("test aaa", user="alice", password="x", **args)
    with pytest.raises(CommandError, match="needs a user and a password"):
        lns.ask("test aaa", user="alice")


def test_terminal(lns):
    """On a terminal the password is asked for, and does not appear."""
    ours, theirs = pty.openpty()

    def echoes():
        return bool(termios.tcgetattr(ours)[3] & termios.ECHO)

    assert echoes()
    with subprocess.Popen([lns.build / "l2tpctl", "--runtime-dir", lns.run, "--json", "test", "aaa", "alice"], text=True,
                          stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ctl:
        lab.wait_until(lambda: not echoes(), "the terminal's echo to be off")
        assert ctl.stderr.read(len("Password: ")) == "Password: "
        os.write(ours, b"wonderland\n")
        out, _ = ctl.communicate(timeout=DEADLINE)
    assert ctl.returncode == 0
    assert json.loads(out)[0]["result"] == "accepted"
    assert echoes()
    os.close(theirs)
    os.close(ours)
