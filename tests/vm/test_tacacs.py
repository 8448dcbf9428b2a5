# SPDX-License-Identifier: GPL-2.0-or-later
"""Callers whom a TACACS+ server knows: authentication, what it authorizes, accounting."""

import pytest

import lab
from lab.l2tpd import L2tpd, lns_config
from lab.tacacs import CHAP, MSCHAPV2, PAP, SECRET, Tacacs, User
from test_radius import Caller, hang_up

pytestmark = pytest.mark.any_kernel

METHODS = {"pap": PAP, "chap": CHAP, "mschapv2": MSCHAPV2}


@pytest.fixture
def tacacs(pair):
    with Tacacs(pair[0].namespace) as server:
        server.users["bob"] = User("builder", "addr=10.64.0.77", "route=10.99.0.0 255.255.0.0", "timeout=60", "inacl=7")
        server.users["pool"] = User("swimmer", "addr-pool=gold")
        server.users["eve"] = User("apple", authorized=False)
        server.users["mad"] = User("hatter", "callback-line=7")
        yield server


def config(lns, *servers, ppp=""):
    secret = lns.secret(SECRET, "tacacs")
    sections = "".join(s.config(s.name, secret, "timeout = 5 dead-time = 2") for s in servers)
    names = ", ".join(f'"{s.name}"' for s in servers)
    text = lns_config("", auth='"mschapv2", "chap", "pap"', ppp=f"tacacs = {{ {names} }}\n{ppp}",
                      extra=f'state-dir = "{lns.run}.state"\npool "gold" {{ address = "10.70.0.0/29" }}\n{sections}')
    return text.replace('    users-file = ""\n', "")


def records(server, user):
    """[(flags, record)] of a user's accounting."""
    return [(r["flags"], r) for r in server.accounting if r["user"] == user]


def check_accounting(server, lns, session, b):
    """Of the one call that was and is over: start, in between, stop."""
    found = lab.wait_until(lambda: (lambda r: r and r[-1][0] == 4 and r)(records(server, "bob")), "the stop")
    flags = [f for f, _ in found]
    assert flags[0] == 2 and flags[-1] == 4 and set(flags[1:-1]) == {0x0a}
    assert len({r["task_id"] for _, r in found}) == 1
    assert all((r["service"], r["protocol"], r["addr"]) == ("ppp", "ip", "10.64.0.77") for _, r in found)
    assert all((r["rem_addr"], r["port"]) == (b.ipv4, session["ifname"]) for _, r in found)
    stop = found[-1][1]
    assert stop["reason"] == "user-request"
    assert int(stop["stop_time"]) - int(stop["start_time"]) == int(stop["elapsed_time"])
    assert 3 <= int(stop["paks_in"]) < 30 and 3 * 28 <= int(stop["bytes_in"]) < 3 * 28 + 1500
    assert int(stop["paks_out"]) >= 3 and int(stop["bytes_out"]) >= 3 * 28
    server.accounting.clear()


def test_methods(pair, processes, build, tacacs):
    """A call by each method, with the address that is authorized, and its accounting."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(config(lns, tacacs, ppp="interim-interval = 1"))
    lab.wait_until(lambda: tacacs.accounting, "the start of l2tpd")
    caller = Caller(processes, b.namespace, a.ipv4)
    for method, number in METHODS.items():
        peer = caller.call("bob", "builder", method)
        (session,) = lns.up()
        assert (session["user"], session["remote_ipv4"]) == ("bob", "10.64.0.77")
        for _ in range(3):
            assert lab.ping(a.namespace, "10.64.0.77") is not None
        (user,) = lns.ask("show users", user="bob")
        assert user["server"] == "tacacs" and user["session_timeout_s"] == 3600
        routes = a.namespace.run("ip", "route", "show", "dev", session["ifname"])
        assert "10.99.0.0/16" in routes
        assert tacacs.of("start")[-1]["type"] == tacacs.of("author")[-1]["type"] == number
        lab.wait_until(lambda: 0x0a in [f for f, _ in records(tacacs, "bob")], "a report in between")
        hang_up(lns, peer)
        check_accounting(tacacs, lns, session, b)
    lns.process.wait_for(r'user "bob" is accepted \(mschapv2, tacacs tacacs\)')
    lns.process.wait_for('access list "7": it restricts the caller')
    # One for all of it.
    assert tacacs.connections == 1


def test_refused(pair, processes, build, tacacs):
    """By the password, by the authorization, by what it demands; and a pool that it names."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(config(lns, tacacs))
    caller = Caller(processes, b.namespace, a.ipv4)
    for user, password, why in (
            ("bob", "wrong", 'user "bob" is refused .chap.: the TACACS. server "tacacs" rejected it: go away'),
            ("eve", "apple", 'user "eve" is refused .chap.: the TACACS. server "tacacs" does not authorize PPP for it'),
            ("mad", "hatter", 'user "mad" cannot come in .chap.: the TACACS. server "tacacs" demands what cannot be '
                              "had: callback-line=7")):
        peer = caller.call(user, password, "chap")
        lns.process.wait_for(why)
        hang_up(lns, peer)
    peer = caller.call("pool", "swimmer", "chap")
    (session,) = lns.up()
    assert session["remote_ipv4"].startswith("10.70.0.")
    hang_up(lns, peer)


def test_failover(pair, processes, build, tacacs):
    """The server goes in the middle; the other one takes the next caller, and what was not accounted."""
    a, b = pair
    other = Tacacs(a.namespace, name="other", port=4949)
    other.users = tacacs.users
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(config(lns, tacacs, other))
    lab.wait_until(lambda: tacacs.accounting, "the start of l2tpd")
    caller = Caller(processes, b.namespace, a.ipv4)
    peer = caller.call("bob", "builder", "chap")
    lns.up()
    lab.wait_until(lambda: records(tacacs, "bob"), "the start")
    tacacs.stop()
    hang_up(lns, peer)
    lab.wait_until(lambda: lns.ask("show tacacs", server="other")[0]["acct_queued"] == 1, "the stop to wait")
    with other:
        ((flags, stop),) = lab.wait_until(lambda: records(other, "bob"), "the stop")
        assert (flags, stop["task_id"]) == (4, records(tacacs, "bob")[0][1]["task_id"])
        peer = caller.call("bob", "builder", "mschapv2")
        lns.up()
        lns.process.wait_for(r'user "bob" is accepted \(mschapv2, tacacs other\)')
        hang_up(lns, peer)
        lab.wait_until(lambda: [f for f, _ in records(other, "bob")] == [4, 2, 4], "all of the second call")
