# SPDX-License-Identifier: GPL-2.0-or-later
"""Two tunnels between the same addresses and ports, which kernels before 6.12 mix up."""

import platform
import struct

import lab
from lab.caller import SCCRP, SCCRQ, STOPCCN, Caller, avp
from lab.l2tpd import L2tpd, lns_config

HELLO = 6
MIXES = tuple(map(int, platform.release().split(".")[:2])) < (6, 12)


def test_second_tunnel_of_a_path(pair, processes, build):
    """Refused where it would get the first one's packets; the first is asked for a sign of life."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland"))))
    first = Caller(b.namespace, a.ipv4)
    first.open()
    lab.wait_until(lambda: [t for t in lns.tunnels() if t["state"] == "established"], "the first tunnel")
    second = Caller(b.namespace, a.ipv4, sock=first.sock)
    second.send(SCCRQ, 0, avp(2, b"\1\0"), avp(3, struct.pack("!I", 3)), avp(7, b"caller"),
                avp(9, struct.pack("!H", 4712)))
    seen = {}
    while 4712 not in seen or (MIXES and 4711 not in seen):
        first.sock.settimeout(lab.process.DEADLINE)
        data = first.sock.recv(4096)
        if len(data) > 12:
            seen.setdefault(struct.unpack_from("!H", data, 4)[0], Caller.avps(data)[0])
    assert seen[4712] == (STOPCCN if MIXES else SCCRP)
    if MIXES:
        assert seen[4711] == HELLO
    (tunnel,) = [t for t in lns.tunnels() if t["state"] == "established"]
    assert tunnel["peer_tunnel_id"] == 4711
