# SPDX-License-Identifier: GPL-2.0-or-later
"""What becomes of a call whose pppd cannot be, and what the operator reads of it."""

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config


def last_line(d):
    return d.process.text().splitlines()[-1]


def test_bad_word_ends_the_start(pair, processes, build):
    """Not each caller finds out, but who starts l2tpd; and its cause is the last that he reads."""
    a, _ = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), ppp='options = { "nonsuch" }'), wait=False)
    assert lns.process.wait() == 1
    assert last_line(lns).endswith("l2tpd did not start: ppp isp (lns): pppd does not start: unrecognized option 'nonsuch'")


def test_name_that_is_taken(pair, processes, build):
    """In last_error and in the log; when it is free again the call comes up."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland"))))
    b.namespace.run("ip", "link", "add", "office", "type", "dummy")
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"),
                         session='ifname = "office" redial = 0.5 redial-max = 1'))
    why = "the interface name office is taken by another interface"
    lab.wait_until(lambda: why in [s.get("last_error") for s in lac.sessions()], "the cause to be told")
    lac.process.wait_for(f"cleared by us: {why}")
    b.namespace.run("ip", "link", "del", "office")
    lac.up()
