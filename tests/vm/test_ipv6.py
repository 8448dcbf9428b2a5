# SPDX-License-Identifier: GPL-2.0-or-later
"""IPv6 prefixes: of pools and of a RADIUS server, announced on the link and delegated, and given back."""

import contextlib
import os
import re

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config
from lab.radius import FreeRadius
from test_radius import radius_config

pytestmark = pytest.mark.backends

USERS = """
six Cleartext-Password := "pw"
    Framed-Interface-Id = 0:0:0:77,
    Framed-IPv6-Prefix = 2001:db8:77::/64,
    Delegated-IPv6-Prefix = 2001:db8:7700::/56
pool Cleartext-Password := "pw"
late Cleartext-Password := "pw"
"""
PROFILE = """
ipv6 = true
prefix-pool = { "2001:db8:1:8::/64" }
delegated-pool = { "2001:db8:aa00::/56" }
dns6 = { "2001:db8::53" }
"""


def lac(processes, build, end, server, user, name=None):
    """A caller of ours with IPv6."""
    ours = L2tpd(processes, build, end.namespace, name or user)
    text = lac_config(server, user, ours.secret("pw", "pw"), ppp="ipv6 = true", session="persist = false")
    return ours.start(text.replace('"our-lac"', f'"{ours.name}"'))


def prefixes(lns, user):
    """(prefix of the link, delegated prefix, our interface), or None while it is not here."""
    found = [u for u in lns.ask("show users") if u["user"] == user and "ifname" in u]
    return (found[0]["prefix6"], found[0]["delegated6"], found[0]["ifname"]) if found else None


def pools(lns):
    return {p["section"]: (p["size"], p["used"], p["free"]) for p in lns.ask("show pools") if "prefix" in p["section"]
            or "delegated" in p["section"]}


def has_address(namespace, address):
    return any(x == address for _, x, _ in lab.addresses(namespace))


def global_address(namespace, device):
    """What the kernel made of an advertised prefix, or None."""
    return next((a for d, a, _ in lab.addresses(namespace) if d == device and a.startswith("2001:")), None)


def routes(namespace, device=None):
    return namespace.run("ip", "-6", "route", "show", *(["dev", device] if device else []))


class Dhcp6c:
    """Debian's wide-dhcpv6-client: asks for prefixes, and puts an address of each on lo."""

    def __init__(self, processes, namespace, *devices):
        with contextlib.suppress(FileNotFoundError):
            os.unlink("/var/lib/dhcpv6/dhcp6c_duid")   # another client's
        conf = os.path.join(processes.logs, f"dhcp6c-{'-'.join(devices)}.conf")
        with open(conf, "w") as f:
            for n, device in enumerate(devices):
                f.write(f"interface {device} {{ send ia-pd {n}; }};\n"
                        f"id-assoc pd {n} {{ prefix-interface lo {{ sla-id {n + 1}; sla-len 8; ifid 9; }}; }};\n")
        self.process = processes.start("/usr/sbin/dhcp6c", "-f", "-D", "-c", conf, "-p", f"/run/{namespace.name}.dhcp6c",
                                       *devices, namespace=namespace)

    def stop(self):
        self.process.stop()


def check_caller(ours, theirs, link, site, device, address):
    """The kernel's routes to both prefixes, and that they lead there."""
    assert re.search(rf"^{link} .*proto kernel", routes(ours, device), re.MULTILINE)
    assert re.search(rf"^{site} via fe80::", routes(ours, device), re.MULTILINE)
    assert lab.ping(ours, address) is not None
    assert re.search("^default via fe80::[0-9a-f]{1,4} ", routes(theirs), re.M)


def test_prefixes(pair, processes, build):
    """A caller of the server's, one of the pools, and a third for whom there is none until the second has left."""
    a, b = pair
    ours, theirs = a.namespace, b.namespace
    ours.sysctl("net/ipv6/conf/all/forwarding", 1)
    # The callers are routers, as README has them: they take advertisements nevertheless.
    theirs.sysctl("net/ipv6/conf/default/accept_ra", 2)
    theirs.sysctl("net/ipv6/conf/all/forwarding", 1)
    server = FreeRadius(processes, ours)
    server.users(USERS)
    server.start()
    lns = L2tpd(processes, build, ours, "lns")
    lns.start(radius_config(lns, server, ppp=PROFILE))
    assert lns.role("router6") is None
    six = lac(processes, build, b, a.ipv4, "six")
    (six_session,) = six.up()
    pool = lac(processes, build, b, a.ipv4, "pool")
    (pool_session,) = pool.up()
    late = lac(processes, build, b, a.ipv4, "late")   # for whom none is left

    # the links: addresses by themselves, with the interface identifier of IPV6CP
    address = {s["ifname"]: lab.wait_until(lambda d=s["ifname"]: global_address(theirs, d), f"{s['user']}'s address")
               for s in (six_session, pool_session)}
    assert address[six_session["ifname"]] == "2001:db8:77::77"
    six_link, six_site, six_device = prefixes(lns, "six")
    assert (six_link, six_site) == ("2001:db8:77::/64", "2001:db8:7700::/56")
    pool_link, pool_site, pool_device = prefixes(lns, "pool")
    assert (pool_link, pool_site) == ("2001:db8:1:8::/64", "2001:db8:aa00::/56")
    check_caller(ours, theirs, six_link, six_site, six_device, "2001:db8:77::77")
    check_caller(ours, theirs, pool_link, pool_site, pool_device, address[pool_session["ifname"]])

    # the sites: delegated to a real client, and routed
    client = Dhcp6c(processes, theirs, six_session["ifname"], pool_session["ifname"])
    for site in "2001:db8:7700:1::9", "2001:db8:aa00:2::9":
        lab.wait_until(lambda s=site: has_address(theirs, s), f"{site} at the caller")
        assert lab.ping(ours, site) is not None
    assert lns.role("router6")
    client.process.kill()   # it gives nothing back

    lns.process.wait_for(r'warning: the prefix-pool of ppp "isp" is exhausted: all of its prefixes \(1 of 64 bits\)')
    lns.process.wait_for('user "late" was refused: no prefix is left in the prefix-pool of ppp "isp"; enlarge it')
    assert pools(lns) == {"prefix-pool": (1, 1, 0), "delegated-pool": (1, 1, 0)}

    # another caller with the same prefixes, on an interface of the same name, by another client
    assert pool.stop() == 0
    lab.wait_until(lambda: pool_device not in lab.interfaces(ours), "the second caller's interface to go")
    assert late.stop() == 0
    late = lac(processes, build, b, a.ipv4, "late", name="later")
    (late_session,) = late.up()
    assert prefixes(lns, "late") == (pool_link, pool_site, pool_device)
    lab.wait_until(lambda: global_address(theirs, late_session["ifname"]), "the address of the third caller")
    client = Dhcp6c(processes, theirs, late_session["ifname"])
    lab.wait_until(lambda: has_address(theirs, "2001:db8:aa00:1::9"), "the same prefix again")
    assert lab.ping(ours, "2001:db8:aa00:1::9") is not None
    client.process.kill()

    # the end, of one and of all
    assert six.stop() == 0
    lab.wait_until(lambda: six_device not in lab.interfaces(ours), "the first caller's interface to go")
    assert "2001:db8:77" not in routes(ours)
    assert late.stop() == 0
    lab.wait_until(lambda: lns.sessions() == [], "the calls to end")
    assert "2001:db8:" not in routes(ours)
    assert pools(lns) == {"prefix-pool": (1, 0, 1), "delegated-pool": (1, 0, 1)}
    assert not re.search("(monitor|engine|aaa|router6): error", lns.process.text())
