# SPDX-License-Identifier: GPL-2.0-or-later
"""What a call's interface is given in the kernel: rates, as the profile says them."""

import re
import socket
import time

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config

pytestmark = pytest.mark.backends

RATE = 2_000_000    # bit/s
BURST = 25_000      # bytes, the larger one of netlink/tc.c's two at this rate
PORT = 5001
PAYLOAD = 1000      # of a datagram
PACKET = PAYLOAD + 8 + 20 + 4   # on the interface: UDP, IPv4, at most PPP's address, control and protocol


@pytest.fixture
def call(pair, processes, build):
    """Starts an LNS of ours with more in its profile, and a caller: (LNS, caller, LNS's session)."""
    def start(ppp):
        a, b = pair
        lns = L2tpd(processes, build, a.namespace, "lns")
        lns.start(lns_config(lns.users(("alice", "wonderland")), ppp=ppp))
        lac = L2tpd(processes, build, b.namespace, "lac")
        lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password")))
        lac.up()
        (session,) = lns.up()
        return lns, lac, session
    return start


def dropped(namespace, device):
    """How many packets its qdiscs and filters have dropped."""
    return sum(int(n) for n in re.findall(r"dropped (\d+)", tc(namespace, device)))


def tc(namespace, device):
    """What tc shows of an interface: its qdiscs and the filters of what comes in."""
    return (namespace.run("tc", "-s", "qdisc", "show", "dev", device) +
            namespace.run("tc", "-s", "filter", "show", "dev", device, "ingress"))


class Datagrams:
    """UDP from one namespace to an address in another."""

    def __init__(self, sender, receiver, address):
        with receiver.inside():
            self.into = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.into.bind((address, PORT))
        with sender.inside():
            self.out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.out.connect((address, PORT))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.into.close()
        self.out.close()

    def below(self, share, count):
        """Sends no faster than a share of RATE, and has every datagram arrive."""
        self.into.settimeout(lab.process.DEADLINE)
        for n in range(count):
            time.sleep(PACKET * 8 / (RATE * share))
            self.out.send(n.to_bytes(4, "big") + bytes(PAYLOAD - 4))
            assert self.into.recv(PAYLOAD) == n.to_bytes(4, "big") + bytes(PAYLOAD - 4)

    def above(self, count):
        """Sends until the kernel says that it dropped: (bits that arrived, the seconds that they had for it)."""
        self.into.settimeout(0)
        before = count()
        start = last = time.monotonic()
        bits = 0

        def flood():
            nonlocal bits, last
            for _ in range(200):
                self.out.send(bytes(PAYLOAD))
            try:
                while True:
                    bits += len(self.into.recv(PAYLOAD)) * 8
                    last = time.monotonic()
            except BlockingIOError:
                return count() > before + 500
        lab.wait_until(flood, "datagrams to be dropped")
        return bits, last - start


def test_rates(call):
    """Both directions are limited, and the limits are near what was said."""
    lns, lac, session = call('rate-down = "2mbit" rate-up = "2mbit"')
    ours, theirs = lns.namespace, lac.namespace
    device = session["ifname"]
    lab.wait_until(lambda: "police" in tc(ours, device), "the rates in the kernel")
    shown = tc(ours, device)
    assert "qdisc tbf 4c32: root" in shown and "rate 2Mbit" in shown, shown
    assert "qdisc ingress ffff:" in shown and "matchall" in shown, shown
    assert "police" in shown and shown.count("rate 2Mbit") == 2, shown
    for sender, receiver, address in ((ours, theirs, session["remote_ipv4"]), (theirs, ours, session["local_ipv4"])):
        with Datagrams(sender, receiver, address) as datagrams:
            before = dropped(ours, device)
            datagrams.below(0.9, 200)
            assert dropped(ours, device) == before, tc(ours, device)
            bits, seconds = datagrams.above(lambda: dropped(ours, device))
        assert bits <= RATE * seconds + BURST * 8, (address, bits, seconds)
        print(f"to {address}: {bits} bits in {seconds:.2f} s")
    assert lac.stop() == 0
    lab.wait_until(lambda: device not in lab.interfaces(ours), "the interface to go, with all that it had")
    assert "error" not in lns.process.text()


def test_without_rates(call):
    """Nothing is put into the kernel for who has no limits."""
    lns, _, session = call("")
    shown = tc(lns.namespace, session["ifname"])
    assert "tbf" not in shown and "ingress" not in shown, shown
