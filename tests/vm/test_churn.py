# SPDX-License-Identifier: GPL-2.0-or-later
"""Many calls, made and cleared, leave everything as it was."""

import pytest

import lab
from lab.caller import Caller
from lab.l2tpd import L2tpd, lns_config

pytestmark = pytest.mark.backends

AT_ONCE = 20
# A thread's stack and what malloc keeps in hand are touched once: warm up until they have been.
WARM_UP, ROUNDS = 4, 10
# 200 calls that each lost half a kilobyte would show.
SLACK = 96 << 10


def measure(lns, engine):
    return {"monitor's fds": len(lns.process.fds()), "engine's fds": len(lab.fds(engine)),
            "kernel": lab.l2tp_objects(lns.namespace)[1], "pppds": lns.pppds(),
            "interfaces": lab.interfaces(lns.namespace)}


def heaps(lns, engine, aaa):
    return {"monitor": lab.heap(lns.process.pid), "engine": lab.heap(engine), "aaa": lab.heap(aaa)}


def test_two_hundred_calls(pair, processes, build):
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns", level="info")
    # Between two rounds the tunnel has no session for a while.
    lns.start(lns_config(lns.users(("alice", "wonderland")), lns="idle-timeout = 600"))
    engine, aaa = lns.role("engine"), lns.role("aaa")
    caller = Caller(b.namespace, a.ipv4)
    caller.open()
    serial, before = 0, None
    for turn in range(WARM_UP + ROUNDS):
        if turn == WARM_UP:
            before = measure(lns, engine), heaps(lns, engine, aaa)
        calls = []
        for _ in range(AT_ONCE):
            serial += 1
            calls.append((serial, caller.call(serial, b"\xff\x03\xc0\x21\x09\x01\x00\x08\0\0\0\0")))
        lab.wait_until(lambda: len([s for s in lns.sessions() if s["ppp_state"] == "negotiating"]) == AT_ONCE,
                       f"{AT_ONCE} calls to have their pppd")
        for ours, theirs in calls:
            caller.clear(ours, theirs)
            caller.drain()
        lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the calls to be cleared")
    lab.wait_until(lambda: measure(lns, engine) == before[0], f"everything to be as it was: {before[0]}")
    after = heaps(lns, engine, aaa)
    assert {name: after[name] - was for name, was in before[1].items() if after[name] > was + SLACK} == {}
    assert lns.used("isp") == 0
