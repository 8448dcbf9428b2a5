# SPDX-License-Identifier: GPL-2.0-or-later
"""Static tunnels with "ip l2tp" at the other end: each form, over restarts, by configuration and by command."""

import itertools
import signal

import pytest

import lab
from lab.l2tpd import L2tpd


class Form:
    """One tunnel with one session: our section, and the peer's "ip l2tp" of the same."""

    def __init__(self, serial, encap, family, cookie, peer_cookie, l2spec, ours="", vlan=None):
        self.n, self.encap, self.family = serial, encap, family
        self.cookie, self.peer_cookie, self.l2spec, self.ours, self.vlan = cookie, peer_cookie, l2spec, ours, vlan
        self.name = f"t{serial}"
        self.ifname = f"ours{serial}"

    def ends(self, pair):
        return [e.ipv4 if self.family == 4 else e.ipv6 for e in pair]

    def section(self, pair):
        here, there = self.ends(pair)
        ports = f"udp-sport = {5000 + self.n} udp-dport = {6000 + self.n}" if self.encap == "udp" else ""
        words = "".join(f'{k} = "{v}" ' for k, v in (("cookie", self.cookie), ("peer-cookie", self.peer_cookie)) if v)
        words += f"vlan = {self.vlan} " if self.vlan else ""
        return (f'static "{self.name}" {{ tunnel-id = {1000 + self.n} peer-tunnel-id = {2000 + self.n} encap = "{self.encap}" '
                f'local = "{here}" remote = "{there}" {ports} session "lan" {{ session-id = {100 + self.n} '
                f'peer-session-id = {200 + self.n} l2spec-type = "{self.l2spec}" ifname = "{self.ifname}" {words} {self.ours} }} }}\n')

    def peer(self, pair):
        """Commands of ip(8) for the other end, an address on its interface included."""
        here, there = self.ends(pair)
        ports = f"udp_sport {6000 + self.n} udp_dport {5000 + self.n}" if self.encap == "udp" else ""
        words = "".join(f"{k} {v} " for k, v in (("cookie", self.peer_cookie), ("peer_cookie", self.cookie)) if v)
        device = f"peer{self.n}"
        commands = [
            f"l2tp add tunnel tunnel_id {2000 + self.n} peer_tunnel_id {1000 + self.n} encap {self.encap} "
            f"local {there} remote {here} {ports}",
            f"l2tp add session name {device} tunnel_id {2000 + self.n} session_id {200 + self.n} "
            f"peer_session_id {100 + self.n} l2spec_type {self.l2spec} {words}",
            f"link set {device} up"]
        if self.vlan:
            commands += [f"link add {device}.{self.vlan} link {device} type vlan id {self.vlan}",
                         f"link set {device}.{self.vlan} up"]
            device = f"{device}.{self.vlan}"
        return commands + [f"addr add {self.address(2)}/24 dev {device}"]

    def address(self, host):
        return f"10.20.{self.n}.{host}"

    def device(self):
        return f"{self.ifname}.{self.vlan}" if self.vlan else self.ifname


def forms():
    """Each encapsulation and family, with and without cookies and sublayer; then VLAN, bridge and VRF."""
    cookies = itertools.cycle([(None, None, "default"), ("01234567", "0123456789abcdef", "none"),
                               ("fedcba9876543210", "89abcdef", "default"), (None, None, "none")])
    rows = [Form(n, encap, family, *next(cookies))
            for n, (encap, family, _) in enumerate(itertools.product(("udp", "ip"), (4, 6), range(4)))]
    rows[2].vlan = 7
    rows[2].ours = "mtu = 1300"
    rows[5].ours = 'mac = "02:00:00:00:00:05" bridge = "br0"'
    rows[4].ours = 'keepalive = 0.2 keepalive-address = "10.20.4.2"'
    rows[12].ours = 'keepalive = 0.2 keepalive-address = "fd20::2"'
    rows[8].ours = 'seq = "send"'
    return rows


@pytest.fixture
def ends(pair, processes, build):
    """The l2tpd of one end, not yet started, and the two ends of the link."""
    a, b = pair
    a.namespace.ip("link add br0 type bridge", "link set br0 up")
    return L2tpd(processes, build, a.namespace, "static"), pair


def config(daemon, rows, pair):
    return f'hostname = "here"\nstate-dir = "{daemon.run}.state"\nstatic-by-command = true\n' + "".join(r.section(pair) for r in rows)


def pings(namespace, row):
    return lab.ping(namespace, row.address(2)) is not None


def states(daemon):
    return {r["tunnel"]: r["state"] for r in daemon.ask("show static")}


def test_each_form(ends):
    """All forms at once; l2tpd is killed and starts again, with another file, while they carry packets."""
    daemon, pair = ends
    a, b = (e.namespace for e in pair)
    rows = forms()
    b.ip(*itertools.chain.from_iterable(r.peer(pair) for r in rows))
    daemon.start(config(daemon, rows, pair))
    assert set(states(daemon).values()) == {"up"}
    for r in rows:
        device = "br0" if "br0" in r.ours else r.device()
        a.ip(f"addr add {r.address(1)}/24 dev {device}")
    for r in rows:
        assert pings(a, r), r.section(pair)
    assert lab.link(a, "ours5")["mac"] == bytes.fromhex("020000000005") and lab.link(a, "ours2.7")["mtu"] == 1300
    interfaces = {r["ifname"]: r for r in daemon.ask("show interfaces")}
    assert interfaces["ours5"]["master"] == "br0" and interfaces["ours2.7"]["tunnel"] == "t2"

    # The other site is silent, and comes back.
    a.ip("addr add fd20::1/64 dev ours12 nodad")
    b.ip("addr add fd20::2/64 dev peer12 nodad")
    for n in 4, 12:
        def keepalive(name=f"t{n}", device=f"ours{n}"):
            (record,) = daemon.ask("show static", tunnel=name)
            return record.get("keepalive_state"), lab.link(a, device)["operstate"]
        lab.wait_until(lambda: keepalive() == ("alive", "up"), "the other site to answer")
        b.ip(f"link set peer{n} down")
        lab.wait_until(lambda: keepalive() == ("silent", "dormant"), "the other site to be silent")
        b.ip(f"link set peer{n} up")
        if n == 12:
            b.ip("addr replace fd20::2/64 dev peer12 nodad")
        lab.wait_until(lambda: keepalive() == ("alive", "up"), "the other site to answer again")

    # Killed, and away: the kernel goes on. Back with the same file: nothing is made anew.
    before = {r.n: lab.link(a, r.device())["index"] for r in rows}
    daemon.process.stop(number=signal.SIGKILL)
    assert all(pings(a, r) for r in (rows[0], rows[2], rows[15]))
    # ip-l2tp's own, whose id one of ours wants now, stays its own.
    here, there = rows[0].ends(pair)
    a.ip(f"l2tp add tunnel tunnel_id 77 peer_tunnel_id 78 encap ip local {here} remote {there}")
    taken = (f'static "taken" {{ tunnel-id = 77 peer-tunnel-id = 79 encap = "ip" local = "{here}" remote = "{there}" }}\n')
    rows[1].cookie = "76543210"                         # re-created
    text = config(daemon, rows[:15], pair) + taken       # the last one is wanted no more
    daemon.start(text)
    daemon.process.wait_for("static \"taken\": tunnel-id 77 is taken")
    lab.wait_until(lambda: states(daemon) == {**{r.name: "up" for r in rows[:15]}, "taken": "down"}, "all but one to be up")
    after = {r.n: lab.link(a, r.device())["index"] for r in rows[:15]}
    assert {n for n in after if after[n] != before[n]} == {1}
    assert "ours15" not in lab.interfaces(a)
    assert all(pings(a, r) for r in (rows[0], rows[2], rows[14]))
    # It is tried again, and a stop leaves all.
    a.ip("l2tp del tunnel tunnel_id 77")
    lab.wait_until(lambda: states(daemon)["taken"] == "up", "the id that is free now to be taken")
    daemon.stop()
    assert all(pings(a, r) for r in (rows[0], rows[2], rows[14]))
    daemon.start(config(daemon, [], pair))
    lab.wait_until(lambda: lab.l2tp_objects(a) == ([], []), "what is wanted no more to go")


def test_commands(ends):
    """Added by command while l2tpd runs, kept over restarts of engine and l2tpd, deleted."""
    daemon, pair = ends
    a, b = (e.namespace for e in pair)
    row = Form(1, "udp", 4, "01234567", None, "default")
    b.ip(*row.peer(pair))
    daemon.start(config(daemon, [], pair))
    here, there = row.ends(pair)
    daemon.ask("add tunnel static", name="t1", tunnel_id=1001, peer_tunnel_id=2001, local=here, remote=there, udp_sport=5001,
               udp_dport=6001)
    session = {"tunnel": "t1", "name": "lan", "session_id": 101, "peer_session_id": 201, "cookie": "01234567",
               "ifname": "ours1", "bridge": "br1"}
    daemon.ask("add session static", **session)
    (record,) = daemon.ask("show static")
    assert record["state"] == "down" and "bridge br1 does not exist" in record["last_error"]
    a.ip("link add br1 type bridge", "link set br1 up", f"addr add {row.address(1)}/24 dev br1")
    lab.wait_until(lambda: states(daemon) == {"t1": "up"}, "the bridge to be found")
    assert pings(a, row)
    index = lab.link(a, "ours1")["index"]
    daemon.stop()
    daemon.start(config(daemon, [], pair))
    assert states(daemon) == {"t1": "up"} and lab.link(a, "ours1")["index"] == index
    assert pings(a, row)
    daemon.ask("delete session static", session="lan")
    lab.wait_until(lambda: "ours1" not in lab.interfaces(a), "the session to go")
    daemon.ask("add session static", **session)
    lab.wait_until(lambda: states(daemon) == {"t1": "up"}, "the session to be there again")
    assert pings(a, row)
    daemon.ask("delete tunnel static", tunnel="t1")
    lab.wait_until(lambda: lab.l2tp_objects(a) == ([], []), "the tunnel to go")
