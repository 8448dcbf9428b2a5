# SPDX-License-Identifier: GPL-2.0-or-later
"""PPP over L2TPv3, and the SCCRQ that suits both versions."""

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config
from lab.peers import Xl2tpd, chap_secrets


@pytest.mark.parametrize("version, secret", [("3", "s3cret"), ("auto", None)])
def test_ppp(pair, processes, build, version, secret):
    """A caller of version 3, or of either, and our LNS: PPP in a version 3 session, addresses, traffic, the end."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), secret=secret and lns.secret(secret)))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"), secret=secret and lac.secret(secret),
                         lac=f'version = "{version}"', session="persist = false"))
    (ours,) = lac.up()
    (theirs,) = lns.up()
    assert ours["pseudowire"] == theirs["pseudowire"] == "ppp"
    assert lac.tunnels()[0]["version"] == lns.tunnels()[0]["version"] == 3
    assert lab.ping(a.namespace, theirs["remote_ipv4"]) is not None
    lac.ask("delete tunnel", tunnel="upstream")
    for d in lns, lac:
        lab.wait_until(lambda d=d: lab.l2tp_objects(d.namespace) == ([], []), f"{d.name}'s kernel objects to go")
        lab.wait_until(lambda d=d: not d.pppds(), f"{d.name}'s pppds to end")


def test_falls_back(pair, processes, build):
    """Debian's xl2tpd knows version 2 only: it answers an SCCRQ of both, and the call is one of version 2."""
    a, b = pair
    chap_secrets(("alice", "*", "wonderland"))
    lns = Xl2tpd(processes, a.namespace, "lns").lns("10.8.0.2-10.8.0.9", "10.8.0.1")
    lns.process.wait_for("Listening on IP address")
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"), lac='version = "auto"'))
    (session,) = lac.up()
    assert lac.tunnels()[0]["version"] == 2 and "pseudowire" not in session
    assert lab.ping(b.namespace, "10.8.0.1") is not None
    assert lac.stop() == 0
    lab.wait_until(lambda: not lns.process.children(), "the LNS's pppd to end")
