# SPDX-License-Identifier: GPL-2.0-or-later
"""SCCRQs of nobody: what they cost, and that callers do not notice. tests/bench/flood is the long form."""

import re
import socket
import struct
import subprocess

import pytest

import lab
from lab.flood import flood, sccrq, watch
from lab.l2tpd import L2tpd

SERVER = """
hostname = "lns1"
listen {{ address = "{address}" }}
{extra}
lns "listed" {{ from-address = {{ {listed} }} ppp = "x" }}
ppp "x" {{ backend = "none" }}
"""
CLIENT = """
hostname = "lac1"
ppp "x" {{ backend = "none" }}
lac "up" {{ server = "{address}" source-address = "{source}"
{sessions} }}
"""
LISTED = "127.20.0.1"
STRANGERS = 60


@pytest.fixture
def lns(processes, build):
    """lns(address, listed, extra): an LNS with five calls up, and the LAC that has them."""
    def serve(address, listed, extra=""):
        server = L2tpd(processes, build, None, "lns", level="notice")
        server.start(SERVER.format(address=address, listed=listed, extra=extra), "--dataplane", "null")
        client = L2tpd(processes, build, None, "lac", level="notice")
        rows = "".join(f'session "s{n}" {{ ppp = "x" }}\n' for n in range(5))
        client.start(CLIENT.format(address=address, source=LISTED, sessions=rows), "--dataplane", "null")
        lab.wait_until(lambda: len(established(client)) == 5, "five calls")
        return server, client
    return serve


def established(d):
    return {(s["session_id"], s["peer_session_id"]) for s in d.sessions() if s["state"] == "established"}


@pytest.mark.parametrize("listed,room_kb", [
    # The senders are nobody's: nothing is kept of them.
    (f'"{LISTED}/32"', 1024),
    # They might be callers: 20,000 of 300 octets each are waited for, with the memory for 64,000 of those.
    ('"127.0.0.0/8"', 8192),
])
def test_flood(lns, listed, room_kb):
    """No call is lost, every try of a caller is answered, which sends nothing twice, and the engine does not grow."""
    address = f"127.21.0.{1 + room_kb // 1024}"
    server, client = lns(address, listed)
    calls = established(client)
    for count, seconds in (20000, 2), (200, 2):
        with flood(address, count, seconds, 10000) as going:
            seen = watch(address, server.role("engine"), going, LISTED, every=0.3)
        assert seen.tries >= 3 and seen.answered == seen.tries
        assert seen.memory_kb < room_kb and seen.files < 100
    assert established(client) == calls and established(server)
    assert server.status()["packets_in"] > 10000


def exchange(address, tunnel_id):
    """The octets that come back for an SCCRQ of nobody's that is not followed up, and in how many packets."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((address, 1701))
        s.send(sccrq(tunnel_id, b"nobody"))
        s.settimeout(lab.process.DEADLINE)
        yield s.recv(4096)
        s.settimeout(2.5)
        while True:
            try:
                yield s.recv(4096)
            except TimeoutError:
                return


@pytest.mark.parametrize("listed,kind", [('"192.0.2.0/24"', 4), ('"127.0.0.0/8"', 2)])
def test_one_packet_for_one(processes, build, listed, kind):
    """Who has not answered gets one packet for its own, of no more than three times its octets."""
    address = f"127.22.0.{kind}"
    server = L2tpd(processes, build, None, "lns")
    server.start(SERVER.format(address=address, listed=listed, extra=""), "--dataplane", "null")
    packets = list(exchange(address, 7))
    assert [struct.unpack_from("!H", p, 18)[0] for p in packets] == [kind]
    assert len(packets[0]) <= 3 * len(sccrq(7, b"nobody"))


def test_lines_left_out_are_counted(processes, build):
    """Each stranger has a line, as long as there are few; the others are a number, in the log and by command."""
    address = "127.22.0.11"
    server = L2tpd(processes, build, None, "lns")
    server.start(SERVER.format(address=address, listed='"192.0.2.0/24"', extra=""), "--dataplane", "null")
    assert server.status()["logs_suppressed"] == 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((address, 1701))
        for n in range(STRANGERS):
            s.send(sccrq(n + 1))
        lab.wait_until(lambda: server.status()["tunnels_refused"] == STRANGERS, "all to be refused")
        left_out = server.status()["logs_suppressed"]
        assert 0 < left_out < STRANGERS
        assert server.process.text().count("refused: no lns or lcce section") == STRANGERS - left_out
    shown = subprocess.run([build / "l2tpctl", "--runtime-dir", server.run, "show", "status"], capture_output=True, text=True,
                           check=True).stdout
    assert re.search(rf"Lines left out of the log: +{left_out}\n", shown)


def test_strangers_are_not_answered(processes, build):
    address = "127.22.0.9"
    server = L2tpd(processes, build, None, "lns")
    server.start(SERVER.format(address=address, listed='"192.0.2.0/24"', extra="answer-strangers = false"),
                 "--dataplane", "null")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.connect((address, 1701))
        s.send(sccrq(7))
        lab.wait_until(lambda: server.status()["tunnels_refused"] == 1, "the SCCRQ to be refused")
    assert server.status()["packets_out"] == 0
