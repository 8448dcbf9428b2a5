# SPDX-License-Identifier: GPL-2.0-or-later
"""LNSs that answer from elsewhere (RFC 2661, section 8.1), and those that refuse version 3."""

import contextlib
import hashlib
import itertools
import os
import struct

import pytest

import lab
from lab.answerer import Answerer, bound
from lab.caller import avp
from lab.l2tpd import L2tpd

serial = itertools.count(1)

CLIENT = """
hostname = "lac1"
ppp "x" {{ backend = "none" }}
lac "up" {{ server = "{server}" retransmit = 0.2 {keys}
session "one" {{ ppp = "x" redial = 0.2 redial-max = 0.4 {session} }} }}
"""


@pytest.fixture
def server():
    return f"127.23.{os.getpid() % 250}.{next(serial)}"


@pytest.fixture
def client(processes, build):
    """client(server, keys, secret, session): a LAC that calls."""
    started = []

    def start(address, keys="", secret=None, session=""):
        d = L2tpd(processes, build, None, "lac")
        if secret:
            keys += f' secret-file = "{d.secret(secret)}"'
        started.append(d)
        return d.start(CLIENT.format(server=address, keys=keys, session=session), "--dataplane", "null")
    yield start
    # Nobody is left to acknowledge its end.
    for d in started:
        d.process.kill()


@pytest.fixture
def lns():
    """lns(server, address, port): called at port 1701 of the one, it answers from the other."""
    with contextlib.ExitStack() as stack:
        yield lambda server, address, port=0: Answerer(
            *(stack.enter_context(bound(*at)) for at in ((server, 1701), (address, port))))


@pytest.mark.parametrize("keys,result,hint", [("hide-avps = true", 2, True), ("hide-avps = true", 1, False),
                                              ("", 2, False)])
def test_refused_what_is_hidden(client, server, keys, result, hint):
    """A StopCCN that follows hidden AVPs says that the peer may not be able to read them."""
    with bound(server, 1701) as sock:
        d = client(server, keys, "open sesame")
        sock.settimeout(lab.process.DEADLINE)
        data, peer = sock.recvfrom(4096)
        assert bool(hint or result == 1) == any(length & 0x4000 for length in (
            struct.unpack_from("!H", data, at)[0] for at in avps_at(data)))
        body = b"".join(avp(kind, value) for kind, value in (
            (0, struct.pack("!H", 4)), (9, struct.pack("!H", 99)), (1, struct.pack("!HH", result, 6))))
        # It could not read our id; without hiding it knows it.
        ours = 0 if keys else tunnel_of(data)
        sock.sendto(struct.pack("!HHHHHH", 0xc802, 12 + len(body), ours, 0, 0, 1) + body, peer)
        d.process.wait_for("closed by the peer: " + str(result))
        line, = [x for x in d.process.text().split("\n") if "closed by the peer" in x][:1]
        assert ("hide-avps is on: can the peer read hidden AVPs?" in line) == hint


def test_silence_about_what_is_hidden(client, server):
    """xl2tpd drops what it cannot read."""
    with bound(server, 1701):
        d = client(server, "hide-avps = true retransmit-tries = 2", "open sesame")
        d.process.wait_for("closed by us: no answer after .*; hide-avps is on: can the peer read hidden AVPs")


@pytest.mark.parametrize("keys,hint", [("", True), ('source-port = "1701"', False)])
def test_silence_about_the_port(client, server, keys, hint):
    """A server that answers to port 1701 only is silent to others."""
    with bound(server, 1701):
        d = client(server, keys + ' source-address = "127.0.0.1" retransmit-tries = 2')
        d.process.wait_for("closed by us: no answer after")
        assert ('; some answer to port 1701 only: try source-port = "1701"' in d.process.text()) == hint


def avps_at(data):
    at = 12
    while at < len(data):
        yield at
        at += struct.unpack_from("!H", data, at)[0] & 0x3ff


def tunnel_of(data):
    return next(struct.unpack_from("!H", data, at + 6)[0] for at in avps_at(data)
                if struct.unpack_from("!H", data, at + 4)[0] == 9)


def test_calls_without_a_tunnel_failed(client, server):
    """Each try that comes to nothing is a call that failed."""
    with bound(server, 1701):
        d = client(server, "retransmit-tries = 1")
        lab.wait_until(lambda: d.status()["calls_failed"] >= 2, "two failed calls")
        assert d.status()["calls_up"] == 0


def established(d):
    return [s for s in d.sessions() if s["state"] == "established"]


def remote(d):
    tunnel, = d.tunnels()
    return tunnel["remote"], tunnel["remote_port"]


@pytest.mark.parametrize("keys,elsewhere", [
    ("", False), ("", True), ('answer-from = "address"', False), ('source-port = "1701"', True),
])
def test_answer_from_elsewhere(client, lns, server, keys, elsewhere):
    """From another port, from another address: the call is made, and goes on there."""
    away = server.replace("127.23.", "127.24.") if elsewhere else server
    keys += f' source-address = "{server.replace("127.23.", "127.25.")}"'
    at = lns(server, away)
    d = client(server, keys)
    at.hear()
    at.accept()
    at.serve()
    lab.wait_until(lambda: established(d), "the call to be up")
    assert remote(d) == at.answers.getsockname()
    # What others send to its socket now does not reach it.
    before = d.status()["packets_in"]
    at.called.sendto(struct.pack("!HHHHHH", 0xc802, 12, at.tunnel, 0, 1, 1), at.peer)
    at.answers.sendto(struct.pack("!HHHHHH", 0xc802, 12, at.tunnel, 0, at.ns, at.nr), at.peer)
    lab.wait_until(lambda: d.status()["packets_in"] > before, "a packet of its peer's")
    if "1701" not in keys:
        assert d.status()["packets_in"] == before + 1
    assert established(d)


@pytest.mark.parametrize("keys,elsewhere", [('answer-from = "port"', False), ('answer-from = "address"', True)])
def test_strict_about_answers(client, lns, server, keys, elsewhere):
    """Whoever wants it strict hears the one that was called, and nobody else."""
    at = lns(server, server.replace("127.23.", "127.24.") if elsewhere else server)
    d = client(server, keys)
    at.hear()
    at.accept()
    at.ns -= 1
    at.answers = at.called
    at.hear()
    at.accept()
    at.serve()
    lab.wait_until(lambda: established(d), "the call to be up")
    assert remote(d) == (server, 1701)


def test_answer_without_the_secret(client, lns, server):
    """It is not the peer, and what the peer itself says afterwards counts."""
    at = lns(server, server)
    secret = "s3cret"
    d = client(server, secret=secret)
    challenge = at.hear()[11]
    at.accept(avp(13, bytes(16)))
    lab.wait_until(lambda: d.status()["wrong_address"] == 1, "a wrong answer to be passed over")
    at.ns = 0
    at.accept(avp(13, hashlib.md5(b"\2" + secret.encode() + challenge).digest()))
    at.serve()
    lab.wait_until(lambda: established(d), "the call to be up")


ROUTER_ID = 60


@pytest.mark.parametrize("session,result,error", [
    ("", 2, 8), ("", 5, 0x100), ("persist = false", 2, 8), ("persist = false", 4, 0),
])
def test_refusal_of_version_3(client, lns, server, session, result, error):
    """An LNS that cannot read an SCCRQ of both versions gets one of version 2 at once, and the call is made."""
    at = lns(server, server)
    at.answers = at.called
    d = client(server, 'version = "auto"', session=session)
    assert ROUTER_ID in at.hear()
    at.refuse(result, error)
    at.ns = 0
    again = at.hear()
    assert ROUTER_ID not in again
    at.accept()
    at.serve()
    lab.wait_until(lambda: established(d), "the call to be up")
    assert d.tunnels()[0]["version"] == 2
    d.process.wait_for("calling again with version 2")


def test_refusal_of_either_version(client, lns, server):
    """Who refuses version 2 as well is asked for both again, later."""
    at = lns(server, server)
    at.answers = at.called
    client(server, 'version = "auto"')
    for offered in True, False, True, False:
        assert (ROUTER_ID in at.hear()) == offered
        at.ns = 0
        at.refuse()


@pytest.mark.parametrize("result,error", [(6, 0), (2, 4)])
def test_refusal_for_other_reasons(client, lns, server, result, error):
    """That the LNS shuts down, or has no room, says nothing of versions."""
    at = lns(server, server)
    at.answers = at.called
    client(server, 'version = "auto"')
    for _ in range(2):
        assert ROUTER_ID in at.hear()
        at.ns = 0
        at.refuse(result, error)
