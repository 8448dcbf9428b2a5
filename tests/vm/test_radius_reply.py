# SPDX-License-Identifier: GPL-2.0-or-later
"""What a RADIUS server's reply says of a call, seen in the kernel, at the caller and in the accounting."""

import fcntl
import os
import re
import socket
import struct

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config
from lab.radius import FreeRadius
from test_mppe import check_encrypted
from test_radius import Caller, hang_up, radius_config

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

SIOCGIFMTU = 0x8921
USERS = """
full Cleartext-Password := "pw"
    Framed-IP-Address = 10.64.0.77,
    Framed-Route = "192.0.2.0/24 0.0.0.0 5",
    Framed-Route += "198.51.100.7",
    Framed-MTU = 1300,
    MS-Primary-DNS-Server = 192.0.2.53,
    MS-Secondary-DNS-Server = 192.0.2.54,
    WISPr-Bandwidth-Max-Down = 4000000,
    WISPr-Bandwidth-Max-Up = 1000000,
    Filter-Id = "gold",
    Class = 0x6f6e65,
    Class += 0x74776f
brief Cleartext-Password := "pw"
    Session-Timeout = 2
idle Cleartext-Password := "pw"
    Idle-Timeout = 2
pool Cleartext-Password := "pw"
    Framed-IP-Address = 255.255.255.254
named Cleartext-Password := "pw"
    Framed-Pool = "premium"
missing Cleartext-Password := "pw"
    Framed-Pool = "platinum"
six Cleartext-Password := "pw"
    Framed-Interface-Id = 0:0:0:77,
    Framed-IPv6-Prefix = 2001:db8:77::/64,
    Delegated-IPv6-Prefix = 2001:db8:7700::/56
choice Cleartext-Password := "pw"
    Framed-IP-Address = 255.255.255.255
keys Cleartext-Password := "pw"
nokeys Cleartext-Password := "pw"
"""
NO_KEYS = """
if (&User-Name == "nokeys") {
    update reply {
        MS-MPPE-Send-Key !* ANY
        MS-MPPE-Recv-Key !* ANY
    }
}
"""
MISSING = "accepted the user but sent no MPPE keys"


def start(pair, processes, build, **kwargs):
    server = FreeRadius(processes, pair[0].namespace, post_auth=NO_KEYS)
    server.users(USERS)
    server.start()
    lns = L2tpd(processes, build, pair[0].namespace, "lns")
    lns.start(radius_config(lns, server, **kwargs))
    return server, lns


def callers(lac, server, *users):
    """A configuration that calls once for each user, with IPv4 and IPv6."""
    sessions = "".join(f'session "{u}" {{ user = "{u}" password-file = "{lac.secret("pw")}" ppp = "dialout" '
                       f'called-number = "0800" calling-number = "of {u}" persist = false }}\n' for u in users)
    return lac_config(server, None, None, ppp="ipv6 = true", sessions=sessions)


def mtu(namespace, device):
    with namespace.inside():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sock:
        return struct.unpack_from("i", fcntl.ioctl(sock, SIOCGIFMTU, struct.pack("16s16x", device.encode())), 16)[0]


def recorder(name):
    """A program that writes its environment to name.env."""
    with open(name, "w") as f:
        f.write(f"#!/bin/sh\nenv > {name}.new && mv {name}.new {name}.env\n")
    os.chmod(name, 0o755)
    return name


def test_in_the_kernel(pair, processes, build):
    """Address, routes, rates, MTU, name servers, what the operator's program gets; then who chooses the address."""
    a, b = pair
    ours, theirs = a.namespace, b.namespace
    program = recorder(f"/run/{ours.name}-ip-up")
    server, lns = start(pair, processes, build, ppp=f'mtu = 1400 ip-up = "{program}"')
    caller = Caller(processes, theirs, a.ipv4)
    peer = caller.call("full", "pw", "chap", "usepeerdns\n")
    (session,) = lns.up()
    device = session["ifname"]
    assert session["remote_ipv4"] == "10.64.0.77"
    assert (device, "10.64.0.1", "10.64.0.77") in lab.addresses(ours)
    # by way of the caller, whatever the gateway was
    routes = lab.wait_until(lambda: (lambda text: "198.51.100.7" in text and text)(
        ours.run("ip", "route", "show", "dev", device)), "the routes")
    assert re.search(r"^192\.0\.2\.0/24 .*metric 5\b", routes, re.MULTILINE), routes
    theirs.run("ip", "address", "add", "192.0.2.9/32", "dev", "lo")
    assert lab.ping(ours, "192.0.2.9") is not None
    lab.wait_until(lambda: mtu(ours, device) == 1300, "the MTU of the session's interface")
    shown = ours.run("tc", "qdisc", "show", "dev", device) + ours.run("tc", "filter", "show", "dev", device, "ingress")
    assert "rate 4Mbit" in shown and "rate 1Mbit" in shown, shown
    log = lab.wait_until(lambda: (lambda text: "secondary DNS" in text and text)(peer.pppd_log()), "the name servers")
    assert re.search(r"primary +DNS address 192\.0\.2\.53", log)
    (user,) = lns.ask("show users")
    assert (user["user"], user["filter_id"], user["server"]) == ("full", "gold", "radius")
    assert re.search(r"secondary +DNS address 192\.0\.2\.54", log)
    lab.wait_until(lambda: os.path.exists(f"{program}.env"), "ip-up to run")
    with open(f"{program}.env") as f:
        told = dict(line.split("=", 1) for line in f.read().splitlines())
    assert {k: told["L2TPD_" + k] for k in ("FILTER_ID", "ROUTES", "CLASS", "RATE_DOWN", "RATE_UP", "DNS")} == {
        "FILTER_ID": "gold", "ROUTES": "192.0.2.0/24@5 198.51.100.7", "CLASS": "6f6e65 74776f",
        "RATE_DOWN": "4000000", "RATE_UP": "1000000", "DNS": "192.0.2.53 192.0.2.54"}
    hang_up(lns, peer)
    lab.wait_until(lambda: "192.0.2.0" not in ours.run("ip", "route", "show"), "the routes to go")
    (stop,) = lab.wait_until(lambda: server.accounting(status="Stop"), "the stop")
    # FreeRADIUS writes a comma so in SQL.
    assert (stop["class"], stop["cause"]) == ("0x6f6e65=2C0x74776f", "User-Request")
    # 255.255.255.255: the caller's own address
    peer = caller.call("choice", "pw", "chap", "10.99.1.2:\n")
    (session,) = lns.up()
    assert session["remote_ipv4"] == "10.99.1.2"
    assert lab.ping(ours, "10.99.1.2") is not None
    hang_up(lns, peer)
    assert lns.used("isp") == 0


def test_timeouts_and_pools(pair, processes, build):
    """Session-Timeout and Idle-Timeout end calls by themselves; pools by name, 255.255.255.254, IPv6 prefixes."""
    a, b = pair
    server, lns = start(pair, processes, build, ppp="session-timeout = 3600 ipv6 = true",
                        extra='pool "premium" { address = { "10.70.0.0/24" } }')
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(callers(lac, a.ipv4, "brief", "idle", "pool", "named", "missing", "six"))
    stops = lab.wait_until(lambda: (lambda rows: len(rows) == 2 and rows)(server.accounting(status="Stop")),
                           "both timeouts")
    causes = {r["user"]: r["cause"] for r in stops}
    assert causes == {"brief": "Session-Timeout", "idle": "Idle-Timeout"}
    assert all(2 <= r["time"] < 30 for r in stops), stops
    lac.process.wait_for(r"the time of the session is over \(Session-Timeout\)")
    lac.process.wait_for(r"it was idle for too long \(Idle-Timeout\)")
    lns.process.wait_for('user "missing" was refused: it is to get an address of the pool "platinum", but there is no')
    assert {r["User-Name"]: (r["Called-Station-Id"], r["Calling-Station-Id"]) for r in server.requests()} == {
        u: ("0800", f"of {u}") for u in ("brief", "idle", "pool", "named", "missing", "six")}
    lns.up(3)
    users = lab.wait_until(lambda: (lambda rows: len(rows) == 3 and rows)(
        {u["user"]: u for u in lns.ask("show users")}), "three users")
    for user, net in ("pool", "10.64.0."), ("named", "10.70.0."):
        assert users[user]["remote_ipv4"].startswith(net), users
        assert lab.ping(a.namespace, users[user]["remote_ipv4"]) is not None
    six = users["six"]
    assert (six["interface_id"], six["prefix6"], six["delegated6"]) == (
        "0:0:0:77", "2001:db8:77::/64", "2001:db8:7700::/56")
    lab.wait_until(lambda: "2001:db8:7700::/56 via fe80::77 " in a.namespace.run(
        "ip", "-6", "route", "show", "dev", six["ifname"]), "the delegated prefix to be routed")
    assert lab.ping(a.namespace, f"fe80::77%{six['ifname']}") is not None
    (start_of_six,) = lab.wait_until(lambda: server.accounting(status="Start", user="six"), "the start")
    assert (start_of_six["prefix"], start_of_six["delegated"]) == (six["prefix6"], six["delegated6"])


def test_mppe(pair, processes, build, logs):
    """128 bits with the server's keys; without them an error that says so, and no wrong password."""
    a, b = pair
    _, lns = start(pair, processes, build, auth='"mschapv2"', ppp='mppe = "required"')
    caller = Caller(processes, b.namespace, a.ipv4)
    peer = caller.call("keys", "pw", "mschapv2", "require-mppe-128\n", ccp=True)
    check_encrypted(a, b, lns, logs, 128)
    hang_up(lns, peer)
    caller.call("nokeys", "pw", "mschapv2", "require-mppe-128\n", ccp=True)
    lns.process.wait_for(rf'user "nokeys" cannot come in .*{MISSING}')
    # Also where the caller's pppd cleared it first, as refused by CHAP.
    lns.process.wait_for(rf"cleared by us: .*{MISSING}")
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the refused call to be cleared")
    assert 'user "nokeys" is refused' not in lns.process.text()
    assert lns.process.text().count("up on ppp") == 1
