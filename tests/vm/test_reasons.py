# SPDX-License-Identifier: GPL-2.0-or-later
"""What the server knows of a call that it refuses or ends reaches the caller's end."""

import re

import pytest

import lab
from lab.l2tpd import L2tpd
from lab.peers import Xl2tpd, accepts, chap_secrets

pytestmark = pytest.mark.backends

USERS = ("alice", "pw1"), ("carol", "pw3"), ("bob", "pw2", "10.64.9.9"), ("dave", "pw4")


def server(processes, build, end):
    """An address for one, one that is bob's alone, and a RADIUS server that nobody has started."""
    lns = L2tpd(processes, build, end.namespace, "lns")
    return lns.start(f"""
hostname = "our-lns"
listen {{ address = "0.0.0.0" }}
lns "outage" {{ from-hostname = {{ "outage" }} ppp = "radius" }}
lns "all" {{ ppp = "isp" }}
ppp "isp" {{
    auth = {{ "mschapv2", "pap" }}
    users-file = "{lns.users(*USERS)}"
    local-address = "10.64.0.1"
    pool = {{ "10.64.0.2" }}
}}
ppp "radius" {{
    auth = {{ "chap" }}
    radius = {{ "dead" }}
    local-address = "10.64.0.1"
    pool = {{ "10.65.0.2" }}
}}
radius "dead" {{
    address = "127.0.0.1"
    secret-file = "{lns.secret("radius secret", "radius")}"
    timeout = 0.5
    tries = 1
}}
""")


def caller(processes, build, end, where):
    lac = L2tpd(processes, build, end.namespace, "lac")
    words = {user: lac.secret(word, f"pw-{user}") for user, word, *_ in USERS}

    def session(name, user):
        return f'session "{name}" {{ user = "{user}" password-file = "{words[user]}" ppp = "out" persist = false }}\n'

    return lac.start('hostname = "our-lac"\nppp "out" { }\n'
                     f'lac "up" {{ server = "{where}"\n{session("alice", "alice")}{session("carol", "carol")}'
                     f'{session("bob", "bob")}{session("again", "bob")} }}\n'
                     f'lac "outage" {{ server = "{where}" hostname = "outage"\n{session("dave", "dave")} }}\n')


def test_told(pair, processes, build):
    """An empty pool, an address that is taken, a dead RADIUS server, an operator."""
    a, b = pair
    lns = server(processes, build, a)
    lac = caller(processes, build, b, a.ipv4)
    reasons = {}

    def told():
        reasons.update({s["session"]: s["last_error"] for s in lac.sessions()
                        if s.get("last_error") and s["state"] == "idle"})
        return len(reasons) == 3

    lab.wait_until(told, "three callers to be refused")
    lns.up(2)
    # In PPP's words or in the CDN's, whichever was first.
    (pool,) = [r for n, r in reasons.items() if n in ("alice", "carol")]
    assert "no address is free" in pool or "no address is left" in pool
    (taken,) = [r for n, r in reasons.items() if n in ("bob", "again")]
    assert "the address is in use by another call" in taken
    dead = reasons["dave"]
    assert "authentication is not available now" in dead or "no RADIUS server answers" in dead
    # pppd has it from the Failure or the Nak, and from the Terminate-Request.
    for method, said in ("mschapv2", "MS-CHAP authentication failed: no address is free"), ("pap", "no address is free"):
        chap_secrets(("carol", "*", "pw3"), ("alice", "*", "pw1"))
        user = "alice" if "alice" in reasons else "carol"
        other = Xl2tpd(processes, b.namespace, method).lac(a.ipv4, user, options=accepts(method))
        lab.wait_until(lambda o=other, s=said: s in o.pppd_log(), f"{method} to carry it")
        lab.wait_until(lambda o=other: re.search('rcvd .LCP TermReq id=0x[0-9a-f]+ "no address is free"', o.pppd_log()),
                       "the end to carry it")
        other.process.stop()
    # An end has its reason too.
    row = next(s for s in lns.sessions() if s.get("remote_ipv4") == "10.64.9.9")
    lns.ask("delete session", tunnel=str(row["tunnel_id"]), session=str(row["session_id"]))

    def ended():
        return [s for s in lac.sessions() if "deleted by the operator" in s.get("last_error", "")]

    lab.wait_until(ended, "the caller to know who ended it")
