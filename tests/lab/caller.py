# SPDX-License-Identifier: GPL-2.0-or-later
"""A caller that is no program: the least of a LAC, for what no real one would do."""

import select
import socket
import struct
import time

from lab.process import DEADLINE

SCCRQ, SCCRP, SCCCN, STOPCCN, ICRQ, ICRP, ICCN, CDN = 1, 2, 3, 4, 10, 11, 12, 14


def avp(kind, value, mandatory=True):
    return struct.pack("!HHH", (0x8000 if mandatory else 0) | (6 + len(value)), 0, kind) + value


class Caller:
    """The least of a LAC: a control connection and calls, on one socket."""

    def __init__(self, namespace, server, sock=None):
        self.sock = sock
        if not sock:
            with namespace.inside():
                self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sock.connect((server, 1701))
        self.ns = self.nr = self.peer = 0
        self.frames = {}

    def send(self, kind, session, *avps):
        body = avp(0, struct.pack("!H", kind)) + b"".join(avps)
        self.sock.send(struct.pack("!HHHHHH", 0xc802, 12 + len(body), self.peer, session, self.ns, self.nr) + body)
        self.ns += 1

    def ack(self):
        self.sock.send(struct.pack("!HHHHHH", 0xc802, 12, self.peer, 0, self.ns, self.nr))

    def receive(self, timeout):
        """One packet: ("control", type, AVPs by type), ("ppp", session, frame), or None."""
        end = time.monotonic() + timeout
        while select.select([self.sock], [], [], max(end - time.monotonic(), 0))[0]:
            data = self.sock.recv(65535)
            flags, = struct.unpack_from("!H", data)
            if not flags & 0x8000:
                at = 2 + (2 if flags & 0x4000 else 0)
                _, session = struct.unpack_from("!HH", data, at)
                return "ppp", session, data[at + 4:]
            if len(data) == 12:
                continue
            ns, = struct.unpack_from("!H", data, 8)
            fresh = ns == self.nr
            self.nr += fresh
            self.ack()
            if fresh:
                return "control", *self.avps(data)
        return None

    @staticmethod
    def avps(data):
        """(message type, {type: value}) of a control message."""
        found, at = {}, 12
        while at < len(data):
            length, _, kind = struct.unpack_from("!HHH", data, at)
            length &= 0x3ff
            found[kind] = data[at + 6:at + length]
            at += length
        return struct.unpack("!H", found[0])[0], found

    def expect(self, kind):
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            got = self.receive(end - time.monotonic())
            if got and got[0] == "control":
                assert got[1] == kind, f"message {got[1]} in place of {kind}"
                return got[2]
        raise AssertionError(f"no message {kind}")

    def drain(self):
        """Takes what has come, so that the other end's window stays open."""
        while self.receive(0):
            pass

    def open(self):
        self.send(SCCRQ, 0, avp(2, b"\1\0"), avp(3, struct.pack("!I", 3)), avp(7, b"caller"),
                  avp(9, struct.pack("!H", 4711)))
        self.peer, = struct.unpack("!H", self.expect(SCCRP)[9])
        self.send(SCCCN, 0)

    def call(self, ours, lcp):
        """Places a call and sends its first frame at once; returns the LNS's session id."""
        self.send(ICRQ, 0, avp(14, struct.pack("!H", ours)), avp(15, struct.pack("!I", ours)))
        theirs, = struct.unpack("!H", self.expect(ICRP)[14])
        self.send(ICCN, theirs, avp(24, struct.pack("!I", 10000000)), avp(19, struct.pack("!I", 1)))
        self.sock.send(struct.pack("!HHH", 0x0002, self.peer, theirs) + lcp)
        return theirs

    def clear(self, ours, theirs):
        self.send(CDN, theirs, avp(1, struct.pack("!H", 3)), avp(14, struct.pack("!H", ours)))
