# SPDX-License-Identifier: GPL-2.0-or-later
"""ICMP echo from this process."""

import ipaddress
import os
import select
import socket
import struct
import time


def _checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


IP_MTU_DISCOVER, IP_PMTUDISC_DO = 10, 2


def ping(namespace, address, device=None, timeout=10.0, size=56, fragments=True):
    """Asks until one answer came: its round trip in seconds, or None. Without fragments: IPv4's "do not fragment"."""
    v6 = ipaddress.ip_address(address.partition("%")[0]).version == 6
    family, protocol = (socket.AF_INET6, socket.IPPROTO_ICMPV6) if v6 else (socket.AF_INET, 1)
    request, reply = (128, 129) if v6 else (8, 0)
    ident = os.urandom(2)
    # Even, since the checksum is over words of 16 bits.
    payload = os.urandom(size & ~1)
    with namespace.inside():
        sock = socket.socket(family, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
        target = socket.getaddrinfo(address, None, family)[0][4]
    with sock:
        if not fragments:
            sock.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO)
        if device:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b"\0")
        end, sequence, sent = time.monotonic() + timeout, 0, {}
        while time.monotonic() < end:
            sequence += 1
            body = ident + struct.pack("!H", sequence) + payload
            # The kernel fills in the checksum of ICMPv6.
            check = 0 if v6 else _checksum(struct.pack("!BBH", request, 0, 0) + body)
            try:
                sock.sendto(struct.pack("!BBH", request, 0, check) + body, target)
            except OSError:   # no route, or not yet
                time.sleep(0.05)
                continue
            sent[sequence] = time.monotonic()
            again = sent[sequence] + 0.5
            while (left := min(again, end) - time.monotonic()) > 0:
                if not select.select([sock], [], [], left)[0]:
                    break
                data = sock.recv(65536)
                if not v6:
                    data = data[(data[0] & 15) * 4:]
                if data[0] == reply and data[4:6] == ident and data[8:] == payload:
                    return time.monotonic() - sent[struct.unpack_from("!H", data, 6)[0]]
    return None
