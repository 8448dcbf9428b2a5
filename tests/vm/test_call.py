# SPDX-License-Identifier: GPL-2.0-or-later
"""Calls end to end, through the real kernel, with real peers."""

import pytest

import lab
from lab.fixtures import PLUGIN
from lab.l2tpd import L2tpd, lac_config, lns_config
from lab.peers import Xl2tpd, chap_secrets


def check_kernel(namespace, sessions):
    """The kernel has just these sessions, with the daemon's ids."""
    tunnels, found = lab.l2tp_objects(namespace)
    ours = {(s["tunnel_id"], s["session_id"], s["peer_session_id"]) for s in sessions}
    assert {(s["tunnel_id"], s["session_id"], s["peer_session_id"]) for s in found} == ours
    assert {t["tunnel_id"] for t in tunnels} == {s["tunnel_id"] for s in sessions}


def check_gone(*daemons):
    """Nothing of any call is left, in the kernel or among processes."""
    for d in daemons:
        lab.wait_until(lambda d=d: lab.l2tp_objects(d.namespace) == ([], []), f"{d.name}'s kernel objects to go")
        lab.wait_until(lambda d=d: not d.pppds(), f"{d.name}'s pppds to end")
        lab.wait_until(lambda d=d: not [i for i in lab.interfaces(d.namespace) if i.startswith("ppp")],
                       f"{d.name}'s interfaces to go")


@pytest.mark.backends
@pytest.mark.parametrize("auth", ["chap", "pap", "mschapv2"])
def test_xl2tpd_calls_us(pair, processes, build, auth):
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    users = lns.users(("alice", "wonderland"))
    lns.start(lns_config(users, auth=f'"{auth}"'))
    chap_secrets(("alice", "*", "wonderland"))
    lac = Xl2tpd(processes, b.namespace, "lac").lac(a.ipv4, "alice")

    (session,) = lns.up()
    assert session["user"] == "alice"
    assert session["local_ipv4"] == "10.64.0.1"
    lab.wait_until(lambda: [x for x in lab.addresses(b.namespace) if x[1] == session["remote_ipv4"]],
                   "the caller's address")
    assert lab.ping(b.namespace, "10.64.0.1") is not None
    assert lab.ping(a.namespace, session["remote_ipv4"]) is not None
    check_kernel(a.namespace, [session])
    (counted,) = lns.sessions(stats=True)
    assert counted["rx_packets"] >= 2 and counted["tx_packets"] >= 2

    lac.process.stop()
    check_gone(lns)
    assert lns.sessions() == []


def test_xl2tpd_calls_us_with_tunnel_secret(pair, processes, build):
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), secret=lns.secret("s3cret")))
    chap_secrets(("alice", "*", "wonderland"))
    Xl2tpd(processes, b.namespace, "lac").lac(a.ipv4, "alice", secrets="* * s3cret\n", extra="challenge = yes")
    (session,) = lns.up()
    assert lab.ping(a.namespace, session["remote_ipv4"]) is not None


def test_we_call_xl2tpd(pair, processes, build):
    a, b = pair
    chap_secrets(("alice", "*", "wonderland"))
    lns = Xl2tpd(processes, a.namespace, "lns").lns("10.8.0.2-10.8.0.9", "10.8.0.1")
    lns.process.wait_for("Listening on IP address")
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password")))
    (session,) = lac.up()
    assert (session["local_ipv4"], session["remote_ipv4"]) == ("10.8.0.2", "10.8.0.1")
    assert lab.ping(b.namespace, "10.8.0.1") is not None
    assert lab.ping(a.namespace, "10.8.0.2") is not None
    check_kernel(b.namespace, [session])
    assert lac.stop() == 0
    assert lab.l2tp_objects(b.namespace) == ([], [])
    lab.wait_until(lambda: not lns.process.children(), "the LNS's pppd to end")


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_we_call_ourselves(pair, processes, build, family):
    """Tunnel authentication both ways and hidden AVPs."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), secret=lns.secret("s3cret"), auth='"mschapv2"',
                         lns="hide-avps = true"))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(getattr(a, family), "alice", lac.secret("wonderland", "password"),
                         secret=lac.secret("s3cret"), lac="hide-avps = true"))
    (ours,) = lac.up()
    (theirs,) = lns.up()
    assert ours["local_ipv4"] == theirs["remote_ipv4"] and ours["remote_ipv4"] == "10.64.0.1"
    assert lab.ping(b.namespace, "10.64.0.1") is not None
    assert lab.ping(a.namespace, ours["local_ipv4"]) is not None
    check_kernel(a.namespace, [theirs])
    check_kernel(b.namespace, [ours])
    assert lac.stop() == 0
    check_gone(lns)
    assert lns.stop() == 0


def test_eight_calls_in_two_tunnels(pair, processes, build):
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(*((f"user{i}", f"pw{i}") for i in range(8))), auth='"chap"'))
    lac = L2tpd(processes, build, b.namespace, "lac")
    config = 'hostname = "our-lac"\nppp "dialout" { }\n'
    for tunnel, server in enumerate((a.ipv4, a.ipv6)):
        config += f'lac "t{tunnel}" {{ server = "{server}"\n'
        for i in range(4 * tunnel, 4 * tunnel + 4):
            password = lac.secret(f"pw{i}", f"pw{i}")
            config += f'session "s{i}" {{ user = "user{i}" password-file = "{password}" ppp = "dialout" }}\n'
        config += "}\n"
    lac.start(config)
    ours, theirs = lac.up(8), lns.up(8)
    assert {s["user"] for s in theirs} == {f"user{i}" for i in range(8)}
    assert len({s["remote_ipv4"] for s in theirs}) == 8
    assert len(lns.tunnels()) == len(lac.tunnels()) == 2
    assert {s["local_ipv4"] for s in ours} == {s["remote_ipv4"] for s in theirs}
    for s in theirs:
        assert lab.ping(a.namespace, s["remote_ipv4"]) is not None
    check_kernel(a.namespace, theirs)
    assert lac.stop() == 0
    check_gone(lns)


def test_pppd_call(pair, processes, build):
    """pppd dials by a peers file; l2tpd's configuration knows nothing of the call."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), secret=lns.secret("s3cret")))
    helper = L2tpd(processes, build, b.namespace, "helper")
    helper.start('hostname = "box"\n')
    chap_secrets(("alice", "*", "wonderland"))
    secret = helper.secret("s3cret", "work.secret")
    with open("/etc/ppp/peers/work", "w") as f:
        f.write(f"plugin {PLUGIN}\nl2tp-server {a.ipv4}\nl2tp-secret-file {secret}\n"
                f"l2tp-socket {helper.run}/dial.sock\nuser alice\nnoauth\nnodetach\ndebug\nnoccp\n")
    pppd = processes.start("/usr/sbin/pppd", "call", "work", name="pppd", namespace=b.namespace)
    (session,) = lns.up()
    lab.wait_until(lambda: [x for x in lab.addresses(b.namespace) if x[1] == session["remote_ipv4"]],
                   "the caller's address")
    assert lab.ping(b.namespace, "10.64.0.1") is not None
    check_kernel(a.namespace, [session])
    pppd.stop()
    check_gone(lns, helper)
    assert helper.sessions() == []


def test_pppd_call_says_why_not(pair, processes, build):
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), secret=lns.secret("s3cret")))
    helper = L2tpd(processes, build, b.namespace, "helper")
    helper.start('hostname = "box"\n')
    base = ["/usr/sbin/pppd", "plugin", f"{PLUGIN}", "l2tp-server", a.ipv4,
            "user", "alice", "noauth", "nodetach", "logfd", "1"]
    pppd = processes.start(*base, "l2tp-socket", f"{helper.run}/nobody.sock", name="pppd", namespace=b.namespace)
    pppd.wait_for("l2tpd is not running")
    assert pppd.wait() != 0
    wrong = helper.secret("wrong", "wrong.secret")
    pppd = processes.start(*base, "l2tp-socket", f"{helper.run}/dial.sock", "l2tp-secret-file", wrong,
                           name="pppd", namespace=b.namespace)
    pppd.wait_for("(?i)challenge|authoriz")
    assert pppd.wait() != 0
    assert helper.sessions() == []


def test_without_authentication(pair, processes, build):
    """A profile without auth asks nobody, and its address comes from the pool all the same."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start('listen { address = "0.0.0.0" }\nlns "all" { ppp = "open" }\n'
              'ppp "open" { local-address = "10.64.0.1" pool = { "10.64.0.8-10.64.0.9" } }\n')
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start('ppp "dialout" { }\n'
              f'lac "upstream" {{ server = "{a.ipv4}" session "home" {{ ppp = "dialout" }} }}\n')
    (ours,) = lac.up()
    assert ours["local_ipv4"] == "10.64.0.8"
    assert lab.ping(b.namespace, "10.64.0.1") is not None


def test_sequencing(pair, processes, build):
    """The caller requires sequence numbers; the server heeds it, and frames pass both ways."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland"))))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"), lac="sequencing = true"))
    lac.up()
    (session,) = lns.up()
    assert lab.ping(a.namespace, session["remote_ipv4"]) is not None
    assert lab.ping(b.namespace, "10.64.0.1") is not None
    shown = a.namespace.run("ip", "l2tp", "show", "session") + b.namespace.run("ip", "l2tp", "show", "session")
    assert shown.count("sequence numbering: send recv") == 2, shown
