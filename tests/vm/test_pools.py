# SPDX-License-Identifier: GPL-2.0-or-later
"""Which address a caller gets: of several pools, again, reserved, fixed, named by a server; and none is lost."""

import pytest

import lab
from lab.caller import Caller
from lab.l2tpd import L2tpd, lns_config
from lab.radius import SECRET, FreeRadius

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

CONFIGURE = b"\xff\x03\xc0\x21\x09\x01\x00\x08\0\0\0\0"  # a frame of LCP that asks for nothing
ROUNDS, AT_ONCE = 2, 100


def pools(lns, **args):
    return {p["pool"]: p for p in lns.ask("show pools", **args)}


def caller(processes, build, end, server, *users, name="lac"):
    """An l2tpd that calls once for each (user, password), in one tunnel."""
    lac = L2tpd(processes, build, end.namespace, name)
    text = f'hostname = "{name}"\nppp "dialout" {{ }}\nlac "upstream" {{ server = "{server}"\n'
    for n, (user, password) in enumerate(users):
        text += (f'session "s{n}" {{ user = "{user}" password-file = "{lac.secret(password, f"pw{n}")}" '
                 'ppp = "dialout" persist = false }\n')
    return lac.start(text + "}\n")


def hang_up(lns, *lacs):
    for lac in lacs:
        assert lac.stop() == 0
    lab.wait_until(lambda: lns.sessions() == [], "the calls to be cleared")


def addresses(lns, count):
    return {s["user"]: s["remote_ipv4"] for s in lns.up(count)}


def test_no_leak(pair, processes, build):
    """200 calls, a hundred at a time: each has an address of its own, and all come back."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns", level="info")
    lns.start("""
hostname = "our-lns"
listen { address = "0.0.0.0" }
lns "all" { ppp = "open" idle-timeout = 600 }
ppp "open" { local-address = "10.64.0.1" pool = { "10.64.0.0/26" } pools = { "more" } }
pool "more" { address = { "10.65.0.0-10.65.0.40" } reserve = { "10.65.0.3" } }
""")
    # 61 of the profile's own, 40 of the section, of which the last may stay unused
    caller = Caller(b.namespace, a.ipv4)
    caller.open()
    serial = 0
    for _ in range(ROUNDS):
        calls = []
        for _ in range(AT_ONCE):
            serial += 1
            calls.append((serial, caller.call(serial, CONFIGURE)))
        lab.wait_until(lambda: len([s for s in lns.sessions() if s["ppp_state"] == "negotiating"]) == AT_ONCE,
                       f"{AT_ONCE} calls to have their pppd", timeout=120)
        users = lns.ask("show users")
        assert len({u["remote_ipv4"] for u in users}) == len(users) == AT_ONCE
        assert sum(p["used"] for p in pools(lns).values()) == AT_ONCE
        for ours, theirs in calls:
            caller.clear(ours, theirs)
            caller.drain()
        lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the calls to be cleared", timeout=120)
        # a caller's address is free once its interface is gone
        lab.wait_until(lambda: {n: (p["used"], p["free"]) for n, p in pools(lns).items()} ==
                       {"open": (0, 61), "more": (0, 40)}, "all addresses to be back")
    assert lns.ask("show users") == []
    assert [p["exhausted"] for p in pools(lns).values()] == [0, 0]


def test_exhaustion(pair, processes, build):
    """One too many is refused, with a line that says why; when one leaves there is room again."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    users = [(f"user{i}", f"pw{i}") for i in range(3)]
    lns.start(lns_config(lns.users(*users), pool="10.64.0.2-10.64.0.3"))
    first = caller(processes, build, b, a.ipv4, *users[:2])
    lns.up(2)
    second = caller(processes, build, b, a.ipv4, users[2], name="second")
    lns.process.wait_for(r'warning: the pool of ppp "isp" is exhausted: all of its addresses \(2\) are in use')
    lns.process.wait_for('user "user2" was refused: no address is left in the pool of ppp "isp"; enlarge it')
    lns.process.wait_for(r'cleared by (us|the peer): .*no address is left in the pool')
    lab.wait_until(lambda: [s for s in second.sessions() if s.get("last_error") and s["state"] != "connecting"],
                   "the caller to be told")
    pool = pools(lns)["isp"]
    assert (pool["size"], pool["used"], pool["free"], pool["exhausted"]) == (2, 2, 0, 1)
    assert second.stop() == 0
    hang_up(lns, first)
    assert pools(lns)["isp"]["free"] == 2
    caller(processes, build, b, a.ipv4, users[2], users[0], name="third")
    assert set(addresses(lns, 2)) == {"user0", "user2"}
    assert pools(lns)["isp"]["exhausted"] == 1


def test_sticky(pair, processes, build):
    """Who returns gets the address that he had, though another has rested longer."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    users = [(f"user{i}", f"pw{i}") for i in range(3)]
    lns.start(lns_config(lns.users(*users), pool="10.64.0.2-10.64.0.4"))
    lac = caller(processes, build, b, a.ipv4, *users)
    had = addresses(lns, 3)
    assert len(set(had.values())) == 3
    hang_up(lns, lac)
    assert pools(lns)["isp"]["known"] == 3
    for user in reversed(users):
        lac = caller(processes, build, b, a.ipv4, user, name=f"again-{user[0]}")
        assert addresses(lns, 1) == {user[0]: had[user[0]]}
        hang_up(lns, lac)


def test_reserved_and_fixed(pair, processes, build):
    """Reserved addresses are for whom they are fixed, one at a time."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    rows = [("fixed", "pw", "10.64.0.2"), ("rival", "pw", "10.64.0.2"), ("any", "pw"), ("other", "pw")]
    lns.start(lns_config(lns.users(*rows), pool="10.64.0.2-10.64.0.3", ppp='pool-reserve = { "10.64.0.2" }'))
    assert pools(lns)["isp"]["free"] == 1
    caller(processes, build, b, a.ipv4, ("any", "pw"), name="any")
    assert addresses(lns, 1) == {"any": "10.64.0.3"}
    other = caller(processes, build, b, a.ipv4, ("other", "pw"), name="other")
    lns.process.wait_for('user "other" was refused: no address is left in the pool of ppp "isp"')
    fixed = caller(processes, build, b, a.ipv4, ("fixed", "pw"), name="fixed")
    assert addresses(lns, 2) == {"any": "10.64.0.3", "fixed": "10.64.0.2"}
    (session,) = lns.sessions(user="fixed")
    rival = caller(processes, build, b, a.ipv4, ("rival", "pw"), name="rival")
    lns.process.wait_for('user "rival" was refused: its address 10.64.0.2 is in use by user "fixed" '
                         rf'\(tunnel {session["tunnel_id"]} \(fixed, .*\) session {session["session_id"]}\)')
    assert pools(lns)["isp"]["used"] == 2
    for lac in (other, rival, fixed):
        assert lac.stop() == 0
    lab.wait_until(lambda: len(lns.sessions()) == 1, "the others to be cleared")
    caller(processes, build, b, a.ipv4, ("rival", "pw"), name="rival-again")
    assert addresses(lns, 2) == {"any": "10.64.0.3", "rival": "10.64.0.2"}


def test_named(pair, processes, build):
    """Framed-Pool of a server's reply: a pool section, and a clear word when there is none of the name."""
    a, b = pair
    server = FreeRadius(processes, a.namespace)
    server.users('user0 Cleartext-Password := "pw"\n    Framed-Pool = "gold"\n'
                 'user1 Cleartext-Password := "pw"\n    Framed-Pool = "silver"\n'
                 'user2 Cleartext-Password := "pw"\n    Framed-IP-Address = 255.255.255.254\n')
    server.start()
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config("", ppp='radius = { "radius" }', extra=f"""
state-dir = "{lns.run}.state"
pool "gold" {{ address = {{ "10.99.0.0/30" }} }}
radius "radius" {{ address = "127.0.0.1" secret-file = "{lns.secret(SECRET, "radius")}" }}
""").replace('    users-file = ""\n', ""))
    caller(processes, build, b, a.ipv4, *[(f"user{n}", "pw") for n in range(3)])
    got = addresses(lns, 2)
    assert got["user0"] == "10.99.0.1"
    assert got["user2"].startswith("10.64.0.")
    lns.process.wait_for('user "user1" was refused: it is to get an address of the pool "silver", but there is no such '
                         'section; there is: "gold"')
    assert pools(lns, name="gold")["gold"]["used"] == 1
    assert pools(lns)["isp"]["used"] == 1
