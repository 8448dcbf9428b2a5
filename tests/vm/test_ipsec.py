# SPDX-License-Identifier: GPL-2.0-or-later
"""strongSwan's SAs, made, read and watched by l2tpd's client of it; IKEv2 and IKEv1."""

import json
import re
import signal
import socket

import pytest

import lab
from lab.capture import frames
from lab.charon import Charon
from lab.site import Site


class Ask:
    """tests/lab/ipsec-ask on one charon, for the tunnels from one end of a link to the other."""

    def __init__(self, build, processes, charon, here, there):
        self.program = build / "tests/lab/ipsec-ask"
        self.processes, self.charon, self.here, self.there = processes, charon, here, there

    def argv(self, what, encap, *args):
        return [str(self.program), self.charon.vici, what, encap, self.here.ipv4, self.there.ipv4, *args]

    def __call__(self, what, encap, *args):
        return json.loads(self.here.namespace.run(*self.argv(what, encap, *args)).splitlines()[-1])

    def watch(self, encap):
        return self.processes.start(*self.argv("watch", encap), name="watch")


@pytest.fixture
def charons(processes, pair):
    return [Charon(processes, end.namespace) for end in pair]


@pytest.fixture
def ask(build, processes, charons, pair):
    return Ask(build, processes, charons[0], *pair)


def load(charons, pair, **kwargs):
    for n in 0, 1:
        charons[n].load(pair[n].ipv4, pair[1 - n].ipv4, **kwargs)


def spis(namespace):
    """The SPIs of the kernel's SAs, by their destination."""
    text = namespace.run("ip", "xfrm", "state")
    return {(dst, int(spi, 16)) for dst, spi in
            re.findall(r"^src \S+ dst (\S+)\n\s+proto esp spi (0x[0-9a-f]+)", text, re.MULTILINE)}


def check_report(record, version, pair):
    here, there = pair
    assert record["ipsec"] == "yes", record
    assert record["ike_version"] == version
    assert (record["ike_state"], record["ike_side"], record["ike_nat"]) == ("established", "initiator", "none")
    assert re.fullmatch("[0-9a-f]{16}", record["ike_initiator_spi"])
    assert re.fullmatch("[0-9a-f]{16}", record["ike_responder_spi"])
    assert (record["ike_local_id"], record["ike_remote_id"]) == (f"id-of-{here.ipv4}", f"id-of-{there.ipv4}")
    assert record["ike_local"].startswith(here.ipv4 + ":") and record["ike_remote"].startswith(there.ipv4 + ":")
    assert record["ike_proposal"].startswith("AES_CBC-128/HMAC_SHA2_256_128") and record["ike_rekey_s"] > 0
    assert record["child_mode"] == "ESP, transport" and record["child_proposal"] == "AES_GCM_16-128"
    assert record["sa_in_state"] == record["sa_out_state"] == "mature"
    assert 0 < record["sa_in_left_s"] <= 3960 and record["sa_in_created"] == record["sa_out_created"]
    kernel = spis(here.namespace)
    assert (here.ipv4, int(record["sa_in_spi"], 16)) in kernel
    assert (there.ipv4, int(record["sa_out_spi"], 16)) in kernel


def test_ikev2(charons, ask, pair):
    record = ask("show", "udp")
    assert record == {"ipsec": "no", "ipsec_why": f"charon has no IKE SA with {pair[1].ipv4}"}
    load(charons, pair)
    check_report(ask("initiate", "udp", "udp"), 2, pair)
    record = ask("show", "ip")
    assert record["ipsec"] == "no" and record["ike_state"] == "established"
    assert record["ipsec_why"] == "charon's IKE SA \"site\" has no child SA for protocol 115"
    check_report(ask("initiate", "ip", "site/ip"), 2, pair)
    again = ask("initiate", "ip", "ip")
    assert again["child"] == "ip"
    assert ask("show", "ip")["sa_in_spi"] == again["sa_in_spi"]

    # What passes is counted, each way: a datagram there and back.
    with pair[0].namespace.inside():
        a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        a.bind((pair[0].ipv4, 1701))
    with pair[1].namespace.inside():
        b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        b.bind((pair[1].ipv4, 1701))
    with a, b:
        a.sendto(b"x" * 50, (pair[1].ipv4, 1701))
        b.settimeout(lab.process.DEADLINE)
        b.sendto(*b.recvfrom(100))
        a.settimeout(lab.process.DEADLINE)
        a.recv(100)
    record = ask("show", "udp")
    assert record["sa_in_packets"] == record["sa_out_packets"] == 1
    assert record["sa_in_bytes"] >= 50 and "sa_in_last_used" in record


def test_ikev1_and_watch(charons, ask, pair):
    load(charons, pair, version=1)
    watch = ask.watch("udp")
    watch.wait_for('"why":"charon has no IKE SA')
    check_report(ask("initiate", "udp", "udp"), 1, pair)
    watch.wait_for('"cover":4,"reqid":[1-9]')
    # The peer ends it: that is told without being asked.
    charons[1].swanctl("--terminate", "--ike", "site")
    watch.wait_for(r'"cover":[13],"reqid":0')
    # A charon that is killed takes its word with it; one that is back is asked again.
    charons[0].process.stop(signal.SIGKILL)
    watch.wait_for("strongSwan's charon does not run: install")
    charons[0].start()
    watch.wait_for("charon is back")


def test_refused(charons, ask, pair):
    load(charons, pair)
    record = ask("initiate", "udp", "nobody")
    assert record["ipsec_why"] == "charon: CHILD_SA config 'nobody' not found"
    charons[1].load(pair[1].ipv4, pair[0].ipv4, secret="another")
    record = ask("initiate", "udp", "udp")
    assert record["ipsec"] == "no" and "AUTHENTICATION_FAILED" in record["ipsec_why"], record
    assert "secret of both" not in record["ipsec_why"]


@pytest.mark.parametrize("encap", ["udp", "ip"])
def test_required(charons, pair, processes, build, encap):
    """A connection that requires IPsec: it waits for it, sends nothing in clear, shows it, and ends with it."""
    a, b = pair
    load(charons, pair)
    sites = Site(processes, build, a, "site-a", "site-b"), Site(processes, build, b, "site-b", "site-a")
    sa, sb = sites
    common = 'ipsec = "required" redial = 0.5 redial-max = 1 session "lan" { ifname = "lan0" }'
    for site, charon in zip(sites, charons):
        site.options = ("--vici", charon.vici)
    sa.start(f'from-hostname = {{ "site-b" }} {common}', encap, listen="0.0.0.0")
    port = 'source-port = "1701"' if encap == "udp" else ""
    capture = lab.Capture(a.namespace, a.device, sa.daemon.path("wire.pcap"))
    # Without IPsec it says what is missing; with a child that it may begin, it is up.
    sb.start(f'remote = "{a.ipv4}" {port} {common}', encap)
    sb.daemon.process.wait_for("IPsec is required: charon has no IKE SA")
    assert sb.stop() == 0
    sb.start(f'remote = "{a.ipv4}" {port} ipsec-connection = "site/{encap}" {common}', encap)
    sb.up("lan")
    sa.up("lan")
    for site, host in (sa, 1), (sb, 2):
        site.namespace.ip(f"addr add 10.1.0.{host}/24 dev lan0")
    assert lab.ping(sb.namespace, "10.1.0.1") is not None
    capture.close()
    clear = [f for f in frames(capture.path) if f[12:14] == b"\x08\x00" and
             (f[23] == 115 or (f[23] == 17 and b"\x06\xa5" in (f[34:36], f[36:38])))]
    assert clear == []
    (record,) = sb.daemon.ask("show interfaces", name="lan0")
    check_report(record, 2, (b, a))
    assert record["sa_in_packets"] > 0 and record["sa_out_packets"] > 0
    page = sb.namespace.run(str(build / "l2tpctl"), "--runtime-dir", sb.daemon.run, "show", "interface", "lan0")
    for words in "IKE version", "Initiator's SPI", "mature", "Peer's cookie", "Remote end id", "Next to send":
        assert words in page, page
    # The peer ends it: so does the connection, at both ends.
    charons[0].swanctl("--terminate", "--ike", "site")
    sa.daemon.process.wait_for("IPsec is required, and gone")
    sb.stop()
    lab.wait_until(lambda: lab.l2tp_objects(a.namespace) == ([], []), "what site-a had to go")
