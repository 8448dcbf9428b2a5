# SPDX-License-Identifier: GPL-2.0-or-later
"""A client whose PPP peer is heard no more: whether its tunnel is dead as well is found out at once."""

import os
import signal
import time

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config

SILENT = "the peer does not answer LCP echo requests"
# A HELLO has 3 s; the rest is what a machine that is emulated needs.
SOON_S = 10


@pytest.fixture
def called(pair, processes, build):
    """(lns, lac, the LAC's end): one call, whose peer is asked each second."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland"))))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"), session="redial = 1 redial-max = 1",
                         ppp="lcp-echo-interval = 1 lcp-echo-failure = 2"))
    lac.up()
    lns.up()
    return lns, lac


def tunnel_id(d):
    (session,) = d.up()
    return session["tunnel_id"]


def test_tunnel_is_dead(pair, called):
    """A HELLO that nobody answers, then a new tunnel: no call is tried in the old one."""
    a, b = pair
    _, lac = called
    first = tunnel_id(lac)
    b.namespace.run("ip", "neigh", "replace", a.ipv4, "lladdr", "02:00:00:00:00:99", "nud", "permanent",
                    "dev", b.device)
    lac.process.wait_for(SILENT)
    start = time.monotonic()
    lac.process.wait_for(rf"tunnel {first} \(.*\): closed by us: no answer")
    assert time.monotonic() - start < SOON_S
    b.namespace.run("ip", "neigh", "del", a.ipv4, "dev", b.device)
    lab.wait_until(lambda: tunnel_id(lac) != first, "a call in a new tunnel")


def test_tunnel_lives(called):
    """Only the PPP of the other end is gone: the next call is in the same tunnel."""
    lns, lac = called
    first = tunnel_id(lac)
    (session,) = lac.sessions()
    (pppd,) = lns.pppds()
    os.kill(pppd, signal.SIGSTOP)
    lac.process.wait_for(SILENT)
    os.kill(pppd, signal.SIGKILL)
    lab.wait_until(lambda: any(s["session_id"] != session["session_id"] for s in lac.sessions()
                               if s.get("ppp_state") == "up"), "another call")
    assert tunnel_id(lac) == first
