# SPDX-License-Identifier: GPL-2.0-or-later
"""An LNS that is no program: it answers from where the test wants it to."""

import select
import socket
import struct
import time

from lab.caller import ICCN, ICRP, ICRQ, SCCCN, SCCRP, SCCRQ, STOPCCN, Caller, avp
from lab.process import DEADLINE


class Answerer:
    """Called at one socket, it answers from another; both are bound, and not connected."""

    def __init__(self, called, answers):
        self.called, self.answers = called, answers
        self.tunnel = self.peer = None
        self.ns = self.nr = 0

    def wait(self, sock, kind):
        """The AVPs of the next message of that kind at a socket; others are passed over."""
        end = time.monotonic() + DEADLINE
        while select.select([sock], [], [], max(end - time.monotonic(), 0))[0]:
            data, peer = sock.recvfrom(65535)
            if len(data) > 12 and data[0] & 0x80:
                got, avps = Caller.avps(data)
                if got == kind:
                    self.peer, self.nr = peer, struct.unpack_from("!H", data, 8)[0] + 1
                    return avps
        raise AssertionError(f"no message {kind}")

    def send(self, kind, session, *avps, sock=None):
        body = avp(0, struct.pack("!H", kind)) + b"".join(avps)
        head = struct.pack("!HHHHHH", 0xc802, 12 + len(body), self.tunnel, session, self.ns, self.nr)
        (sock or self.answers).sendto(head + body, self.peer)
        self.ns += 1

    def hear(self):
        """The SCCRQ, where it was sent to."""
        avps = self.wait(self.called, SCCRQ)
        self.tunnel, = struct.unpack("!H", avps[9])
        return avps

    def accept(self, *more):
        self.send(SCCRP, 0, avp(2, b"\1\0"), avp(3, struct.pack("!I", 3)), avp(7, b"answerer"),
                  avp(9, struct.pack("!H", 99)), *more)

    def refuse(self, result=2, error=8):
        """By StopCCN: result 2, a general error; error 8, an unknown AVP that is mandatory."""
        self.send(STOPCCN, 0, avp(9, struct.pack("!H", 99)), avp(1, struct.pack("!HH", result, error)))

    def serve(self):
        """The tunnel's and one call's messages; returns the caller's session id."""
        self.wait(self.answers, SCCCN)
        theirs, = struct.unpack("!H", self.wait(self.answers, ICRQ)[14])
        self.send(ICRP, theirs, avp(14, struct.pack("!H", 1)))
        self.wait(self.answers, ICCN)
        self.answers.sendto(struct.pack("!HHHHHH", 0xc802, 12, self.tunnel, 0, self.ns, self.nr), self.peer)
        return theirs


def bound(address, port=0):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, port))
    return s
