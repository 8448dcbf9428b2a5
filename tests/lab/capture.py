# SPDX-License-Identifier: GPL-2.0-or-later
"""Packets of an interface into a pcap file, by a thread of this process."""

import os
import select
import socket
import struct
import threading
import time

ETH_P_ALL = 3
LINKTYPE_ETHERNET = 1
SO_RCVBUFFORCE = 33


def frames(path):
    """The frames of a capture that is closed."""
    with open(path, "rb") as f:
        data, at = f.read(), 24
    while at < len(data):
        length, = struct.unpack_from("=I", data, at + 8)
        yield data[at + 16:at + 16 + length]
        at += 16 + length


class Capture:
    """with Capture(ns, "to-1b", "x.pcap"): the packets until the block's end."""

    def __init__(self, namespace, device, path):
        self.path = path
        with namespace.inside():
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC,
                                      socket.htons(ETH_P_ALL))
            self.sock.bind((device, ETH_P_ALL))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.file = open(path, "wb")
        self.file.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, LINKTYPE_ETHERNET))
        self.wake, self.waker = os.pipe2(os.O_CLOEXEC)
        self.count = 0
        self.thread = threading.Thread(target=self._copy, daemon=True)
        self.thread.start()

    def _copy(self):
        while True:
            ready = select.select([self.sock, self.wake], [], [])[0]
            if self.sock in ready:
                data = self.sock.recv(65535)
                now = time.time_ns()
                self.file.write(struct.pack("=IIII", now // 10**9, now % 10**9 // 1000,
                                            len(data), len(data)) + data)
                self.count += 1
            elif self.wake in ready:
                return

    def close(self):
        os.write(self.waker, b".")
        self.thread.join()
        self.sock.close()
        self.file.close()
        os.close(self.wake)
        os.close(self.waker)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
