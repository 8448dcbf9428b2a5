# SPDX-License-Identifier: GPL-2.0-or-later
"""A call ends from every side, and nothing of it is left: counted, and zero."""

import os
import signal

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config

pytestmark = pytest.mark.backends

# Short timers, so that a lost peer is noticed and a dead tunnel's id is free soon.
QUICK = "hello = 2 retransmit = 0.3 retransmit-tries = 4"


@pytest.fixture
def call(pair, processes, build):
    """An LNS and a LAC of ours with one call up."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), lns=QUICK + " idle-timeout = 2"))
    lac = L2tpd(processes, build, b.namespace, "lac")
    before = holdings(lns), holdings(lac, start=lambda: lac.start(lac_config(
        a.ipv4, "alice", lac.secret("wonderland", "password"), lac=QUICK + " idle-timeout = 3",
        session="persist = false")))
    lns.up()
    lac.up()
    return lns, lac, before


def holdings(d, start=None):
    """fds of monitor and engine, once it runs; without the call that a start may have begun."""
    if start:
        start()
        return None
    engine = d.role("engine")
    return len(lab.fds(d.process.pid)), len(lab.fds(engine))


def assert_nothing_left(lns, lac, before):
    for d in lns, lac:
        if not d.process.alive():
            continue
        lab.wait_until(lambda d=d: lab.l2tp_objects(d.namespace) == ([], []), f"{d.name}'s kernel objects to go")
        lab.wait_until(lambda d=d: not d.pppds(), f"{d.name}'s pppds to end")
        lab.wait_until(lambda d=d: not [s for s in d.sessions() if "session_id" in s], f"{d.name}'s sessions to go")
        lab.wait_until(lambda d=d: not [t for t in d.tunnels() if "tunnel_id" in t], f"{d.name}'s tunnels to go")
        assert not [i for i in lab.interfaces(d.namespace) if i.startswith("ppp")]
    if lns.process.alive():
        lab.wait_until(lambda: lns.used("isp") == 0, "the address to be free again")
        lab.wait_until(lambda: holdings(lns) == before[0], f"the LNS's fds to be {before[0]} again")


@pytest.mark.pppd
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["ends", "killed"])
@pytest.mark.parametrize("side", ["lns", "lac"])
def test_pppd(call, side, number):
    lns, lac, before = call
    daemon = lns if side == "lns" else lac
    # A pppd that forks for its ip-up script is two for a moment.
    lab.wait_until(lambda: len(daemon.pppds()) == 1, "ip-up to be done")
    os.kill(daemon.pppds()[0], number)
    if number == signal.SIGKILL:
        daemon.process.wait_for(r"cleared by us: pppd was killed by signal 9 \(Killed\)")
    assert_nothing_left(lns, lac, before)


@pytest.mark.parametrize("side", ["lns", "lac"])
def test_delete_session(call, side):
    """The CDN of one side clears the other; the tunnel follows by its timer, with result 1."""
    lns, lac, before = call
    if side == "lns":
        (session,) = lns.sessions()
        lns.ask("delete session", tunnel=str(session["tunnel_id"]), session=str(session["session_id"]))
    else:
        lac.ask("delete session", tunnel="upstream", session="home")
    assert_nothing_left(lns, lac, before)


@pytest.mark.parametrize("side", ["lns", "lac"])
def test_delete_tunnel(call, side):
    lns, lac, before = call
    if side == "lns":
        (tunnel,) = lns.tunnels()
        lns.ask("delete tunnel", tunnel=str(tunnel["tunnel_id"]))
    else:
        lac.ask("delete tunnel", tunnel="upstream")
    assert_nothing_left(lns, lac, before)


def test_lac_stops(call):
    lns, lac, before = call
    assert lac.stop() == 0
    assert lab.l2tp_objects(lac.namespace) == ([], [])
    assert lac.processes.orphans() == []
    assert_nothing_left(lns, lac, before)


def test_lns_stops(call):
    lns, lac, before = call
    assert lns.stop() == 0
    assert lab.l2tp_objects(lns.namespace) == ([], [])
    assert lns.processes.orphans() == []
    assert_nothing_left(lns, lac, before)


def test_peer_falls_silent(call, pair):
    """Neither end hears the other: both clear up by their own HELLO."""
    lns, lac, before = call
    a, b = pair
    a.namespace.netem(a.device, "loss", "100%")
    b.namespace.netem(b.device, "loss", "100%")
    assert_nothing_left(lns, lac, before)


def test_peer_is_killed(call):
    """The LAC's monitor dies at once; its children go with it, and the LNS finds out."""
    lns, lac, before = call
    left = lab.descendants(lac.process.pid)
    lac.process.kill()
    lab.wait_until(lambda: not [p for p in left if os.path.exists(f"/proc/{p}") and not zombie(p)],
                   "the killed daemon's processes to end")
    assert_nothing_left(lns, lac, before)


def zombie(pid):
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_server_restarts(pair, processes, build):
    """A persistent client comes back by itself, also when there is nobody for a while."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    config = lns_config(lns.users(("alice", "wonderland")), lns=QUICK)
    lns.start(config)
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wonderland", "password"), lac=QUICK,
                         session="persist = true redial = 0.5 redial-max = 2"))
    lac.up()
    lns.process.kill()
    lab.wait_until(lambda: not [s for s in lac.sessions() if "session_id" in s], "the client to notice")
    lns.start(config)
    (session,) = lac.up()
    assert lab.ping(b.namespace, session["remote_ipv4"]) is not None


def test_name_is_resolved_later(pair, processes, build):
    """A persistent client survives a server whose name cannot be resolved for a while."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland"))))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config("lns.l2tpd.example", "alice", lac.secret("wonderland", "password"),
                         session="persist = true redial = 0.5 redial-max = 1"))
    lab.wait_until(lambda: "resolve" in lac.sessions()[0].get("last_error", ""), "the name to fail")
    hosts = open("/etc/hosts").read()
    try:
        with open("/etc/hosts", "a") as f:
            f.write(f"\n{a.ipv4} lns.l2tpd.example\n")
        lac.up()
    finally:
        with open("/etc/hosts", "w") as f:
            f.write(hosts)


def test_wrong_password(pair, processes, build):
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config(lns.users(("alice", "wonderland")), lns=QUICK + " idle-timeout = 1"))
    before = holdings(lns), None
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(lac_config(a.ipv4, "alice", lac.secret("wrong", "password"), lac=QUICK,
                         session="persist = false"))
    lab.wait_until(lambda: lns.status()["auth_failed"] == 1, "the refusal")
    lab.wait_until(lambda: [s for s in lac.sessions() if s.get("last_error") and s["state"] != "connecting"],
                   "the caller to know")
    assert "uthentic" in lac.sessions()[0]["last_error"]
    assert_nothing_left(lns, lac, before)
