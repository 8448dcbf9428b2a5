# SPDX-License-Identifier: GPL-2.0-or-later
"""What a call's interface is given in the kernel: rates, as the profile says them."""

import socket
import threading
import time

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config

RATE = 2_000_000    # bit/s
SECONDS = 2.0       # of a measured transfer
PORT = 5001


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


def tc(namespace, device):
    """What tc shows of an interface: its qdiscs and the filters of what comes in."""
    return (namespace.run("tc", "-s", "qdisc", "show", "dev", device) +
            namespace.run("tc", "-s", "filter", "show", "dev", device, "ingress"))


def goodput(sender, receiver, address):
    """bit/s of TCP's payload from one namespace to another, over SECONDS after its first bytes."""
    with receiver.inside():
        listener = socket.create_server((address, PORT))
    with sender.inside():
        out = socket.create_connection((address, PORT), timeout=lab.process.DEADLINE)
    into, _ = listener.accept()
    done = threading.Event()

    def send():
        try:
            while not done.is_set():
                out.send(bytes(16384))
        except OSError:
            assert done.is_set()

    with listener, out, into:
        into.settimeout(lab.process.DEADLINE)
        thread = threading.Thread(target=send)
        thread.start()
        try:
            # What passes at once, and what fits into queues on the way, comes first.
            count = 0
            while count < 150_000:
                count += len(into.recv(65536))
            start, count = time.monotonic(), 0
            while time.monotonic() < start + SECONDS:
                count += len(into.recv(65536))
            elapsed = time.monotonic() - start
        finally:
            done.set()
            into.close()
            thread.join()
    return count * 8 / elapsed


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
    down = goodput(ours, theirs, session["remote_ipv4"])
    assert RATE / 2 < down < RATE * 1.2, f"{down:.0f} bit/s to the caller"
    up = goodput(theirs, ours, session["local_ipv4"])
    assert RATE / 2 < up < RATE * 1.2, f"{up:.0f} bit/s from the caller"
    print(f"down {down:.0f} up {up:.0f} of {RATE} bit/s")
    assert lac.stop() == 0
    lab.wait_until(lambda: device not in lab.interfaces(ours), "the interface to go, with all that it had")
    assert "error" not in lns.process.text()


def test_without_rates(call):
    """Nothing is put into the kernel for who has no limits, and much more passes."""
    lns, lac, session = call("")
    shown = tc(lns.namespace, session["ifname"])
    assert "tbf" not in shown and "ingress" not in shown, shown
    assert goodput(lns.namespace, lac.namespace, session["remote_ipv4"]) > RATE * 2
