# SPDX-License-Identifier: GPL-2.0-or-later
"""How large packets may be: PPP's MTU is what the way has room for, bridged pseudowires carry full frames."""

import re
import socket

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config
from lab.peers import Xl2tpd, chap_secrets
from lab.site import Site, any_address

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

IP_AND_ICMP = 20 + 8


def shell_mtu(end, mtu):
    end.namespace.ip(f"link set {end.device} mtu {mtu}")


def set_path(pair, mtu):
    for end in pair:
        shell_mtu(end, mtu)


def mtu(daemon):
    """What l2tpd and the kernel say of the one session's interface: the same, or None while they differ."""
    (session,) = [s for s in daemon.sessions() if "ifname" in s]
    kernel = lab.link(daemon.namespace, session["ifname"])["mtu"]
    return kernel if session.get("mtu") == kernel else None


def until_mtu(size, *daemons):
    for d in daemons:
        lab.wait_until(lambda d=d: mtu(d) == size, f"{d.name}'s MTU to be {size}")


def fragments(namespace):
    """How many packets IPv4 and IPv6 have cut into pieces."""
    with namespace.inside(), open("/proc/thread-self/net/snmp") as f:
        rows = [line.split() for line in f if line.startswith("Ip:")]
    with namespace.inside(), open("/proc/thread-self/net/snmp6") as f:
        six = dict(line.split() for line in f)
    return int(rows[1][rows[0].index("FragOKs")]) + int(six["Ip6FragOKs"])


@pytest.fixture
def call(pair, processes, build):
    """Starts an LNS of ours and a caller with what is given in their profiles; both, when they are up."""
    def start(lns_ppp="", lac_ppp="", family="ipv4", lns_keys="", auth='"chap"'):
        a, b = pair
        lns = L2tpd(processes, build, a.namespace, "lns")
        lns.start(lns_config(lns.users(("alice", "wonderland")), ppp=lns_ppp, lns=lns_keys, auth=auth))
        lac = L2tpd(processes, build, b.namespace, "lac")
        lac.start(lac_config(getattr(a, family), "alice", lac.secret("wonderland", "password"), ppp=lac_ppp))
        lac.up()
        (session,) = lns.up()
        return lns, lac, session
    return start


def ping_full(lns, session, size):
    """The largest packet goes through in one piece, both ways."""
    before = fragments(lns.namespace)
    assert lab.ping(lns.namespace, session["remote_ipv4"], size=size - IP_AND_ICMP) is not None
    assert fragments(lns.namespace) == before


def test_follows_path(pair, call):
    """1400 from the start, 1500 later, then 1280, and IPv4's header, UDP, L2TP and PPP less than that."""
    set_path(pair, 1400)
    lns, lac, session = call()
    until_mtu(1360, lns, lac)
    ping_full(lns, session, 1360)
    (shown,) = lac.sessions()
    assert (shown["mtu"], shown["path_mtu"]) == (1360, 1400)
    # Down at once; and up again to what the peer said that it takes.
    set_path(pair, 1300)
    until_mtu(1260, lns, lac)
    ping_full(lns, session, 1260)
    set_path(pair, 1500)
    until_mtu(1360, lns, lac)
    # By a route's own word, too.
    a, b = pair
    b.namespace.ip(f"route add {a.ipv4}/32 dev {b.device} mtu lock 1200")
    until_mtu(1160, lac)


def test_ipv6_and_sequencing(pair, call):
    """IPv6 has 20 bytes more around it, sequence numbers 4, and IPv6 inside wants 1280 whatever the way."""
    lns, lac, _ = call(lns_keys="sequencing = true", lns_ppp="ipv6 = true", lac_ppp="ipv6 = true", family="ipv6")
    until_mtu(1436, lns)
    until_mtu(1436, lac)
    set_path(pair, 1290)
    until_mtu(1280, lns, lac)


def test_mppe(pair, call):
    """Encryption makes each packet 4 bytes longer."""
    set_path(pair, 1400)
    mppe = 'mppe = "required"'
    lns, lac, session = call(lns_ppp=mppe, lac_ppp=mppe, auth='"mschapv2"')
    until_mtu(1356, lns, lac)
    ping_full(lns, session, 1356)
    set_path(pair, 1300)
    until_mtu(1256, lns, lac)
    ping_full(lns, session, 1256)


def test_xl2tpd(pair, processes, build):
    """Another's server takes the smaller size too, and what it sends fits."""
    a, b = pair
    set_path(pair, 1400)
    chap_secrets(("alice", "*", "wonderland"))
    Xl2tpd(processes, a.namespace, "xl2tpd").lns("10.8.0.2-10.8.0.9", "10.8.0.1")
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password")))
    (session,) = lac.up()
    until_mtu(1360, lac)
    before = fragments(a.namespace)
    assert lab.ping(a.namespace, session["local_ipv4"], size=1360 - IP_AND_ICMP) is not None
    assert fragments(a.namespace) == before
    assert lab.ping(b.namespace, session["remote_ipv4"], size=1360 - IP_AND_ICMP) is not None


def test_profile_that_does_not_fit(pair, call):
    """A profile's own MTU is kept, and the log says that it is too large; it works, in fragments."""
    set_path(pair, 1400)
    lns, lac, session = call(lns_ppp="mtu = 1460", lac_ppp="mtu = 1460")
    lns.process.wait_for(r'ppp "isp": mtu = 1460 does not fit the way to 10\.9\.1\.2, which has room for 1360')
    lac.process.wait_for(r'ppp "dialout": mtu = 1460 does not fit')
    until_mtu(1460, lns, lac)
    assert lab.ping(lns.namespace, session["remote_ipv4"], size=1460 - IP_AND_ICMP) is not None
    assert lns.process.text().count("does not fit") == 1


class Handshake:
    """TCP from one namespace to another: the segment size that each end heard of."""

    def __init__(self, caller, listener, address):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with listener.inside():
            server = socket.socket(family, socket.SOCK_STREAM)
        with server, caller.inside():
            server.bind((address, 0))
            server.listen()
            with socket.create_connection(server.getsockname()[:2], timeout=lab.process.DEADLINE) as out:
                into, _ = server.accept()
                with into:
                    self.heard = (out.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG),
                                  into.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG))


def hosts_behind(net, lns, lac, session):
    """A host at each end of the call, forwarded to each other through it."""
    behind = []
    ends = (lns, session["remote_ipv4"]), (lac, session["local_ipv4"])
    for daemon, name in (lns, "left"), (lac, "right"):
        gateway, host = net.link(daemon.namespace, net.namespace(name))
        for ns in (daemon.namespace,):
            ns.sysctl("net/ipv4/ip_forward", 1)
            ns.sysctl("net/ipv6/conf/all/forwarding", 1)
        host.namespace.ip(f"route add default via {gateway.ipv4}", f"route add default via {gateway.ipv6}")
        behind.append(host)
    for (daemon, via), host in zip(ends, reversed(behind)):
        device = [i for i in lab.interfaces(daemon.namespace) if i.startswith("ppp")][0]
        daemon.namespace.ip(f"route add {host.ipv4}/32 via {via}", f"route add {host.ipv6}/128 dev {device}")
    return behind


def test_clamped(net, pair, call):
    """Hosts of 1500 behind both ends: the segments of TCP fit, of IPv4 and IPv6; without the key they do not."""
    set_path(pair, 1400)
    lns, lac, session = call(lns_ppp="ipv6 = true clamp-mss = true", lac_ppp="ipv6 = true")
    left, right = hosts_behind(net, lns, lac, session)
    rules = lns.namespace.run("nft", "list", "ruleset")
    assert rules.count("tcp option maxseg size set rt mtu") == 2, rules
    assert "table" not in lac.namespace.run("nft", "list", "ruleset")
    for (caller, listener), family in (((left, right), 40), ((right, left), 40), ((left, right), 60), ((right, left), 60)):
        address = listener.ipv4 if family == 40 else listener.ipv6
        assert Handshake(caller.namespace, listener.namespace, address).heard == (1360 - family - 12, 1360 - family - 12)
    lac.stop()
    lab.wait_until(lambda: not [i for i in lab.interfaces(lns.namespace) if i.startswith("ppp")], "the call to end")
    lab.wait_until(lambda: "elements" not in lns.namespace.run("nft", "list", "ruleset"), "the interface to be forgotten")
    lns.stop()
    assert "l2tpd" not in lns.namespace.run("nft", "list", "ruleset")


@pytest.fixture
def sites(pair, processes, build):
    a, b = pair
    for end in pair:
        end.namespace.ip("link add br0 type bridge", "link set br0 up")
    return Site(processes, build, a, "site-a", "site-b"), Site(processes, build, b, "site-b", "site-a")


def lan_hosts(net, pair):
    """A host of 1500 in each site's bridge."""
    found = []
    for n, end in enumerate(pair, 1):
        port, host = net.link(end.namespace, net.namespace(f"host{n}"))
        end.namespace.ip(f"addr flush dev {port.device}", f"link set {port.device} master br0")
        host.namespace.ip(f"addr add 10.7.0.{n}/24 dev {host.device}")
        found.append(host.namespace)
    return found


def ping_full_frames(hosts):
    """1500 bytes without fragments of their own, both ways."""
    for sender, address in (hosts[0], "10.7.0.2"), (hosts[1], "10.7.0.1"):
        assert lab.ping(sender, address, size=1500 - IP_AND_ICMP, fragments=False) is not None


@pytest.mark.parametrize("encap, family", [("udp", "ipv4"), ("ip", "ipv6")])
def test_bridged_sites(net, pair, sites, encap, family):
    """README's two sites: the bridges keep their MTU, and full frames pass, as fragments outside."""
    (a, _), (sa, sb) = pair, sites
    where = getattr(a, family)
    lan = 'session "lan" { bridge = "br0" ifname = "wire0" }'
    sa.start(f'from-hostname = {{ "site-b" }} {lan}', encap, listen=any_address(where))
    sb.start(f'remote = "{where}" {lan}', encap)
    sb.up("lan")
    sa.up("lan")
    hosts = lan_hosts(net, pair)
    for site in sa, sb:
        assert lab.link(site.namespace, "br0")["mtu"] == lab.link(site.namespace, "wire0")["mtu"] == 1500
        assert site.sessions()["lan"]["mtu"] == 1500
        (shown,) = site.daemon.ask("show interfaces")
        assert shown["mtu"] == 1500
        site.daemon.process.wait_for(r"\(wire0\): full frames go in fragments: its MTU is 1500, as br0's, .* room for 14\d\d")
    before = fragments(sa.namespace)
    ping_full_frames(hosts)
    assert fragments(sa.namespace) > before


def test_bridged_static(net, pair, processes, build):
    """The same for a static tunnel, and a jumbo LAN; with an mtu of its own it has that."""
    a, b = pair
    for end in pair:
        end.namespace.ip("link add br0 type bridge", "link set br0 up", "link add br9 mtu 9000 type bridge", "link set br9 up")
    for end, peer, here, there in (a, b, 1, 2), (b, a, 2, 1):
        L2tpd(processes, build, end.namespace, f"static{here}").start(
            f'static "t" {{ tunnel-id = {here} peer-tunnel-id = {there} local = "{end.ipv4}" remote = "{peer.ipv4}" '
            f'udp-sport = 500{here} udp-dport = 500{there} '
            f'session "lan" {{ session-id = 1{here} peer-session-id = 1{there} ifname = "wire0" bridge = "br0" }} '
            f'session "jumbo" {{ session-id = 2{here} peer-session-id = 2{there} ifname = "wire9" bridge = "br9" }} '
            f'session "own" {{ session-id = 3{here} peer-session-id = 3{there} ifname = "wire1" mtu = 1400 }} }}\n')
    for end in pair:
        lab.wait_until(lambda end=end: {"wire0", "wire9", "wire1"} <= set(lab.interfaces(end.namespace)), "the interfaces")
        sizes = {d: lab.link(end.namespace, d)["mtu"] for d in ("wire0", "br0", "wire9", "br9", "wire1")}
        assert sizes == {"wire0": 1500, "br0": 1500, "wire9": 9000, "br9": 9000, "wire1": 1400}
    ping_full_frames(lan_hosts(net, pair))


def test_pppd_call(pair, processes, build):
    """A pppd that dials by itself begins with what the way has room for, and follows it."""
    a, b = pair
    set_path(pair, 1400)
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland"))))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start('hostname = "dialler"\n')
    chap_secrets(("alice", "*", "wonderland"))
    processes.start("/usr/sbin/pppd", "nodetach", "plugin", lac.plugin, "l2tp-server", a.ipv4, "l2tp-socket",
                    f"{lac.run}/dial.sock", "user", "alice", "noauth", "noipdefault", name="pppd", namespace=b.namespace)
    for end in lns, lac:
        end.up()
    until_mtu(1360, lns, lac)
    set_path(pair, 1300)
    until_mtu(1260, lns, lac)
