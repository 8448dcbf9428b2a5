# SPDX-License-Identifier: GPL-2.0-or-later
"""How many calls may be in set-up: of a tunnel, of a section, in all."""

import itertools
import os
import socket
import struct

import pytest

import lab
from lab.caller import CDN, ICCN, ICRP, ICRQ, Caller, avp
from lab.l2tpd import L2tpd

serial = itertools.count(1)
NO_RESOURCES_FOR_NOW = 4    # the CDN's result, RFC 2661 section 4.4.2


@pytest.fixture
def address():
    """An address of loopback that no other test uses."""
    return f"127.18.{os.getpid() % 250}.{next(serial)}"


@pytest.fixture
def serve(processes, build, address):
    d = L2tpd(processes, build, None, "lns")

    def start(limits, everywhere=""):
        d.start(f'{everywhere}\nlisten {{ address = "{address}" }}\n'
                f'lns "isp" {{ ppp = "x" {limits} }}\nppp "x" {{ backend = "none" }}\n',
                "--dataplane", "null")
        return d
    yield start
    d.process.kill()    # at its end it would wait for answers of callers that are gone


class Slow(Caller):
    """A LAC that asks for calls and leaves them there."""

    def __init__(self, address):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((address, 1701))
        super().__init__(None, None, sock)
        self.open()

    def ask(self, number):
        """Asks for a call: the LNS's session id, or None when it is refused for now."""
        self.send(ICRQ, 0, avp(14, struct.pack("!H", number)), avp(15, struct.pack("!I", number)))
        while True:
            got = self.receive(lab.process.DEADLINE)
            assert got, "no answer to an ICRQ"
            if got[1] == ICRP:
                return struct.unpack("!H", got[2][14])[0]
            # Another result is the end of an older call.
            if got[1] == CDN and struct.unpack_from("!H", got[2][1])[0] == NO_RESOURCES_FOR_NOW:
                return None

    def finish(self, theirs):
        self.send(ICCN, theirs, avp(24, struct.pack("!I", 10000000)), avp(19, struct.pack("!I", 1)))


def in_setup(d, count):
    lab.wait_until(lambda: d.status()["calls_in_setup"] == count, f"{count} calls to be in set-up")


def test_calls_of_a_tunnel(serve, address):
    """The third is refused; a call that is up, and one that is cleared, leave their places."""
    d = serve("max-calls-in-setup-per-tunnel = 2")
    lac, other = Slow(address), Slow(address)
    first, second = lac.ask(1), lac.ask(2)
    assert first and second and lac.ask(3) is None
    d.process.wait_for(r"tunnel \d+ \(caller.*: 2 calls are being set up, which is max-calls-in-setup-per-tunnel")
    d.process.wait_for("refused: 2 calls of this tunnel are being set up")
    assert other.ask(1), "another tunnel has places of its own"
    lac.finish(first)
    in_setup(d, 2)
    assert lac.ask(4) and lac.ask(5) is None
    lac.clear(2, second)
    in_setup(d, 2)
    assert lac.ask(6)
    assert d.process.text().count("which is max-calls-in-setup") == 1, "it is said once"


def test_calls_of_a_section(serve, address):
    d = serve("max-calls-in-setup = 3")
    lacs = [Slow(address) for _ in range(3)]
    assert all(lac.ask(1) for lac in lacs)
    assert lacs[0].ask(2) is None
    d.process.wait_for('lns "isp": 3 calls are being set up, which is max-calls-in-setup:')
    assert d.status()["calls_in_setup"] == 3


def test_calls_of_all(serve, address):
    d = serve("max-calls-in-setup = 0", "max-calls-in-setup = 2")
    lacs = [Slow(address) for _ in range(2)]
    assert all(lac.ask(1) for lac in lacs)
    assert lacs[1].ask(2) is None
    d.process.wait_for("all lns sections: 2 calls are being set up, which is max-calls-in-setup of the whole")


def test_place_comes_back_with_the_setup_timeout(serve, address):
    """A LAC that never goes on holds its places for setup-timeout."""
    d = serve("max-calls-in-setup-per-tunnel = 1 setup-timeout = 1")
    lac = Slow(address)
    assert lac.ask(1) and lac.ask(2) is None
    in_setup(d, 0)
    assert lac.ask(3)
