# SPDX-License-Identifier: GPL-2.0-or-later
"""RADIUS servers that die and come back: who waits for them, and how long."""

import struct

import pytest

import lab
from lab.l2tpd import L2tpd
from lab.radius import FreeRadius
from test_radius import Caller, hang_up, radius_config

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

ACCESS_REQUEST, ACCESS_ACCEPT, UDP = 1, 2, 17
TIMEOUT, MARGIN = 2.0, 1.0
USERS = 'bob Cleartext-Password := "builder"\n'
DEAD = r'radius "{}": its authentication port is taken as dead: it did not answer within 2.0 s'
BACK = 'radius "{}": its authentication port answers again'


def radius_packets(path):
    """(time, source port, destination port, code) of the RADIUS packets of a capture; those of lo come twice."""
    found = []
    with open(path, "rb") as f:
        data = f.read()
    at = 24
    while at < len(data):
        seconds, micros, length = struct.unpack_from("=III", data, at)
        packet, at = data[at + 16:at + 16 + length], at + 16 + length
        if packet[12:14] == b"\x08\x00" and packet[23] == UDP:
            udp = 14 + (packet[14] & 15) * 4
            source, destination = struct.unpack_from("!HH", packet, udp)
            found.append((seconds + micros / 1e6, source, destination, packet[udp + 8]))
    return found


class Authentication:
    """Of one call: when each server was asked first, and when the answer came."""

    def __init__(self, path, *servers):
        packets = radius_packets(path)
        self.asked = {}
        for time, _, port, code in packets:
            for s in servers:
                if code == ACCESS_REQUEST and port == s.auth_port:
                    self.asked.setdefault(s.name, time)
        accepts = [time for time, _, _, code in packets if code == ACCESS_ACCEPT]
        self.took = max(accepts) - min(self.asked.values()) if accepts and self.asked else None


def test_failover(pair, processes, build, logs):
    """The first call waits for one timeout, no other does; without any server calls are refused, until one is back."""
    a, b = pair
    one = FreeRadius(processes, a.namespace, "one")
    two = FreeRadius(processes, a.namespace, "two", auth_port=1912, acct_port=1913)
    for server in one, two:
        server.users(USERS)
        server.start(wait=False)
    for server in one, two:
        server.wait()
    lns = L2tpd(processes, build, a.namespace, "lns")
    # Without accounting, every Access-Accept to Access-Requests and probes is seen by itself.
    lns.start(radius_config(lns, one, two, ppp="accounting = false"))
    caller = Caller(processes, b.namespace, a.ipv4)

    def call(name):
        path = str(logs / f"{name}.pcap")
        with lab.Capture(a.namespace, "lo", path):
            peer = caller.call("bob", "builder", "chap")
            lns.up()
        hang_up(lns, peer)
        return Authentication(path, one, two)

    def states():
        return {r["server"]: r["auth"] for r in lns.ask("show radius")}

    # Both are there: only the first is asked.
    first = call("both")
    assert set(first.asked) == {"one"}
    # The first one is silent: one call waits for it, once.
    one.pause()
    waited = call("waited")
    assert set(waited.asked) == {"one", "two"}
    assert TIMEOUT - 0.1 <= waited.asked["two"] - waited.asked["one"] <= TIMEOUT + MARGIN, waited.asked
    lns.process.wait_for(DEAD.format("one"))
    assert states() == {"one": "dead", "two": "alive"}
    at_once = call("at-once")
    assert set(at_once.asked) == {"two"}
    assert at_once.took < MARGIN, at_once.took
    # Both are silent.
    two.pause()
    peer = caller.call("bob", "builder", "chap")
    lns.process.wait_for(r'user "bob" cannot come in .*: no RADIUS server answers \(one, two\)')
    # Also where the caller's pppd cleared it first, as refused by CHAP.
    lns.process.wait_for(r"cleared by us: .*no RADIUS server answers \(one, two\)")
    hang_up(lns, peer)
    assert (lns.status()["auth_failed"], lns.status()["auth_unavailable"]) == (0, 1)
    lns.process.wait_for(DEAD.format("two"))
    # Back by its Status-Server probe, and asked first again.
    one.resume()
    two.resume()
    for server in one, two:
        lns.process.wait_for(BACK.format(server.name))
    assert states() == {"one": "alive", "two": "alive"}
    back = call("back")
    assert set(back.asked) == {"one"}
    assert back.took < MARGIN, back.took
    # Nothing listens any more: the host says so at once, and nobody waits.
    one.stop()
    refused = call("refused")
    assert set(refused.asked) <= {"one", "two"} and "two" in refused.asked
    assert refused.took < MARGIN, refused.took
    lns.process.wait_for(r"nothing listens there \(ICMP port unreachable\)")
    assert lns.process.text().count(DEAD.format("one")) == 1
