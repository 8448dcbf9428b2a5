# SPDX-License-Identifier: GPL-2.0-or-later
"""Sites joined by L2TPv3, through the kernel: Ethernet and VLAN pseudowires."""

import pytest

import lab
from lab.site import Site, any_address, is_empty
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
    capture = lab.Capture(a.namespace, a.device, logs / "sites.pcap")
    sa.start(f'from-hostname = {{ "site-b" }} {secret_keys(sa, secret)} {hide} hello = 1 {sessions % ("cookie = 8", 7)}',
             encap, listen=any_address(where))
    sb.start(f'remote = "{where}" {secret_keys(sb, secret)} {hide} digest = "md5" {sessions % ("mtu = 1400", 9)}', encap)
    (lan, voice, bridged) = sb.up("lan", "voice", "bridged")
    sa.up("lan", "voice", "bridged")
    assert (lan["ifname"], voice["ifname"], bridged["ifname"]) == ("lan0", "voice0.9", "wire0")
    assert (voice["cookie_length"], bridged["cookie_length"], bridged["sublayer"]) == (4, 0, True)
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
    lab.wait_until(lambda: is_empty_but_bridge(sa.namespace), "what site-a had to go")
    assert is_empty_but_bridge(sb.namespace)
    sa.stop()
    capture.close()
    check_capture(capture.path, secret)


def is_empty_but_bridge(namespace):
    return lab.l2tp_objects(namespace) == ([], []) and \
        [i for i in lab.interfaces(namespace) if not i.startswith("to-")] == ["br0"]


def check_capture(path, secret):
    """An independent decoder reads all, and finds every digest right."""
    options = ["-o", f"l2tp.shared_secret:{secret}"] if secret else []
    types = tshark(path, *options, "-Y", "l2tp.type == 1", "-T", "fields", "-e", "l2tp.avp.message_type").split()
    assert {"1", "2", "3", "4", "10", "11", "12"} <= set(types)
    wrong = tshark(path, *options, "-Y", "l2tp.type == 1 && (_ws.malformed || _ws.expert)", "-V")
    assert wrong == ""
