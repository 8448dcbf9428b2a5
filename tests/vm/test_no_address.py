# SPDX-License-Identifier: GPL-2.0-or-later
"""A caller for whom there is no address: refused, and both ends know why."""

import pytest

import lab
from lab.l2tpd import L2tpd, lns_config
from test_radius import Caller, hang_up

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]


def test_users_file(pair, processes, build):
    """Without a pool, a user has the address that the users-file says, or none."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    users = lns.users(("alice", "wonderland"), ("bob", "builder", "10.64.0.77"))
    lns.start(lns_config(users).replace('pool = { "10.64.0.0/24" }', ""))
    lns.process.wait_for(f'{users}: 1 of 2 users have no address, and ppp "isp" has no pool, so that')
    caller = Caller(processes, b.namespace, a.ipv4)
    peer = caller.call("alice", "wonderland", "chap")
    reason = 'there is no address for it: the users-file has none, and ppp "isp" has no pool'
    lns.process.wait_for(f'user "alice" was refused: {reason}')
    lns.process.wait_for(f"cleared by us: {reason}")
    lab.wait_until(lambda: "authentication failed: there is no address for you" in peer.pppd_log(),
                   "the caller to be told")
    hang_up(lns, peer)
    caller.call("bob", "builder", "chap")
    (session,) = lns.up()
    assert (session["user"], session["remote_ipv4"]) == ("bob", "10.64.0.77")
    assert "10.64.64" not in lns.process.text()
