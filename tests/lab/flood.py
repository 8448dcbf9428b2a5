# SPDX-License-Identifier: GPL-2.0-or-later
"""SCCRQs from made-up addresses of loopback, and what becomes of an LNS and its callers meanwhile."""

import contextlib
import dataclasses
import multiprocessing
import os
import socket
import struct
import time

from lab.caller import SCCRQ, Caller, avp

PORT = 1701
IP_PKTINFO = 8  # of linux/in.h, which Python 3.11 does not name
# Bursts no longer than this: what a receive buffer holds.
PACE_S = 0.002


def sccrq(tunnel_id, hostname=b"flood"):
    """The least that an SCCRQ has to say."""
    body = b"".join(avp(kind, value) for kind, value in (
        (0, struct.pack("!H", SCCRQ)), (2, b"\1\0"), (3, struct.pack("!I", 3)), (7, hostname),
        (9, struct.pack("!H", tunnel_id))))
    return struct.pack("!HHHHHH", 0xc802, 12 + len(body), 0, 0, 0, 0) + body


def source(n):
    """The n-th address that callers are made up from."""
    return struct.pack("!BBBB", 127, 64 + (n >> 16), n >> 8 & 255, n & 255)


def send(server, count, seconds, addresses):
    """Sends count SCCRQs, no two the same, from so many addresses in that time; returns how long it took."""
    start = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        for n in range(count):
            due = start + seconds * n / count
            if due > time.monotonic() + PACE_S:
                time.sleep(due - time.monotonic())
            info = struct.pack("@i4s4s", 0, source(n % addresses), bytes(4))
            s.sendmsg([sccrq(1 + n // addresses % 65535)], [(socket.IPPROTO_IP, IP_PKTINFO, info)],
                      0, (server, PORT))
    return time.monotonic() - start


@contextlib.contextmanager
def flood(server, count, seconds, addresses):
    """The same beside the block: gives a function that says whether it still goes on."""
    sender = multiprocessing.Process(target=send, args=(server, count, seconds, addresses))
    sender.start()
    try:
        yield sender.is_alive
        sender.join()
        assert sender.exitcode == 0, "the flood could not be sent"
    finally:
        sender.terminate()
        sender.join()


def resident_kb(pid):
    with open(f"/proc/{pid}/status") as f:
        return int(next(line for line in f if line.startswith("VmRSS:")).split()[1])


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


@dataclasses.dataclass
class Figures:
    """What was seen while the block ran."""
    tries: int = 0
    answered: int = 0
    slowest_s: float = 0.0
    memory_kb: int = 0
    files: int = 0


def call_once(server, figures, address):
    """One try of a caller at that address: how long until its call is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind((address, 0))
        s.connect((server, PORT))
        caller = Caller(None, server, s)
        start = time.monotonic()
        figures.tries += 1
        with contextlib.suppress(AssertionError, TimeoutError):
            caller.open()
            caller.call(1, b"\xff\x03\xc0\x21\x09\x01\0\x08\0\0\0\0")
            figures.answered += 1
        figures.slowest_s = max(figures.slowest_s, time.monotonic() - start)
        caller.send(4, 0, avp(9, struct.pack("!H", 4711)), avp(1, struct.pack("!H", 1)))


def watch(server, engine, going, address, every=1.0, memory=resident_kb, files=open_files):
    """While going() a caller tries, as often as that; the engine is looked at in between."""
    figures = Figures()
    before, held = memory(engine), files(engine)
    due = time.monotonic()
    while going():
        call_once(server, figures, address)
        figures.memory_kb = max(figures.memory_kb, memory(engine) - before)
        figures.files = max(figures.files, files(engine) - held)
        due = max(due + every, time.monotonic())
        while going() and time.monotonic() < due:
            time.sleep(0.02)
    return figures
