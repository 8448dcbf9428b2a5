# SPDX-License-Identifier: GPL-2.0-or-later
"""default-route: everything goes through the call but for the call itself, whatever becomes of the ways around it."""

import re
import signal

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config

pytestmark = pytest.mark.any_kernel

FAR4, FAR6 = "198.51.100.1", "2001:db8:5::1"
PPP6 = 'ipv6 = true'
# HELLO is not what notices a way that has changed.
PATIENT = "hello = 600"


class World:
    """A client with two routers on its LAN, and behind both a server with addresses of the Internet."""

    def __init__(self, net, processes, build):
        self.client, self.server = net.namespace("client"), net.namespace("server")
        self.routers = net.namespace("r1"), net.namespace("r2")
        self.ins = [net.link(self.client, r) for r in self.routers]
        self.outs = [net.link(r, self.server) for r in self.routers]
        self.server4, self.server6 = "192.0.2.1", "2001:db8:2::1"
        for ns in *self.routers, self.server, self.client:
            ns.sysctl("net/ipv4/conf/all/rp_filter", 0)
            ns.sysctl("net/ipv4/ip_forward", 1)
            ns.sysctl("net/ipv6/conf/all/forwarding", 1)
        self.server.ip("link add inet type dummy", "link set inet up",
                       f"addr add {self.server4}/32 dev inet", f"addr add {self.server6}/128 dev inet nodad",
                       f"addr add {FAR4}/32 dev inet", f"addr add {FAR6}/128 dev inet nodad")
        for (near, inner), (outer, far) in zip(self.ins, self.outs):
            outer.namespace.ip(f"route add 192.0.2.0/24 via {far.ipv4}", f"route add 2001:db8:2::/64 via {far.ipv6}")
            self.server.ip(f"route add {near.ipv4}/32 via {outer.ipv4}", f"route add {near.ipv6}/128 via {outer.ipv6}")
        self.lns = L2tpd(processes, build, self.server, "lns")
        self.lac = L2tpd(processes, build, self.client, "lac")

    def device(self, router):
        return self.ins[router][0].device

    def gateway(self, router, family=4):
        inner = self.ins[router][1]
        return inner.ipv4 if family == 4 else inner.ipv6

    def lead(self, router, *words, family=4):
        """The client's default route is by this router."""
        return f"route add default via {self.gateway(router, family)} dev {self.device(router)} {' '.join(words)}"

    def start(self, ppp, server=None, lns="", lns_ppp="", local="10.64.0.1"):
        self.lns.start(lns_config(self.lns.users(("alice", "wonderland")), ppp=lns_ppp, lns=lns, local=local))
        return self.call(ppp, server)

    def call(self, ppp, server=None):
        self.lac.start(lac_config(server or self.server4, "alice", self.lac.secret("wonderland", "password"), ppp=ppp,
                                  lac=PATIENT, session="redial = 0.5 redial-max = 1"))
        (session,) = self.lac.up()
        return session["ifname"]

    def way(self, address):
        """The interface that the client's packets leave by; "" where nothing leads."""
        try:
            found = re.search(r" dev (\S+)", self.client.run("ip", "route", "get", address))
        except AssertionError:   # unreachable
            return ""
        return found.group(1)

    def routes(self, family=4):
        return self.client.run("ip", f"-{family}", "route", "show")

    def drawn_by(self, device, family=4):
        """Whether both halves of all addresses lead there."""
        halves = ("0.0.0.0/1", "128.0.0.0/1") if family == 4 else ("::/1", "8000::/1")
        return all(f"{h} dev {device} proto 115" in self.routes(family) for h in halves)

    def until_way(self, address, device):
        lab.wait_until(lambda: self.way(address) == device, f"{address} to be reached by {device or 'nothing'}")

    def hang_up(self):
        self.lac.ask("delete session", session="home")
        lab.wait_until(lambda: not [i for i in lab.interfaces(self.client) if i.startswith("ppp")], "the call to end")


@pytest.fixture
def world(net, processes, build):
    return World(net, processes, build)


def test_beside_another(world):
    """The old default stays, and is back afterwards; the server's way follows it, and ends with nothing left."""
    w = world
    w.client.ip(w.lead(0))
    before = w.routes(), w.routes(6)
    ppp = w.start("default-route = true")
    w.until_way(FAR4, ppp)
    assert w.way(w.server4) == w.device(0)
    assert f"default via {w.gateway(0)}" in w.routes() and w.drawn_by(ppp)
    assert not w.drawn_by(ppp, 6)
    assert lab.ping(w.client, FAR4, size=1400) is not None
    w.lac.process.wait_for(f"the server {w.server4} is reached by {w.gateway(0)} on {w.device(0)}")

    # Another router, then one that is behind a dead link: the session is the same.
    (session,) = w.lac.sessions()
    w.client.ip(f"route replace default via {w.gateway(1)} dev {w.device(1)} metric 10",
                f"route del default via {w.gateway(0)} dev {w.device(0)}")
    w.until_way(w.server4, w.device(1))
    assert lab.ping(w.client, FAR4) is not None
    w.client.ip(w.lead(0, "metric", "20"), f"link set {w.device(1)} down")
    assert w.way(w.server4) in ("", w.device(0))    # never the call itself
    w.until_way(w.server4, w.device(0))
    assert lab.ping(w.client, FAR4) is not None and w.way(FAR4) == ppp
    assert [s["session_id"] for s in w.lac.sessions()] == [session["session_id"]]

    # Without any way it waits, and does not enter itself.
    w.client.ip(f"link set {w.device(0)} down")
    w.lac.process.wait_for(f"nothing leads to the server {w.server4} any more")
    assert w.way(w.server4) == "" and w.way(FAR4) == ppp
    w.client.ip(f"link set {w.device(0)} up", w.lead(0))
    w.until_way(w.server4, w.device(0))
    assert lab.ping(w.client, FAR4) is not None

    w.client.ip(f"link set {w.device(1)} up", f"addr add {w.ins[0][0].ipv6}/64 dev {w.device(0)} nodad",
                f"addr add {w.ins[1][0].ipv6}/64 dev {w.device(1)} nodad")
    w.hang_up()
    lab.wait_until(lambda: "proto 115" not in w.routes(), "its routes to go")
    assert w.way(FAR4) == w.device(0) and w.routes().splitlines()[0] == before[0].splitlines()[0]
    assert "error" not in w.lac.process.text()


def test_killed(world):
    """What a killed l2tpd leaves is taken away by the next one."""
    w = world
    w.client.ip(w.lead(0))
    ppp = w.start("default-route = true")
    w.until_way(FAR4, ppp)
    w.lac.process.stop(number=signal.SIGKILL)
    lab.wait_until(lambda: ppp not in lab.interfaces(w.client), "the call to end")
    assert "unreachable" in w.routes()
    w.lac.start('ppp "dialout" { default-route = true }')
    w.lac.process.wait_for("routes to servers were left over and are removed: 2")
    assert "proto 115" not in w.routes()


def test_in_the_way(world):
    """What goes before our default route is said, with what to do; and that it does no more."""
    w = world
    w.client.ip(w.lead(0))
    ppp = w.start("default-route = true default-route-metric = 50")
    log = w.lac.process
    log.wait_for(f"the IPv4 default route by {ppp} is of no use: a default route by {w.device(0)} of metric 0 goes before it; "
                 "set a lower default-route-metric")
    assert w.way(FAR4) == w.device(0) and f"default dev {ppp} proto 115 scope link metric 50" in w.routes()
    w.client.ip(f"route del default via {w.gateway(0)} dev {w.device(0)}", w.lead(0, "metric", "60"))
    log.wait_for(f"the IPv4 default route by {ppp} is used")
    assert w.way(FAR4) == ppp and w.way(w.server4) == w.device(0)

    w.client.ip(f"route add 128.0.0.0/1 via {w.gateway(1)}")
    log.wait_for(f"a route of 1 bits by {w.device(1)} goes before it; remove that route")
    w.client.ip(f"route del 128.0.0.0/1 via {w.gateway(1)}", f"route add default via {w.gateway(1)} table 77",
                "rule add from all lookup 77 pref 7000")
    log.wait_for(r'a rule \("ip rule"\) has table 77 asked before main, where a default route by ' + w.device(1))
    w.client.ip("rule del pref 7000")
    w.until_way(FAR4, ppp)


def test_ipv6(world):
    """The same for IPv6 as what is carried and as what carries; IPv4's default by the call as well."""
    w = world
    w.client.ip(w.lead(0), w.lead(0, "metric", "1024", family=6))
    w.lns.start(lns_config(w.lns.users(("alice", "wonderland")), ppp=f'{PPP6} prefix-pool = {{ "2001:db8:64::/48" }}'))
    ppp = w.call(f"default-route = true {PPP6}", w.server6)
    w.until_way(FAR6, ppp)
    w.until_way(FAR4, ppp)
    assert w.way(w.server6) == w.device(0)
    w.client.ip(f"route replace default via {w.gateway(1, 6)} dev {w.device(1)} metric 1023")
    w.until_way(w.server6, w.device(1))
    w.client.ip(f"link set {w.device(1)} down")
    w.until_way(w.server6, w.device(0))
    assert lab.ping(w.client, FAR4) is not None
    assert w.way(FAR6) == ppp
    w.hang_up()
    lab.wait_until(lambda: "proto 115" not in w.routes(6) + w.routes(), "its routes to go")
    assert w.way(FAR6) == w.device(0)


def test_own_server_inside(world):
    """A server whose end of the call has the server's own address, and a default route of pppd's: no loop, no advice."""
    w = world
    w.client.ip(w.lead(0))
    ppp = w.start('options = { "defaultroute", "replacedefaultroute" }', local=w.server4)
    assert lab.ping(w.client, FAR4) is not None
    assert w.way(FAR4) == ppp and w.way(w.server4) == w.device(0)
    assert "leads into its own" not in w.lac.process.text()
    w.lac.process.wait_for(f"the route to the server {w.server4} by {ppp}, its own call, is removed")
