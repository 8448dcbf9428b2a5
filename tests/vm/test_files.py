# SPDX-License-Identifier: GPL-2.0-or-later
"""A system-wide /etc/ppp/options that turns on what the keys of a profile leave off."""

import os
import pathlib
import time

import pytest

from lab.l2tpd import L2tpd, lac_config, lns_config

OPTIONS = pathlib.Path("/etc/ppp/options")
# Each is a key of l2tpd's that is off, or what it never wants.
HOSTILE = """
defaultroute
defaultroute6
usepeerdns
ms-dns 192.0.2.99
idle 2
maxconnect 4
require-mppe
+ipv6
persist
lcp-echo-interval 1
lcp-echo-failure 1
mtu 600
mru 600
auth
require-pap
"""


@pytest.fixture
def hostile():
    before = OPTIONS.read_text()
    OPTIONS.write_text(before + HOSTILE)
    yield
    OPTIONS.write_text(before)


@pytest.mark.parametrize("ask_dns", ["false", "true"])
def test_keys_win(pair, processes, build, hostile, ask_dns):
    """A call that asks for nothing gets nothing, at either end, and stays."""
    del hostile
    a, b = pair
    resolv = pathlib.Path("/etc/ppp/resolv.conf")
    resolv.unlink(missing_ok=True)
    lns = L2tpd(processes, build, a.namespace, "lns")
    users = lns.users(("alice", "wonderland"))
    lns.start(lns_config(users, ppp="lcp-echo-interval = 0"))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"), session="persist = false",
                         ppp=f"use-peer-dns = {ask_dns} lcp-echo-interval = 0"))
    (served,), (called,) = lns.up(), lac.up()
    for session, end in (served, a), (called, b):
        assert session["mtu"] > 1400 and "encryption" not in session and "dns" not in session
        for family in "-4", "-6":
            assert "default" not in end.namespace.run("ip", family, "route")
        assert "inet6" not in end.namespace.run("ip", "-6", "address", "show", "dev", session["ifname"])
    assert not os.path.exists(resolv)
    # Neither two seconds without traffic nor four of connection end it.
    time.sleep(6)
    assert [s["session_id"] for s in lac.up()] == [called["session_id"]]
