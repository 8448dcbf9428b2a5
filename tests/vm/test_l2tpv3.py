# SPDX-License-Identifier: GPL-2.0-or-later
"""Sites joined by L2TPv3, through the kernel: Ethernet and VLAN pseudowires."""

import os
import signal

import pytest

import lab
from lab.capture import frames
from lab.site import Site, any_address
from test_network import tshark

SECRET = "between the sites"


def address_of(link, family):
    return link.ipv4 if family == "ipv4" else link.ipv6


@pytest.fixture
def sites(pair, processes, build):
    """The two ends, not yet started, and where a is."""
    a, b = pair
    return (Site(processes, build, a, "site-a", "site-b"), Site(processes, build, b, "site-b", "site-a"))


def secret_keys(site, secret=SECRET):
    return f'secret-file = "{site.daemon.secret(secret)}"' if secret else ""


@pytest.mark.parametrize("encap, family, secret", [
    ("udp", "ipv4", SECRET), ("udp", "ipv6", None), ("ip", "ipv4", None), ("ip", "ipv6", SECRET)])
def test_joined(pair, sites, logs, encap, family, secret):
    """A LAN with an address, a VLAN, and one that is bridged: traffic goes through all, and all of it goes."""
    (a, b), (sa, sb) = pair, sites
    where = address_of(a, family)
    for end in pair:
        end.namespace.ip("link add br0 type bridge", "link set br0 up")
    sessions = """
        session "lan" { ifname = "lan0" %s }
        session "voice" { pseudowire = "vlan" vlan = %d ifname = "voice0" cookie = 4 }
        session "bridged" { ifname = "wire0" bridge = "br0" cookie = 0 sequencing = true }
    """
    hide = "hide-avps = true" if secret else ""
    sums = {"udp-ipv4": "udp-csum = false", "udp-ipv6": "udp6-csum-tx = false udp6-csum-rx = false"}.get(
        f"{encap}-{family}", "")
    capture = lab.Capture(a.namespace, a.device, logs / "sites.pcap")
    sa.start(f'from-hostname = {{ "site-b" }} {secret_keys(sa, secret)} {hide} {sums} hello = 1 {sessions % ("cookie = 8", 7)}',
             encap, listen=any_address(where))
    sb.start(f'remote = "{where}" {secret_keys(sb, secret)} {hide} {sums} digest = "md5" {sessions % ("mtu = 1400", 9)}', encap)
    (lan, voice, bridged) = sb.up("lan", "voice", "bridged")
    sa.up("lan", "voice", "bridged")
    assert (lan["ifname"], voice["ifname"], bridged["ifname"]) == ("lan0", "voice0.9", "wire0")
    assert (voice["peer_cookie_length"], bridged["peer_cookie_length"], bridged["l2_sublayer"]) == (4, 0, True)
    assert "ppp_state" not in voice and (lan["circuit"], lan["pseudowire"], voice["pseudowire"]) == ("up", "ethernet", "vlan")
    # The VLAN's interface is found by the name that was given to the session's.
    (record,) = sb.daemon.ask("show interfaces", ifname="voice0")
    assert (record["ifname"], record["session"]) == ("voice0.9", "voice")
    assert sb.daemon.sessions(session="voice0")[0]["session_id"] == voice["session_id"]
    (tunnel,) = sb.daemon.tunnels()
    assert (tunnel["version"], tunnel["encap"], tunnel.get("digest")) == (3, encap, secret and "hmac-sha1")
    for site, host in (sa, 1), (sb, 2):
        voice_link = "voice0.7" if site is sa else "voice0.9"
        site.namespace.ip(f"addr add 10.1.0.{host}/24 dev lan0", f"addr add fd01::{host}/64 dev lan0 nodad",
                          f"addr add 10.2.0.{host}/24 dev br0", f"addr add 10.3.0.{host}/24 dev {voice_link}")
    assert lab.ping(sa.namespace, "10.1.0.2") is not None
    assert lab.ping(sa.namespace, "fd01::2") is not None
    assert lab.ping(sa.namespace, "10.2.0.2", size=1000) is not None
    if secret:
        lab.wait_until(lambda: sa.daemon.tunnels()[0]["sent"] >= 6, "a HELLO")
    sb.stop()
    # The kernel takes a tunnel apart behind the last close of its socket.
    for site in sa, sb:
        lab.wait_until(lambda site=site: is_empty_but(site.namespace, "br0"), f"what {site.name} had to go")
    sa.stop()
    capture.close()
    check_capture(capture.path, secret)
    if sums:
        check_checksums(capture.path)


def check_capture(path, secret):
    """An independent decoder reads all, and finds every digest right."""
    options = ["-o", f"l2tp.shared_secret:{secret}"] if secret else []
    types = tshark(path, *options, "-Y", "l2tp.type == 1", "-T", "fields", "-e", "l2tp.avp.message_type").split()
    assert {"1", "2", "3", "4", "10", "11", "12"} <= set(types)
    wrong = tshark(path, *options, "-Y", "l2tp.type == 1 && (_ws.malformed || _ws.expert)", "-V")
    assert wrong == ""


def check_checksums(path):
    """Control messages have a UDP checksum, data packets none, but for one that leaves at the same moment."""
    found = {True: set(), False: set()}
    for frame in frames(path):
        at = {b"\x08\x00": 34, b"\x86\xdd": 54}.get(frame[12:14])
        if at and frame[at - 11 if at == 34 else 20] == 17 and b"\x06\xa5" in (frame[at:at + 2], frame[at + 2:at + 4]):
            found[bool(frame[at + 8] & 0x80)].add(frame[at + 6:at + 8] != b"\0\0")
    assert found[True] == {True} and False in found[False]


LAN = 'session "lan" { ifname = "lan0" }'
QUICK = "hello = 1 retransmit = 0.5 retransmit-tries = 2 redial = 0.5 redial-max = 1"


def l2tp_frames(path, source_mac=None):
    """Frames of L2TP over IP in IPv4 (no VLANs here), and where L2TP begins in them: behind 14 and 20 bytes."""
    return [f for f in frames(path) if f[12:14] == b"\x08\x00" and f[23] == 115 and source_mac in (None, f[6:12])]


def test_refused(pair, sites, logs):
    """A wrong secret, none, a wrong cookie and a replay: refused and counted, and the right ones go on."""
    (a, b), (sa, sb) = pair, sites
    sa.start(f'from-hostname = {{ "site-b" }} {secret_keys(sa)} {QUICK} {LAN}', "ip", listen="0.0.0.0")
    remote = f'remote = "{a.ipv4}" {QUICK} {LAN}'
    sb.start(f"{remote} {secret_keys(sb, 'another secret')}", "ip")
    lab.wait_until(lambda: sa.daemon.status()["bad_digest"] >= 1, "a wrong digest to be counted")
    assert sa.daemon.tunnels() == [] or sa.daemon.tunnels()[0]["state"] != "established"
    sb.stop()
    # One that does not authenticate: a downgrade.
    sb.start(remote, "ip")
    sb.daemon.process.wait_for("not authorized.*authentication is required")
    sb.stop()

    capture = lab.Capture(b.namespace, b.device, logs / "right.pcap")
    sb.start(f"{remote} {secret_keys(sb)}", "ip")
    sa.up("lan")
    sb.up("lan")
    for site, host in (sa, 1), (sb, 2):
        site.namespace.ip(f"addr add 10.1.0.{host}/24 dev lan0")
    assert lab.ping(sb.namespace, "10.1.0.1") is not None
    capture.close()
    sent = l2tp_frames(capture.path, lab.link(b.namespace, b.device)["mac"])
    control = [f for f in sent if f[34:38] == bytes(4)]
    data = [f for f in sent if f[34:38] != bytes(4)]
    assert len(control) >= 4 and data

    before = sa.daemon.tunnels()[0]["duplicates"]
    b.namespace.inject(b.device, control)
    lab.wait_until(lambda: sa.daemon.tunnels()[0]["duplicates"] > before, "the replayed messages to be told apart")
    wrong = bytearray(data[0])
    wrong[38] ^= 1
    b.namespace.inject(b.device, [bytes(wrong)])
    lab.wait_until(lambda: sa.daemon.sessions(stats=True)[0].get("rx_cookie_discards") == 1, "the wrong cookie to be counted")
    # A message that was changed on its way: its digest is wrong.
    bad, wrong = sa.daemon.status()["bad_digest"], bytearray(control[-1])
    wrong[-1] ^= 1
    b.namespace.inject(b.device, [bytes(wrong)])
    lab.wait_until(lambda: sa.daemon.status()["bad_digest"] > bad, "the changed message to be dropped")
    assert len(sa.daemon.tunnels()) == 1 and sa.sessions()["lan"]["state"] == "established"
    assert lab.ping(sb.namespace, "10.1.0.1") is not None


def test_circuit_and_silence(pair, sites):
    """The circuit's state follows the interface and what is behind it, both ways; a dead path leaves nothing."""
    (a, b), (sa, sb) = pair, sites
    b.namespace.ip("link add wan type veth peer name far", "link set wan up", "link set far up")
    sa.start(f'from-hostname = {{ "site-b" }} {QUICK} session "lan" {{ ifname = "lan0" }}', listen="0.0.0.0")
    sb.start(f'remote = "{a.ipv4}" {QUICK} session "lan" {{ ifname = "lan0" circuit = "wan" }}')
    sa.up("lan")
    sb.up("lan")
    lab.wait_until(lambda: sa.operstate("lan0") == sb.operstate("lan0") == "up", "both interfaces to be up")

    def both(state):
        return sa.sessions()["lan"]["circuit"], sb.sessions()["lan"]["peer_circuit"]

    sa.namespace.ip("link set lan0 down")
    lab.wait_until(lambda: both("a") == ("down", "down"), "site-b to hear that site-a's circuit is down")
    lab.wait_until(lambda: sb.operstate("lan0") == "dormant", "site-b's interface to be dormant")
    sa.namespace.ip("link set lan0 up")
    lab.wait_until(lambda: both("a") == ("up", "up"), "site-b to hear that it is up again")
    lab.wait_until(lambda: sb.operstate("lan0") == "up", "site-b's interface to be up")

    b.namespace.ip("link set far down")
    lab.wait_until(lambda: sa.sessions()["lan"]["peer_circuit"] == "down", "site-a to hear that site-b's line is down")
    lab.wait_until(lambda: sa.operstate("lan0") == "dormant", "site-a's interface to be dormant")
    b.namespace.ip("link set far up")
    sa.up("lan")
    (record,) = sb.daemon.ask("show interfaces", ifname="lan0")
    assert (record["admin"], record["link"], record["circuit"], record["peer_circuit"]) == ("up", "up", "up", "up")
    assert record["tunnel"] == "site-a" and len(record["cookie"]) == len(record["peer_cookie"]) == 16

    for end in pair:
        end.namespace.netem(end.device, "loss", "100%")
    lab.wait_until(lambda: is_empty_but(sa.namespace), "what site-a had to go")
    lab.wait_until(lambda: is_empty_but(sb.namespace, "far", "wan"), "what site-b had to go")
    for end in pair:
        end.namespace.netem(end.device, "delay", "1ms")
    sb.up("lan")


def is_empty_but(namespace, *left):
    return lab.l2tp_objects(namespace) == ([], []) and \
        [i for i in lab.interfaces(namespace) if not i.startswith("to-")] == list(left)


def test_both_call(pair, sites):
    """Each calls the other: one control connection, one session; and one end that is killed is joined again."""
    (a, b), (sa, sb) = pair, sites
    sa.start(f'remote = "{b.ipv4}" {secret_keys(sa)} {QUICK} {LAN}', listen="0.0.0.0")
    sb.start(f'remote = "{a.ipv4}" {secret_keys(sb)} {QUICK} {LAN}', listen="0.0.0.0")
    for site in sa, sb:
        site.up("lan")
    lab.wait_until(lambda: all(len(lab.l2tp_objects(s.namespace)[0]) == 1 == len(lab.l2tp_objects(s.namespace)[1])
                               for s in (sa, sb)), "one tunnel and one session at each end")
    for site, host in (sa, 1), (sb, 2):
        site.namespace.ip(f"addr add 10.1.0.{host}/24 dev lan0")
    assert lab.ping(sa.namespace, "10.1.0.2") is not None
    sb.daemon.process.stop(number=signal.SIGKILL)
    sb.start(f'remote = "{a.ipv4}" {secret_keys(sb)} {QUICK} {LAN}', listen="0.0.0.0")
    for site in sa, sb:
        site.up("lan")
    lab.wait_until(lambda: len(lab.l2tp_objects(sa.namespace)[0]) == 1, "the old control connection to go")


@pytest.mark.parametrize("encap", ["udp", "ip"])
def test_crashed(pair, sites, encap):
    """With the times as they are: who crashed and calls again from the same port is taken, and never refused."""
    (a, _), (sa, sb) = pair, sites
    sa.start(f'from-hostname = {{ "site-b" }} {LAN}', encap, listen="0.0.0.0")
    sb.start(f'remote = "{a.ipv4}" {LAN}', encap)
    for site in sa, sb:
        site.up("lan")
    (before,) = sa.daemon.tunnels()
    sb.daemon.process.stop(number=signal.SIGKILL)
    sb.start(f'remote = "{a.ipv4}" {LAN}', encap)
    sb.up("lan")
    lab.wait_until(lambda: [t["tunnel_id"] for t in sa.daemon.tunnels()] != [before["tunnel_id"]], "another tunnel")
    sa.up("lan")
    status = sa.daemon.status()
    assert (status["tunnels_refused"], status["calls_failed"]) == (0, 0)


def start_without_lcce(site, encap="udp", listen=None):
    listen = f'listen {{ address = "{listen}" encap = "{encap}" }}' if listen else ""
    site.daemon.start(f'hostname = "{site.name}"\n{listen}\n')


def add_session(site, tunnel, name, **words):
    site.daemon.ask("add session lcce", tunnel=tunnel, name=name, **words)


QUICK_WORDS = {"hello": 1, "retransmit": "0.5", "retransmit_tries": 2, "redial": "0.5", "redial_max": "1"}


@pytest.mark.any_kernel
@pytest.mark.parametrize("encap, family", [("udp", "ipv6"), ("ip", "ipv4")])
def test_commands(pair, sites, encap, family):
    """Nothing in either file: joined by commands, taken apart from either side, and joined again."""
    (a, b), (sa, sb) = pair, sites
    where, caller = address_of(a, family), address_of(b, family)
    for end in pair:
        end.namespace.ip("link add br0 type bridge", "link set br0 up")
    start_without_lcce(sa, encap, any_address(where))
    start_without_lcce(sb)
    sa.daemon.ask("add tunnel lcce", name="site-b", encap=encap, secret=SECRET,
                  from_address=[f"{caller}/{128 if ':' in caller else 32}"], **QUICK_WORDS)
    sb.daemon.ask("add tunnel lcce", name="site-a", encap=encap, secret=SECRET, remote=where, hide_avps=True, **QUICK_WORDS)
    for site, peer in (sa, "site-b"), (sb, "site-a"):
        add_session(site, peer, "lan", ifname="lan0", mtu=1400, mac=f"02:00:00:00:00:0{1 if site is sa else 2}")
        add_session(site, peer, "voice", pseudowire="vlan", vlan=7, ifname="voice0", cookie=4, sequencing=True)
        add_session(site, peer, "bridged", ifname="wire0", bridge="br0")
    for site, host in (sa, 1), (sb, 2):
        site.up("lan", "voice", "bridged")
        assert lab.link(site.namespace, "lan0")["mtu"] == 1400
        assert lab.link(site.namespace, "lan0")["mac"] == bytes([2, 0, 0, 0, 0, host])
        site.namespace.ip(f"addr add 10.1.0.{host}/24 dev lan0", f"addr add 10.2.0.{host}/24 dev br0",
                          f"addr add 10.3.0.{host}/24 dev voice0.7")
    for network in 1, 2, 3:
        assert lab.ping(sa.namespace, f"10.{network}.0.2") is not None

    # One session, by who called; it comes again under the same names, at once.
    sb.daemon.ask("delete session", session="lan")
    lab.wait_until(lambda: all("lan0" not in lab.interfaces(s.namespace) for s in sites), "the session to go")
    add_session(sb, "site-a", "lan", ifname="lan0")
    for site, host in (sa, 1), (sb, 2):
        site.up("lan", "voice", "bridged")
        site.namespace.ip(f"addr add 10.1.0.{host}/24 dev lan0")
    assert lab.ping(sa.namespace, "10.1.0.2") is not None

    # The tunnel, by who was called: nothing is left there, and the caller is refused.
    sa.daemon.ask("delete tunnel", tunnel="site-b")
    lab.wait_until(lambda: is_empty_but(a.namespace, "br0") and sa.daemon.sessions() == [], "what site-a had to go")
    lab.wait_until(lambda: is_empty_but(b.namespace, "br0"), "what site-b had to go")
    lab.wait_until(lambda: sa.daemon.status()["tunnels_refused"] >= 1, "site-b to be refused")
    # By who calls: it calls no more. The engine's death is the end of all that was added.
    sa.daemon.ask("add tunnel lcce", name="site-b", encap=encap, from_hostname="site-b", secret=SECRET, **QUICK_WORDS)
    add_session(sa, "site-b", "lan", ifname="lan0")
    sb.up("lan")
    sb.daemon.ask("delete tunnel", tunnel="site-a")
    lab.wait_until(lambda: all(is_empty_but(s.namespace, "br0") for s in sites), "what both had to go")
    assert sb.daemon.sessions() == sb.daemon.tunnels() == []


@pytest.mark.any_kernel
def test_added_to_configured(pair, sites):
    """A pseudowire beside that of the file; it ends with the engine, the other comes back."""
    (a, _), (sa, sb) = pair, sites
    sa.start(f'from-hostname = {{ "site-b" }} {QUICK} {LAN}', listen="0.0.0.0")
    sb.start(f'remote = "{a.ipv4}" {QUICK} {LAN} session "more" {{ ifname = "more0" }}')
    add_session(sa, "site-b", "added", remote_end_id="more", ifname="added0")
    sa.up("lan", "added")
    for site, device, host in (sa, "added0", 1), (sb, "more0", 2):
        site.namespace.ip(f"addr add 10.1.0.{host}/24 dev {device}")
    assert lab.ping(sa.namespace, "10.1.0.2") is not None
    old = sa.daemon.role("engine")
    os.kill(old, signal.SIGKILL)
    lab.wait_until(lambda: "added0" not in lab.interfaces(sa.namespace), "what was added to go")
    lab.wait_until(lambda: sa.daemon.role("engine") not in (old, None), "another engine")
    sa.up("lan")
    assert "added" not in sa.sessions() and "added0" not in lab.interfaces(sa.namespace)
