# SPDX-License-Identifier: GPL-2.0-or-later
"""The environment itself: Debian's xl2tpd calls Debian's xl2tpd."""

import subprocess

import pytest

import lab
from lab.peers import Xl2tpd, chap_secrets


@pytest.mark.parametrize("module", ["l2tp_ppp", "l2tp_netlink", "l2tp_eth", "l2tp_ip", "l2tp_ip6",
                                    "ppp_mppe", "sch_netem"])
def test_module_loads(module):
    done = subprocess.run(["modprobe", module], stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_ipv6_link(pair):
    a, b = pair
    assert lab.ping(a.namespace, b.ipv4) is not None
    assert lab.ping(a.namespace, b.ipv6) is not None


def test_netem_loses_packets(pair):
    a, b = pair
    a.namespace.netem(a.device, "loss", "100%")
    assert lab.ping(a.namespace, b.ipv4, timeout=1.5) is None
    a.namespace.netem(a.device, "loss", "20%")
    assert lab.ping(a.namespace, b.ipv4) is not None


def test_capture(pair, logs):
    a, b = pair
    with lab.Capture(a.namespace, a.device, logs / "ping.pcap") as capture:
        assert lab.ping(a.namespace, b.ipv4) is not None
    # At least the request and its answer.
    assert capture.count >= 2


def test_xl2tpd_calls_xl2tpd(pair, processes):
    a, b = pair
    chap_secrets(("alice", "*", "wonderland"))
    lns = Xl2tpd(processes, a.namespace, "lns").lns("10.8.0.2-10.8.0.9", "10.8.0.1")
    lns.process.wait_for("Listening on IP address")
    lac = Xl2tpd(processes, b.namespace, "lac").lac(a.ipv4, "alice")

    def up():
        return [x for x in lab.addresses(b.namespace) if x[2] == "10.8.0.1"]

    ((device, own, _),) = lab.wait_until(up, "the caller's address")
    assert own == "10.8.0.2"
    assert lab.ping(b.namespace, "10.8.0.1", device=device) is not None
    assert lab.ping(a.namespace, own) is not None
    for ns in a.namespace, b.namespace:
        tunnels, sessions = lab.l2tp_objects(ns)
        # xl2tpd makes a session 0 beside, to manage the tunnel by.
        (session,) = [s for s in sessions if s["session_id"]]
        assert [t["tunnel_id"] for t in tunnels] == [session["tunnel_id"]]
        assert "ppp0" in lab.interfaces(ns)

    lac.process.stop()
    lab.wait_until(lambda: lab.l2tp_objects(b.namespace) == ([], []), "the caller's tunnel to go")
    lab.wait_until(lambda: not lns.process.children(), "the LNS's pppd to end")
    assert not [i for i in lab.interfaces(a.namespace) if i.startswith("ppp")]
