# SPDX-License-Identifier: GPL-2.0-or-later
"""How many calls there may be: of a profile, of a user, of a tunnel. Who is one too many is told why."""

import pytest

import lab
from lab.l2tpd import L2tpd, lns_config
from lab.radius import SECRET, FreeRadius

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

USERS = [(f"user{i}", f"pw{i}") for i in range(3)]


def caller(processes, build, end, server, *users, name="lac"):
    """An l2tpd that calls once for each user, in one tunnel."""
    lac = L2tpd(processes, build, end.namespace, name)
    text = f'hostname = "{name}"\nppp "dialout" {{ }}\nlac "upstream" {{ server = "{server}"\n'
    for n, (user, password) in enumerate(users):
        text += (f'session "s{n}" {{ user = "{user}" password-file = "{lac.secret(password, f"pw{n}")}" '
                 'ppp = "dialout" persist = false }\n')
    return lac.start(text + "}\n")


def wait_for_refusals(lns, count):
    """Exactly that many calls were refused, and the others stay up."""
    lab.wait_until(lambda: lns.status()["calls_refused"] == count, f"{count} calls to be refused")


def test_profile(pair, processes, build):
    """max-sessions of a profile; a place that becomes free is given again."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(*USERS), ppp="max-sessions = 2"))
    lac = caller(processes, build, b, a.ipv4, *USERS)
    lns.up(2)
    wait_for_refusals(lns, 1)
    lns.process.wait_for(r'user "user\d" is one too many: ppp "isp" has 2 sessions, its max-sessions')
    # Also where the caller's pppd cleared it first, as refused by CHAP.
    lns.process.wait_for(r"cleared by us: .*has 2 sessions, its max-sessions")
    lab.wait_until(lambda: len(lns.sessions()) == 2, "the refused call to be cleared")
    # The address of the refused one is free as well: a pool of the same size would do.
    assert lns.used("isp") == 2
    assert lac.stop() == 0
    lab.wait_until(lambda: lns.sessions() == [], "the calls to be cleared")
    caller(processes, build, b, a.ipv4, *USERS[:2], name="again")
    assert {s["user"] for s in lns.up(2)} == {"user0", "user1"}
    assert (lns.status()["calls_refused"], lns.status()["auth_failed"]) == (1, 0)


def test_user(pair, processes, build):
    """max-sessions-per-user; others are not concerned."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(*USERS), ppp="max-sessions-per-user = 1"))
    caller(processes, build, b, a.ipv4, USERS[0], USERS[0], USERS[1])
    lns.up(2)
    wait_for_refusals(lns, 1)
    lns.process.wait_for(r'user "user0" has 1 session already, the max-sessions-per-user of ppp "isp"')
    lns.process.wait_for("cleared by us: .*max-sessions-per-user")
    lab.wait_until(lambda: len(lns.sessions()) == 2, "the refused call to be cleared")
    assert {s["user"] for s in lns.up(2)} == {"user0", "user1"}


def test_port_limit(pair, processes, build):
    """A server's Port-Limit is the user's, whatever the profile says."""
    a, b = pair
    server = FreeRadius(processes, a.namespace)
    server.users('user0 Cleartext-Password := "pw0"\n    Port-Limit = 2\n'
                 'user1 Cleartext-Password := "pw1"\n')
    server.start()
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config("", ppp='radius = { "radius" }\nmax-sessions-per-user = 1', extra=f"""
state-dir = "{lns.run}.state"
radius "radius" {{ address = "127.0.0.1" secret-file = "{lns.secret(SECRET, "radius")}" }}
""").replace('    users-file = ""\n', ""))
    caller(processes, build, b, a.ipv4, *[USERS[0]] * 3, *[USERS[1]] * 2)
    lns.up(3)
    wait_for_refusals(lns, 2)
    lns.process.wait_for('user "user0" has 2 sessions already, its Port-Limit')
    lns.process.wait_for('user "user1" has 1 session already, the max-sessions-per-user')
    lab.wait_until(lambda: len(lns.sessions()) == 3, "the refused calls to be cleared")
    assert sorted(s["user"] for s in lns.up(3)) == ["user0", "user0", "user1"]


def test_tunnel(pair, processes, build):
    """max-sessions of an lns section is for each tunnel: another one has its own."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(*USERS), lns="max-sessions = 2"))
    lac = caller(processes, build, b, a.ipv4, *USERS)
    lns.up(2)
    refused = lab.wait_until(lambda: [s for s in lac.sessions() if s.get("last_error") and s["state"] != "connecting"],
                             "a call to be refused")
    assert len(refused) == 1
    assert len(lns.sessions()) == 2
    caller(processes, build, b, a.ipv6, USERS[0], name="other")
    lns.up(3)
    assert len(lns.tunnels()) == 2
