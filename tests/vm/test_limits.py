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


def other_than(lns, before):
    """The calls that are up, without that one."""
    return [s for s in lns.up() if s["session_id"] != before["session_id"]]


@pytest.mark.parametrize("kept_out_by", ["limit", "address"])
def test_replaced(pair, processes, build, kept_out_by):
    """on-duplicate = replace: who comes back takes the place of its own call, by limit or address; others do not."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    fixed = ["10.64.0.77"] if kept_out_by == "address" else []
    limit = "max-sessions-per-user = 1" if kept_out_by == "limit" else ""
    config = lns_config(lns.users((*USERS[0], *fixed), ("user1", "pw1", *fixed)), ppp=f'{limit} on-duplicate = "replace"')
    lns.start(config)
    first = caller(processes, build, b, a.ipv4, USERS[0], name="first")
    (before,) = lns.up()
    caller(processes, build, b, a.ipv6, USERS[0], name="second")
    lns.process.wait_for(r"ended for tunnel \d+ \(.*\) session \d+: its caller has called again \(on-duplicate = replace\)")
    (after,) = lab.wait_until(lambda: other_than(lns, before), "the new call to be up")
    assert after["user"] == "user0"
    if fixed:
        assert after["remote_ipv4"] == before["remote_ipv4"] == fixed[0]
    assert lab.ping(a.namespace, after["remote_ipv4"]) is not None
    lab.wait_until(lambda: ["its caller has called again" in s.get("last_error", "") for s in first.sessions()] == [True],
                   "the first caller to know why")
    assert lns.status()["calls_refused"] == 0
    # Another user is no such caller.
    other = caller(processes, build, b, a.ipv4, USERS[1], name="other")
    if fixed:
        wait_for_refusals(lns, 1)
        lab.wait_until(lambda: other.sessions()[0].get("last_error"), "the other caller to be refused")
        lns.process.wait_for(r'its address 10.64.0.77 is in use by user "user0" \(tunnel \d+ \(.*\) session \d+\)')
    else:
        lns.up(2)
    lab.wait_until(lambda: len(lns.sessions()) == (1 if fixed else 2), "the rest to stay")


def test_same_line(pair, processes, build):
    """same-caller = line: a user who calls from elsewhere is no reason to end its call."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(*USERS), ppp='max-sessions-per-user = 1 on-duplicate = "replace" same-caller = "line"'))
    caller(processes, build, b, a.ipv4, USERS[0], name="first")
    (before,) = lns.up()
    caller(processes, build, b, a.ipv6, USERS[0], name="elsewhere")
    wait_for_refusals(lns, 1)
    lab.wait_until(lambda: [s["session_id"] for s in lns.sessions()] == [before["session_id"]], "the first to stay")
    caller(processes, build, b, a.ipv4, USERS[0], name="again")
    lab.wait_until(lambda: other_than(lns, before), "the call from the same line to be up")
    lab.wait_until(lambda: len(lns.sessions()) == 1, "the first to be gone")
