# SPDX-License-Identifier: GPL-2.0-or-later
"""Replies of a RADIUS server that are not what they should be: dropped, each kind with one line."""

import struct

import pytest

import lab
from lab.l2tpd import L2tpd
from lab.radius import BadRadius, attributes_of, reply
from test_radius import Caller, radius_config

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

ACCEPT, ACCOUNTING_RESPONSE = 2, 5
ADDRESS = b"\x08\x06" + bytes((10, 64, 0, 99))
FORGED_ADDRESS = b"\x08\x06" + bytes((10, 64, 0, 66))
USER_NAME = 1


def wrong_authenticator(request):
    packet = bytearray(reply(ACCEPT, request, FORGED_ADDRESS, signed=False))
    packet[4] ^= 1
    return bytes(packet)


def wrong_signature(request):
    """The authenticator fits, and the Message-Authenticator does not: made for other attributes."""
    return reply(ACCEPT, request, b"\x50\x12" + bytes(16) + FORGED_ADDRESS, signed=False)


def wrong_id(request):
    return reply(ACCEPT, request[:1] + bytes((request[1] ^ 0x80,)) + request[2:], FORGED_ADDRESS)


def truncated(request):
    return reply(ACCEPT, request, FORGED_ADDRESS)[:-3]


def oversized(request):
    """Right in all but its length."""
    return reply(ACCEPT, request, FORGED_ADDRESS + (b"\x12\xff" + bytes(253)) * 17)


def overrun(request):
    """An attribute that ends behind the packet's end."""
    return reply(ACCEPT, request, FORGED_ADDRESS + struct.pack("!BB", 18, 40) + b"text")


# What is sent, and what the log says of it.
BAD = {
    "authenticator": (wrong_authenticator, "its authenticator is wrong: the shared secret differs, or it is forged"),
    "signature": (wrong_signature,
                  "its Message-Authenticator is wrong: the shared secret differs, or it is forged"),
    "unsigned": (lambda request: reply(ACCEPT, request, FORGED_ADDRESS, signed=False),
                 "it has no Message-Authenticator, which is required"),
    "id": (wrong_id, "nothing was asked with its identifier, or it came too late"),
    "short": (lambda request: reply(ACCEPT, request)[:12], "it is shorter than a header"),
    "truncated": (truncated, "its length field says more than came: it was truncated"),
    "oversized": (oversized, "it is longer than 4096 bytes"),
    "overrun": (overrun, "an attribute's length does not fit"),
    "code": (lambda request: reply(ACCOUNTING_RESPONSE, request, FORGED_ADDRESS),
             "its code does not answer the request"),
}


def answers(request):
    """alice: all of them twice, then the right one; bob: of a server with another secret; carol: nothing."""
    user = dict(attributes_of(request))[USER_NAME]
    if user == b"alice":
        return [make(request) for _ in range(2) for make, _ in BAD.values()] + [reply(ACCEPT, request, ADDRESS)]
    if user == b"bob":
        return [reply(ACCEPT, request, FORGED_ADDRESS, secret="another")]
    return []


def dropped(lns, text):
    return lns.process.text().count(f"port was dropped: {text}")


def test_bad_replies(pair, processes, build):
    """None of them counts, none hides the right one, and each kind has its line, once in a while."""
    a, b = pair
    assert len(oversized(bytes(20))) > 4096
    lns = L2tpd(processes, build, a.namespace, "lns")
    with BadRadius(a.namespace, answers) as server:
        lns.start(radius_config(lns, server, radius="status-server = false\nrequire-message-authenticator = true",
                                ppp="accounting = false"))
        caller = Caller(processes, b.namespace, a.ipv4)
        peer = caller.call("alice", "wonderland", "chap")
        (session,) = lns.up()
        assert session["remote_ipv4"] == "10.64.0.99"
        # Counted, each one; a right answer is late for who has it already.
        lab.wait_until(lambda: lns.ask("show radius")[0]["bad_replies"] ==
                       (2 * len(BAD) + 1) * len(server.requests) - 1, "all of them to be counted")
        assert {name: dropped(lns, text) for name, (_, text) in BAD.items()} == dict.fromkeys(BAD, 1)
        peer.process.stop()
        lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")
        # A server with another secret is as one that does not answer, and the log says what may be wrong.
        peer = caller.call("bob", "builder", "chap")
        lns.process.wait_for('user "bob" cannot come in .*: no RADIUS server answers')
        lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the refused call to be cleared")
        assert "up on" not in lns.process.text().split('user "bob"')[1]
        assert lns.process.text().count("is taken as dead: it did not answer within 2.0 s") == 1
        assert len(server.requests) > 1
        peer.process.stop()
