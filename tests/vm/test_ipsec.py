# SPDX-License-Identifier: GPL-2.0-or-later
"""strongSwan's SAs, made, read and watched by l2tpd's client of it; IKEv2 and IKEv1.

And connections that require them: over IPv4 and IPv6, by certificates, through a NAT.
"""

import json
import re
import signal
import socket
import struct

import pytest

import lab
from lab.capture import frames
from lab.charon import Charon
from lab.site import Site, any_address
from lab.tls import Authority

ESP, FRAGMENT, ICMPV6, HOP_BY_HOP = 50, 44, 58, 0
IP_AND_ICMP = 20 + 8


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


def load(charons, pair, family="ipv4", **kwargs):
    here, there = (getattr(end, family) for end in pair)
    charons[0].load(here, there, **kwargs)
    charons[1].load(there, here, **kwargs)


def spis(namespace):
    """The SPIs of the kernel's SAs, by their destination."""
    text = namespace.run("ip", "xfrm", "state")
    return {(dst, int(spi, 16)) for dst, spi in
            re.findall(r"^src \S+ dst (\S+)\n\s+proto esp spi (0x[0-9a-f]+)", text, re.MULTILINE)}


def check_report(record, version, pair, family="ipv4", ids=None, nat="none", side="initiator"):
    """The pair: we, and the peer as we see it."""
    here, there = (getattr(end, family) for end in pair)
    assert record["ipsec"] == "yes", record
    assert record["ike_version"] == version
    assert (record["ike_state"], record["ike_side"], record["ike_nat"]) == ("established", side, nat)
    assert re.fullmatch("[0-9a-f]{16}", record["ike_initiator_spi"])
    assert re.fullmatch("[0-9a-f]{16}", record["ike_responder_spi"])
    assert (record["ike_local_id"], record["ike_remote_id"]) == (ids or (f"id-of-{here}", f"id-of-{there}"))
    assert (record["ike_local"], record["ike_remote"]) == (here, there)
    assert record["ike_proposal"].startswith("AES_CBC-128/HMAC_SHA2_256_128") and record["ike_rekey_s"] > 0
    assert record["child_mode"] == "ESP, transport" + (", in UDP" if nat != "none" else "")
    assert record["child_proposal"] == "AES_GCM_16-128"
    assert record["sa_in_state"] == record["sa_out_state"] == "mature"
    assert 0 < record["sa_in_left_s"] <= 3960 and record["sa_in_created"] == record["sa_out_created"]
    kernel = spis(pair[0].namespace)
    assert (here, int(record["sa_in_spi"], 16)) in kernel
    assert (there, int(record["sa_out_spi"], 16)) in kernel


@pytest.mark.any_kernel
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


@pytest.mark.any_kernel
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


@pytest.mark.any_kernel
def test_refused(charons, ask, pair):
    load(charons, pair)
    record = ask("initiate", "udp", "nobody")
    assert record["ipsec_why"] == "charon: CHILD_SA config 'nobody' not found"
    charons[1].load(pair[1].ipv4, pair[0].ipv4, secret="another")
    record = ask("initiate", "udp", "udp")
    assert record["ipsec"] == "no" and "AUTHENTICATION_FAILED" in record["ipsec_why"], record
    assert "secret of both" not in record["ipsec_why"]


# ---- connections that require it ----

def kind(frame):
    """What an IP packet is: a word, or else its protocol or port; None for the housekeeping of a link."""
    if frame[12:14] == b"\x08\x00":
        protocol, at = frame[23], 14 + 4 * (frame[14] & 15)
        if struct.unpack_from("!H", frame, 20)[0] & 0x3fff:
            return "fragment"
    elif frame[12:14] == b"\x86\xdd":
        protocol, at = frame[20], 54
    else:
        return None
    if protocol == FRAGMENT:
        return "fragment"
    if protocol in (ICMPV6, HOP_BY_HOP):    # neighbours, and MLD
        return None
    if protocol != socket.IPPROTO_UDP:
        return "ESP" if protocol == ESP else protocol
    port = min(struct.unpack_from("!HH", frame, at))
    payload = frame[at + 8:]
    # On port 4500 ESP begins with its SPI, and IKE with none (RFC 3948, section 2.2).
    if port == 500 or (port == 4500 and (payload[:4] == bytes(4) or payload == b"\xff")):
        return "IKE"
    return "ESP in UDP" if port == 4500 else port


def wire(capture):
    return {kind(f) for f in frames(capture.path)} - {None}


class Required:
    """Two l2tpd whose connection requires IPsec: a waits, b calls."""

    common = 'ipsec = "required" redial = 0.5 redial-max = 1 session "lan" { ifname = "lan0" }'

    def __init__(self, processes, build, ends, charons):
        self.ends, self.build = ends, build
        self.sites = (Site(processes, build, ends[0], "site-a", "site-b"),
                      Site(processes, build, ends[1], "site-b", "site-a"))
        self.a, self.b = self.sites
        for site, charon in zip(self.sites, charons):
            site.options = ("--vici", charon.vici)

    def wait(self, encap, family="ipv4"):
        self.a.start(f'from-hostname = {{ "site-b" }} {self.common}', encap,
                     listen=any_address(getattr(self.ends[0], family)))

    def call(self, encap, family="ipv4", child=True):
        """With a child that strongSwan may begin, or what is there already."""
        port = 'source-port = "1701"' if encap == "udp" else ""
        child = f'ipsec-connection = "site/{encap}"' if child else ""
        self.b.start(f'remote = "{getattr(self.ends[0], family)}" {port} {child} {self.common}', encap)

    def up(self):
        """Waits for it, and has a ping of full size go each way; returns what both show of the interface."""
        for n, site in enumerate(self.sites):
            site.up("lan")
            site.namespace.ip(f"addr add 10.1.0.{1 + n}/24 dev lan0")
        for n, site in enumerate(self.sites):
            largest = lab.link(site.namespace, "lan0")["mtu"] - IP_AND_ICMP
            assert lab.ping(site.namespace, f"10.1.0.{2 - n}", size=largest) is not None
        records = [record for site in self.sites for record in site.daemon.ask("show interfaces", ifname="lan0")]
        for record in records:
            assert record["sa_in_packets"] > 0 and record["sa_out_packets"] > 0
        return records

    def stop(self):
        for site in self.b, self.a:
            assert site.stop() == 0
            lab.wait_until(lambda at=site: lab.l2tp_objects(at.namespace) == ([], []), f"what {site.name} had to go")


@pytest.mark.parametrize("encap", ["udp", "ip"])
def test_required(charons, pair, processes, build, encap):
    """A connection that requires IPsec: it waits for it, sends nothing in clear, shows it, and ends with it."""
    a, b = pair
    load(charons, pair)
    required = Required(processes, build, pair, charons)
    sa, sb = required.sites
    required.wait(encap)
    capture = lab.Capture(a.namespace, a.device, sa.daemon.path("wire.pcap"))
    # Without IPsec it says what is missing; with a child that it may begin, it is up.
    required.call(encap, child=False)
    sb.daemon.process.wait_for("IPsec is required: charon has no IKE SA")
    assert sb.stop() == 0
    required.call(encap)
    at_a, at_b = required.up()
    capture.close()
    assert wire(capture) == {"IKE", "ESP"}
    check_report(at_b, 2, (b, a))
    check_report(at_a, 2, (a, b), side="responder")
    (tunnel,) = sb.daemon.tunnels(tunnel=sb.peer)
    assert (tunnel["ipsec"], tunnel["sa_in_spi"], tunnel["ike_remote"]) == ("yes", at_b["sa_in_spi"], at_b["ike_remote"])
    assert "ipsec" not in sb.daemon.tunnels()[0]
    page = sb.namespace.run(str(build / "l2tpctl"), "--runtime-dir", sb.daemon.run, "show", "interface", "lan0")
    for words in "IKE version", "Initiator's SPI", "mature", "Peer's cookie", "Remote end id", "Next to send":
        assert words in page, page
    # The peer ends it: so does the connection, at both ends.
    charons[0].swanctl("--terminate", "--ike", "site")
    sa.daemon.process.wait_for("IPsec is required, and gone")
    sb.stop()
    lab.wait_until(lambda: lab.l2tp_objects(a.namespace) == ([], []), "what site-a had to go")


def test_required_ipv6(charons, pair, processes, build):
    """The same of both kinds over IPv6; no frame that fits the interface is fragmented on its way."""
    load(charons, pair, "ipv6")
    required = Required(processes, build, pair, charons)
    for encap in "udp", "ip":
        with lab.Capture(pair[0].namespace, pair[0].device, required.a.daemon.path(f"{encap}.pcap")) as capture:
            required.wait(encap, "ipv6")
            required.call(encap, "ipv6")
            at_a, at_b = required.up()
            required.stop()
        assert wire(capture) == {"IKE", "ESP"}
        check_report(at_b, 2, pair[::-1], "ipv6")
        check_report(at_a, 2, pair, "ipv6", side="responder")


def moved(required, remote):
    """What a shows once it has heard b from there."""
    assert lab.ping(required.b.namespace, "10.1.0.1") is not None
    (record,) = required.a.daemon.ask("show interfaces", ifname="lan0")
    return record if f"{record['ike_remote']}:{record['ike_remote_port']}".startswith(remote) else None


@pytest.mark.parametrize("encap, version", [("udp", 2), ("ip", 1)])
def test_required_nat(net, processes, build, encap, version):
    """The one that calls is behind a NAT: L2TP of both kinds within ESP in UDP."""
    inside, outside, nat = net.nat(net.namespace("b"), net.namespace("a"), "40000-40999")
    ids = "id-of-a", "id-of-b"
    charons = [Charon(processes, end.namespace) for end in (outside, inside)]
    charons[0].load(outside.ipv4, nat.ipv4, version, ids=ids)
    charons[1].load(inside.ipv4, outside.ipv4, version, ids=ids[::-1])
    required = Required(processes, build, (outside, inside), charons)
    with lab.Capture(outside.namespace, outside.device, required.a.daemon.path("wire.pcap")) as capture:
        required.wait(encap)
        required.call(encap)
        at_a, at_b = required.up()
        check_report(at_b, version, (inside, outside), ids=ids[::-1], nat="here")
        check_report(at_a, version, (outside, nat), ids=ids, nat="there", side="responder")
        assert (at_b["local"], at_b["remote"]) == (inside.ipv4, outside.ipv4)
        assert (at_a["local"], at_a["remote"]) == (outside.ipv4, nat.ipv4)
        assert at_a["ike_remote"] == nat.ipv4 and at_a["ike_remote_port"] // 1000 == 40
        # The NAT forgets its ports and takes others: the kernel tells charon, and nobody else notices.
        nat.namespace.masquerade(nat.device, "50000-50999")
        again = lab.wait_until(lambda: moved(required, f"{nat.ipv4}:50"), "the NAT's new ports to be known")
        assert again["session_id"] == at_a["session_id"]
        required.stop()
    # ICMP: the NAT's, of ports that it forgot.
    assert wire(capture) - {socket.IPPROTO_ICMP} == {"IKE", "ESP in UDP"}


@pytest.mark.any_kernel
def test_required_certificates(charons, pair, ask, processes, build):
    """By certificates of one CA; one of another is refused, and l2tpd says which."""
    ours, others = (Authority(f"{processes.logs}/{name}", name) for name in ("ours", "others"))
    ids = tuple(f"C=CH, O=A company with many departments, OU=Network operations, CN=site-{x}" for x in "ab")
    subjects = ["/" + name.replace(", ", "/") for name in ids]
    of_a, of_b = (ours.issue(name, subject=subject) for name, subject in zip("ab", subjects))

    def load_both(version=2, trusted_by_b=ours, of_b=of_b):
        charons[0].load_certificates(pair[0].ipv4, pair[1].ipv4, ids, of_a, ours, version)
        charons[1].load_certificates(pair[1].ipv4, pair[0].ipv4, ids[::-1], of_b, trusted_by_b, version)

    required = Required(processes, build, pair, charons)
    required.wait("udp")
    load_both(trusted_by_b=others)
    required.call("udp")
    required.b.daemon.process.wait_for(f"IPsec is required: .*no trusted ECDSA public key found for '{ids[0]}'")
    load_both(of_b=others.issue("b", subject=subjects[1]))
    required.b.daemon.process.wait_for("IPsec is required: .*AUTHENTICATION_FAILED")
    load_both()
    at_a, at_b = required.up()
    check_report(at_b, 2, pair[::-1], ids=ids[::-1])
    check_report(at_a, 2, pair, ids=ids, side="responder")
    required.stop()
    charons[0].swanctl("--terminate", "--ike", "site")
    load_both(version=1)
    check_report(ask("initiate", "udp", "udp"), 1, pair, ids=ids)
