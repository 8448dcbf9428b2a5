# SPDX-License-Identifier: GPL-2.0-or-later
"""Two tunnels between the same addresses and ports, which kernels before 6.12 mix up."""

import platform
import struct

import lab
from lab.caller import SCCCN, SCCRP, SCCRQ, STOPCCN, Caller, avp
from lab.l2tpd import L2tpd, lns_config

HELLO = 6
MIXES = tuple(map(int, platform.release().split(".")[:2])) < (6, 12)


def ask(caller, number):
    caller.send(SCCRQ, 0, avp(2, b"\1\0"), avp(3, struct.pack("!I", 3)), avp(7, b"caller"),
                avp(9, struct.pack("!H", number)))


def answer(sock, number):
    """The first message to the tunnel of this number, whatever comes for others: (type, AVPs)."""
    sock.settimeout(lab.process.DEADLINE)
    while True:
        data = sock.recv(4096)
        if len(data) > 12 and struct.unpack_from("!H", data, 4)[0] == number:
            return Caller.avps(data)


def test_second_tunnel_of_a_path(pair, processes, build):
    """Where it would get the first one's packets, the first is asked for a sign of life: refused, or taken."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland"))))
    first = Caller(b.namespace, a.ipv4)
    first.open()

    def established():
        return [t["peer_tunnel_id"] for t in lns.tunnels() if t["state"] == "established"]

    lab.wait_until(established, "the first tunnel")
    second = Caller(b.namespace, a.ipv4, sock=first.sock)
    ask(second, 4712)
    if not MIXES:
        assert answer(first.sock, 4712)[0] == SCCRP
        return
    first.expect(HELLO)
    assert answer(first.sock, 4712)[0] == STOPCCN
    assert established() == [4711]
    lns.process.wait_for("there is a tunnel from this address and port already")
    # It crashes and comes back: nobody answers for the first one any more.
    third = Caller(b.namespace, a.ipv4, sock=first.sock)
    ask(third, 4713)
    kind, avps = answer(first.sock, 4713)
    assert kind == SCCRP
    third.nr, third.peer = 1, struct.unpack("!H", avps[9])[0]

    def connected():
        third.ns = 1  # sent again as every peer does: the old one's socket may still take it
        third.send(SCCCN, 0)
        return established() == [4713]

    lab.wait_until(connected, "the caller that came back", interval=1)
    assert lns.status()["tunnels_refused"] == 1
