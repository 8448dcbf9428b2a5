# SPDX-License-Identifier: GPL-2.0-or-later
"""An LNS that answers from elsewhere (RFC 2661, section 8.1): the kernel's tunnel goes there."""

import select
import struct

import pytest

import lab
from lab.answerer import Answerer, bound
from lab.l2tpd import L2tpd, lac_config

# LCP's Configure-Request, without an option.
LCP = bytes.fromhex("ff03c021 01010004")


def frame(at):
    """The next data packet that comes to where the LNS answered from: its session and its frame."""
    while select.select([at.answers], [], [], lab.process.DEADLINE)[0]:
        data, peer = at.answers.recvfrom(65535)
        flags, = struct.unpack_from("!H", data)
        if not flags & 0x8000:
            assert peer == at.peer
            head = 2 + (2 if flags & 0x4000 else 0)
            return struct.unpack_from("!HH", data, head), data[head + 4:]
    raise AssertionError("no data packet")


@pytest.mark.any_kernel
@pytest.mark.parametrize("source", ["ephemeral", "1701"])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_answer_from_elsewhere(pair, processes, build, elsewhere, source):
    lac, lns = pair
    away = lns.ipv4.rpartition(".")[0] + ".77"
    lns.namespace.ip(f"addr add {away}/24 dev {lns.device}")
    with lns.namespace.inside():
        called, answers = bound(lns.ipv4, 1701), bound(away if elsewhere else lns.ipv4)
    with called, answers:
        at = Answerer(called, answers)
        client = L2tpd(processes, build, lac.namespace, "lac")
        client.start(lac_config(lns.ipv4, "alice", client.secret("wonderland", "password"),
                                lac=f'source-port = "{source}"'))
        at.hear()
        at.accept()
        ours = at.serve()
        # pppd's first words come by way of the kernel, and what is sent to them is heard.
        (tunnel, session), _ = frame(at)
        assert (tunnel, session) == (99, 1)
        at.answers.sendto(struct.pack("!HHH", 2, at.tunnel, ours) + LCP, at.peer)
        while frame(at)[1][:5] != b"\xff\x03\xc0\x21\x02":  # its Configure-Ack
            pass
