# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounting against FreeRADIUS: complete and exact, also after an outage."""

import os
import signal

import lab
from lab.l2tpd import L2tpd
from lab.radius import FreeRadius
from test_radius import Caller, radius_config

USERS = 'bob Cleartext-Password := "builder"\n    Class = 0x6162,\n    Acct-Interim-Interval = 60\n'


def sessions_of(server):
    """The records of each session, by Acct-Session-Id."""
    found = {}
    for r in server.accounting():
        if r["status"] not in ("Accounting-On", "Accounting-Off"):
            found.setdefault(r["session"], []).append(r)
    return found


def start_server(processes, namespace, name="radius", **kwargs):
    server = FreeRadius(processes, namespace, name, **kwargs)
    server.users(USERS)
    return server.start()


def test_start_and_stop(pair, processes, build):
    """On, start, stop with the counters of what went through, off."""
    a, b = pair
    server = start_server(processes, a.namespace)
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(radius_config(lns, server))
    lab.wait_until(lambda: server.accounting(status="Accounting-On"), "Accounting-On")
    peer = Caller(processes, b.namespace, a.ipv4).call("bob", "builder", "chap")
    (session,) = lns.up()
    lab.wait_until(lambda: server.accounting(status="Start"), "the start")
    for _ in range(5):
        assert lab.ping(a.namespace, session["remote_ipv4"]) is not None
    peer.process.stop()
    (stop,) = lab.wait_until(lambda: server.accounting(status="Stop"), "the stop")
    (start,) = server.accounting(status="Start")
    assert start["session"] == stop["session"]
    assert (stop["user"], stop["address"], stop["class"]) == ("bob", session["remote_ipv4"], "0x6162")
    # What pppd's own frames of the network layer come to besides is a few hundred bytes.
    for octets, packets in ("input", "input_packets"), ("output", "output_packets"):
        assert 5 <= stop[packets] < 30
        assert 5 * 28 <= stop[octets] < 5 * 28 + 1500
    assert stop["cause"] == "User-Request"
    assert stop["tunnel"] == b.ipv4
    assert lns.stop() == 0
    lab.wait_until(lambda: server.accounting(status="Accounting-Off"), "Accounting-Off")
    assert len(server.accounting()) == 4


def test_outage(pair, processes, build):
    """No server answers while a call comes and goes, aaa dies, and l2tpd starts again: nothing is lost."""
    a, b = pair
    server = start_server(processes, a.namespace)
    lns = L2tpd(processes, build, a.namespace, "lns")
    config = radius_config(lns, server, radius="tries = 2")
    lns.start(config)
    caller = Caller(processes, b.namespace, a.ipv4)
    peer = caller.call("bob", "builder", "chap")
    lns.up()
    lab.wait_until(lambda: server.accounting(status="Start"), "the first start")
    server.stop()
    peer.process.stop()
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")
    # Its stop waits. The aaa process dies meanwhile, and what it had is on disk.
    lab.wait_until(lambda: lns.radius()[0]["queued"] == 1, "the stop to be queued")
    before = lns.role("aaa")
    os.kill(before, signal.SIGKILL)
    lab.wait_until(lambda: lns.role("aaa") not in (None, before), "another aaa process")
    assert lns.stop() == 0
    server.start()
    lns.start(config)
    lab.wait_until(lambda: server.accounting(status="Stop"), "the stop of the run before")
    records = lab.wait_until(lambda: len(server.accounting(status="Accounting-On")) == 2 and sessions_of(server),
                             "the second Accounting-On")
    assert [[r["status"] for r in s] for s in records.values()] == [["Start", "Stop"]]
    (stop,) = server.accounting(status="Stop")
    assert stop["delay"] >= 0 and stop["cause"] == "User-Request"
    lab.wait_until(lambda: lns.radius()[0]["queued"] == 0, "the queue to be empty")
