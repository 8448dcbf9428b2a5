# SPDX-License-Identifier: GPL-2.0-or-later
"""The caller's first LCP frame comes right behind its ICCN and is not lost."""

import os
import struct
import time

import pytest

import lab
from lab.caller import Caller
from lab.l2tpd import L2tpd, lns_config

pytestmark = pytest.mark.backends

CALLS = 50

def test_first_frame_is_answered(pair, processes, build):
    """A Configure-Request that is never sent again is acknowledged, in every call."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), lns="idle-timeout = 600"))
    caller = Caller(b.namespace, a.ipv4)
    caller.open()
    for n in range(1, CALLS + 1):
        magic = os.urandom(4)
        theirs = caller.call(n, b"\xff\x03\xc0\x21" + struct.pack("!BBH", 1, n, 10) + b"\x05\x06" + magic)
        end = time.monotonic() + lab.process.DEADLINE
        while True:
            got = caller.receive(end - time.monotonic())
            assert got, f"call {n}: the first frame was not answered"
            if got[0] != "ppp" or got[1] != n:
                continue
            frame = got[2].removeprefix(b"\xff\x03")
            # LCP Configure-Ack of our request, identifier n.
            if frame[:4] == b"\xc0\x21\x02" + bytes([n]):
                break
        caller.clear(n, theirs)
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the calls to be cleared")
