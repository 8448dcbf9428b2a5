# SPDX-License-Identifier: GPL-2.0-or-later
"""What peers can make l2tpd write: each line says whose it is, and nobody fills the log or hides others' lines."""

import itertools
import os
import re
import socket
import struct

import pytest

import lab
from lab.caller import SCCRQ, STOPCCN, Caller, avp
from lab.l2tpd import L2tpd

PORT = 1701
ONE = 20  # lines of one kind that a peer has in a window of
WINDOW_S = 10
serial = itertools.count(1)


@pytest.fixture
def address():
    """An address of loopback that no other test uses."""
    return f"127.24.{os.getpid() % 250}.{next(serial)}"


@pytest.fixture
def daemon(processes, build):
    """daemon(name, text): an l2tpd with this configuration and the null data plane."""
    def make(name, text, level="info"):
        d = L2tpd(processes, build, None, name, level=level)
        return d.start(f'hostname = "{name}"\nppp "x" {{ backend = "none" }}\n{text}', "--dataplane", "null")
    return make


def lns(address, more=""):
    return f'listen {{ address = "{address}" }}\nlns "all" {{ ppp = "x" {more} }}\n'


def sender(source, server):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((source, 0))
    s.connect((server, PORT))
    return s


def lines(d, *words):
    return [line for line in d.process.text().split("\n") if all(w in line for w in words)]


def malformed(n):
    """An SCCRQ whose Framing Capabilities are too short, and no copy of another."""
    body = b"".join(avp(kind, value) for kind, value in (
        (0, struct.pack("!H", SCCRQ)), (2, b"\1\0"), (3, b"\0"), (7, b"odd"), (9, struct.pack("!H", n))))
    return struct.pack("!HHHHHH", 0xc802, 12 + len(body), 0, 0, 0, 0) + body


def unsigned(n):
    """An SCCRQ of version 3 with a Message Digest that no secret makes."""
    body = b"".join(avp(kind, value) for kind, value in (
        (0, struct.pack("!H", SCCRQ)), (59, b"\1" + bytes(20)), (7, b"branch"), (60, b"\x7f\0\0\1"),
        (61, struct.pack("!I", n)), (62, struct.pack("!H", 5)), (73, bytes(16))))
    return struct.pack("!HHIHH", 0xc803, 12 + len(body), 0, 0, 0) + body


def paced(d, sock, packets):
    """Sends them no faster than they are read."""
    for n, packet in enumerate(packets):
        if n % 50 == 0:
            before = d.status()["packets_in"]
        sock.send(packet)
        if n % 50 == 49:
            lab.wait_until(lambda: d.status()["packets_in"] >= before + 50, "the packets to be read")


def test_a_flood_hides_nobody(daemon, address):
    """Of one peer's malformed SCCRQs some are told, then their number; all lines of another are there."""
    d = daemon("lns", lns(address))
    bad, good = address + "1", address + "2"
    paced(d, sender(bad, address), map(malformed, range(1, 601)))
    for _ in range(5):
        caller = Caller(None, address, sender(good, address))
        caller.open()
        caller.send(STOPCCN, 0, avp(9, struct.pack("!H", 4711)), avp(1, struct.pack("!H", 1)))
    paced(d, sender(bad, address), map(malformed, range(601, 801)))
    lab.wait_until(lambda: len(lines(d, good, "closed by the peer")) == 5, "the other's tunnels to be told of")
    assert len(lines(d, good, "established")) == 5
    told = lines(d, bad, 'SCCRQ of "odd" refused')
    assert len(told) == ONE and all(re.search(rf": {bad}:\d+: ", line) for line in told)
    d.process.wait_for(rf"tunnels that were asked for: and 780 more from {bad} in \d+ s", timeout=WINDOW_S + 10)


def test_wrong_digests_of_an_lcce(daemon, address):
    """What comes in the name of a configured peer is bounded like anybody's."""
    d = daemon("head", f'listen {{ address = "{address}" }}\n')
    d.ask("add tunnel lcce", name="site", secret="between the sites", from_hostname=["branch"],
          from_address="127.0.0.0/8")
    bad = address + "1"
    paced(d, sender(bad, address), map(unsigned, range(1, 501)))
    d.stop()
    assert 0 < len(lines(d, bad)) <= 2 * ONE + 2
    assert lines(d, "more from " + bad)


def test_hidden_lines_are_not_missed(daemon, address):
    """At notice nobody is told of lines that would not have been written."""
    d = daemon("lns", lns(address), level="notice")
    for _ in range(2 * ONE):
        caller = Caller(None, address, sender(address + "2", address))
        caller.open()
        caller.send(STOPCCN, 0, avp(9, struct.pack("!H", 4711)), avp(1, struct.pack("!H", 1)))
    lab.wait_until(lambda: d.tunnels() == [] or all(t["state"] != "established" for t in d.tunnels()), "their ends")
    d.stop()
    assert not lines(d, " more ")


def test_wrong_secret(daemon, address):
    """Both ends say that the proof is wrong, and whose it is."""
    server = daemon("lns1", "")
    server.stop()
    text = lns(address, f'tunnel-secret-file = "{server.secret("right")}"')
    server = daemon("lns1", text)
    client = daemon("lac1", "")
    client.stop()
    wrong = client.secret("wrong")
    client = daemon("lac1", f'lac "up" {{ server = "{address}" secret-file = "{wrong}" challenge = false '
                    'session "one" { ppp = "x" } }')
    line = server.process.wait_for(r"tunnel \d+ \(lac1, 127\.0\.0\.1:\d+\): refused: .*wrong Challenge Response")
    assert line
    client.process.wait_for(r"lac \"up\" session \"one\": .*wrong Challenge Response")
