# SPDX-License-Identifier: GPL-2.0-or-later
"""Network namespaces with names, and the links between them."""

import contextlib
import ctypes
import os
import socket
import subprocess
import threading

CLONE_NEWNET = 0x40000000
MS_BIND = 4096
MNT_DETACH = 2
RUN = "/run/netns"

NAT = """
table ip nat
delete table ip nat
table ip nat {{
    chain out {{
        type nat hook postrouting priority srcnat
        oifname {device} meta l4proto udp masquerade to :{ports}
        oifname {device} masquerade
    }}
}}
"""

libc = ctypes.CDLL(None, use_errno=True)


def check(result):
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def setns(fd):
    check(libc.setns(fd, CLONE_NEWNET))


class Namespace:
    """A network namespace that "ip netns" knows by its name, too."""

    def __init__(self, name):
        self.name = name
        self.path = os.path.join(RUN, name)
        os.makedirs(RUN, exist_ok=True)
        open(self.path, "x").close()
        failed = []

        # unshare() moves the calling thread only: one made for the purpose.
        def create():
            try:
                check(libc.unshare(CLONE_NEWNET))
                check(libc.mount(b"/proc/thread-self/ns/net", self.path.encode(), b"none",
                                 MS_BIND, None))
            except OSError as e:
                failed.append(e)

        thread = threading.Thread(target=create)
        thread.start()
        thread.join()
        if failed:
            os.unlink(self.path)
            raise failed[0]
        self.fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        self.ip("link set lo up")

    @contextlib.contextmanager
    def inside(self):
        """This thread is in the namespace, and so is what it starts or opens."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            setns(self.fd)
            yield self
        finally:
            setns(home)
            os.close(home)

    def run(self, *argv, **kwargs):
        """Runs a command to its end; returns what it printed."""
        with self.inside():
            done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  check=False, **kwargs)
        assert done.returncode == 0, f"{' '.join(argv)}: {done.stdout}"
        return done.stdout

    def ip(self, *commands):
        """Commands of ip(8), one string each, by one execution of it."""
        return self.run("ip", "-batch", "-", input="\n".join(commands) + "\n")

    def netem(self, device, *what):
        """Impairs what leaves by the device: netem("veth", "loss", "20%")."""
        self.run("tc", "qdisc", "replace", "dev", device, "root", "netem", *what)

    def masquerade(self, device, ports):
        """What leaves by the device gets its address, and UDP one of these ports: "40000-40999"."""
        self.sysctl("net/ipv4/ip_forward", 1)
        self.run("nft", "-f", "-", input=NAT.format(device=device, ports=ports))
        # Which has the kernel forget what was mapped so far, a moment later.
        self.ip(f"link set {device} down", f"link set {device} up")

    def inject(self, device, frames):
        """Whole Ethernet frames, out of the device as they are."""
        with self.inside(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC) as sock:
            sock.bind((device, 0))
            for frame in frames:
                sock.send(frame)

    def sysctl(self, key, value):
        with self.inside(), open("/proc/sys/" + key, "w") as f:
            f.write(str(value))

    def delete(self):
        os.close(self.fd)
        check(libc.umount2(self.path.encode(), MNT_DETACH))
        os.unlink(self.path)


class Link:
    """One end of a veth pair."""

    def __init__(self, namespace, device, ipv4, ipv6):
        self.namespace = namespace
        self.device = device
        self.ipv4 = ipv4
        self.ipv6 = ipv6


class Network:
    """The namespaces of one test; close() removes them all."""

    def __init__(self, prefix):
        self.prefix = prefix
        self.namespaces = []
        self.pairs = 0

    def namespace(self, name):
        ns = Namespace(f"{self.prefix}-{name}")
        self.namespaces.append(ns)
        return ns

    def link(self, a, b, mtu=1500):
        """Joins two namespaces; returns the two ends, with addresses."""
        self.pairs += 1
        n = self.pairs
        dev_a, dev_b = f"to-{n}b", f"to-{n}a"
        ends = []
        a.ip(f"link add {dev_a} mtu {mtu} type veth peer name {dev_b} mtu {mtu} netns {b.name}")
        for ns, dev, host in (a, dev_a, 1), (b, dev_b, 2):
            v4, v6 = f"10.9.{n}.{host}", f"fd09:{n}::{host}"
            ns.ip(f"addr add {v4}/24 dev {dev}", f"addr add {v6}/64 dev {dev} nodad",
                  f"link set {dev} up")
            ends.append(Link(ns, dev, v4, v6))
        return ends

    def nat(self, a, b, ports):
        """Joins two namespaces by a NAT: returns the ends of a and b, and the NAT's towards b."""
        middle = self.namespace("nat")
        inside, gateway = self.link(a, middle)
        outer, outside = self.link(middle, b)
        a.ip(f"route add default via {gateway.ipv4}")
        middle.masquerade(outer.device, ports)
        return inside, outside, outer

    def close(self):
        while self.namespaces:
            self.namespaces.pop().delete()
