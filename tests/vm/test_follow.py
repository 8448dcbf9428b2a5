# SPDX-License-Identifier: GPL-2.0-or-later
"""Ends that move: the host loses the tunnel's address, and the peer's name means another one."""

import contextlib

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config
from lab.site import Site

pytestmark = pytest.mark.any_kernel

LAN = 'session "lan" { ifname = "lan0" }'
# HELLO would find a dead tunnel as well, but not within the time that a test has.
PATIENT = "hello = 600 redial = 0.5 redial-max = 1"


@pytest.fixture
def sites(pair, processes, build):
    a, b = pair
    return Site(processes, build, a, "site-a", "site-b"), Site(processes, build, b, "site-b", "site-a")


@pytest.fixture
def hosts():
    """Sets what names mean: hosts(name=address, ...), dots as underscores."""
    with open("/etc/hosts") as f:
        before = f.read()

    def put(text):
        with open("/etc/hosts", "w") as f:
            f.write(text)
    yield lambda **names: put(before + "".join(f"\n{a} {n.replace('_', '.')}\n" for n, a in names.items()))
    put(before)


def other(end, host):
    """Another address in an end's network, with its prefix's length."""
    return f"{end.ipv4.rsplit('.', 1)[0]}.{host}/24"


def ping_lan(sa, sb):
    for site, host in (sa, 1), (sb, 2):
        with contextlib.suppress(Exception):
            site.namespace.ip(f"addr add 10.1.0.{host}/24 dev lan0")
    assert lab.ping(sb.namespace, "10.1.0.1") is not None


def test_own_address(pair, sites):
    """A connection follows the caller to its next address; one that is lost for a moment costs nothing."""
    (a, b), (sa, sb) = pair, sites
    sa.start(f'from-hostname = {{ "site-b" }} {PATIENT} {LAN}', listen="0.0.0.0")
    sb.start(f'remote = "{a.ipv4}" {PATIENT} {LAN}')
    (first,) = sb.up("lan")
    sa.up("lan")
    b.namespace.ip(f"addr del {b.ipv4}/24 dev {b.device}", f"addr add {b.ipv4}/24 dev {b.device}")
    sb.daemon.process.wait_for(f"the address {b.ipv4} is this host's still, or again")
    assert sb.up("lan")[0]["session_id"] == first["session_id"]
    ping_lan(sa, sb)

    # Without another way it waits, and goes on when there is one.
    b.namespace.ip(f"addr del {b.ipv4}/24 dev {b.device}")
    sb.daemon.process.wait_for(f"the address {b.ipv4}, which tunnels have, is no longer this host's")
    assert sb.sessions()["lan"]["session_id"] == first["session_id"]
    moved = other(b, 22)
    b.namespace.ip(f"addr add {moved} dev {b.device}")
    sb.daemon.process.wait_for(f"our address {b.ipv4} is gone, the way is from {moved[:-3]} now")
    lab.wait_until(lambda: [(t.get("remote"), t.get("remote_port")) for t in sa.daemon.tunnels() if t["state"] == "established"] ==
                   [(moved[:-3], 1701)], "the peer to have it from there")
    sb.up("lan")
    sa.up("lan")
    ping_lan(sa, sb)
    lab.wait_until(lambda: [len(o) for o in lab.l2tp_objects(b.namespace)] == [1, 1], "the old tunnel to go")
    lab.wait_until(lambda: [len(o) for o in lab.l2tp_objects(a.namespace)] == [1, 1], "the peer's to go")


def test_own_address_ppp(pair, processes, build):
    """So does a client of an LNS, with its call."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland"))))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"), lac="hello = 600",
                         session="persist = true redial = 0.5 redial-max = 1"))
    lac.up()
    moved = other(b, 22)
    b.namespace.ip(f"addr del {b.ipv4}/24 dev {b.device}", f"addr add {moved} dev {b.device}")
    lac.process.wait_for(f"the way is from {moved[:-3]} now")
    lab.wait_until(lambda: [t for t in lac.tunnels() if t["state"] == "established" and
                            t.get("local") == moved[:-3]], "the tunnel from the new address")
    (session,) = lac.up()
    assert lab.ping(b.namespace, session["remote_ipv4"]) is not None
    lab.wait_until(lambda: [len(o) for o in lab.l2tp_objects(b.namespace)] == [1, 1], "the old tunnel to go")


def test_name(pair, sites, hosts):
    """Who calls follows the name to its next address; who is called knows a caller by what its name means now."""
    (a, b), (sa, sb) = pair, sites
    moved = other(a, 11)
    hosts(a_l2tpd_example=a.ipv4, b_l2tpd_example="192.0.2.1")
    sa.start(f'remote = "b.l2tpd.example" initiate = false resolve-interval = 0.5 {PATIENT} {LAN}', listen="0.0.0.0")
    sb.start(f'remote = "a.l2tpd.example" resolve-interval = 0.5 {PATIENT} {LAN}')
    sb.daemon.process.wait_for("no lns or lcce section takes this address and host name")
    hosts(a_l2tpd_example=a.ipv4, b_l2tpd_example=b.ipv4)
    sb.up("lan")
    sa.up("lan")

    # A name that cannot be resolved is no news; one that means another address is.
    hosts(b_l2tpd_example=b.ipv4)
    a.namespace.ip(f"addr add {moved} dev {a.device}")
    assert [(t.get("remote"), t.get("remote_port")) for t in sb.daemon.tunnels()] == [(a.ipv4, 1701)]
    hosts(a_l2tpd_example=moved[:-3], b_l2tpd_example=b.ipv4)
    sb.daemon.process.wait_for(f"a.l2tpd.example is no longer at {a.ipv4} but at {moved[:-3]}")
    lab.wait_until(lambda: [t for t in sb.daemon.tunnels() if (t.get("remote"), t.get("remote_port")) == (moved[:-3], 1701) and
                            t["state"] == "established"], "the connection to the new address")
    sb.up("lan")
    sa.up("lan")
    ping_lan(sa, sb)
