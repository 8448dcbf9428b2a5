# SPDX-License-Identifier: GPL-2.0-or-later
"""Accounting against FreeRADIUS: complete and exact, also after an outage."""

import json
import os
import signal
import socket
import time

import pytest

import lab
from lab.l2tpd import L2tpd
from lab.process import DEADLINE
from lab.radius import FreeRadius
from test_radius import Caller, radius_config

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

USERS = "".join(f'{user} Cleartext-Password := "builder"\n    Class = 0x6162,\n    Acct-Interim-Interval = 60\n'
                for user in ("bob", "eve"))


def sessions_of(server):
    """The records of each session, by Acct-Session-Id."""
    found = {}
    for r in server.accounting():
        if r["status"] not in ("Accounting-On", "Accounting-Off"):
            found.setdefault(r["session"], []).append(r)
    return found


def start_server(processes, namespace, name="radius", **kwargs):
    server = FreeRadius(processes, namespace, name, **kwargs)
    server.users(USERS)
    return server.start()


def test_start_and_stop(pair, processes, build):
    """On, start, stop with the counters of what went through, off."""
    a, b = pair
    server = start_server(processes, a.namespace)
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(radius_config(lns, server))
    lab.wait_until(lambda: server.accounting(status="Accounting-On"), "Accounting-On")
    peer = Caller(processes, b.namespace, a.ipv4).call("bob", "builder", "chap")
    (session,) = lns.up()
    lab.wait_until(lambda: server.accounting(status="Start"), "the start")
    for _ in range(5):
        assert lab.ping(a.namespace, session["remote_ipv4"]) is not None
    peer.process.stop()
    (stop,) = lab.wait_until(lambda: server.accounting(status="Stop"), "the stop")
    (start,) = server.accounting(status="Start")
    assert start["session"] == stop["session"]
    assert (stop["user"], stop["address"], stop["class"]) == ("bob", session["remote_ipv4"], "0x6162")
    # What pppd's own frames of the network layer come to besides is a few hundred bytes.
    for octets, packets in ("input", "input_packets"), ("output", "output_packets"):
        assert 5 <= stop[packets] < 30
        assert 5 * 28 <= stop[octets] < 5 * 28 + 1500
    assert stop["cause"] == "User-Request"
    assert stop["tunnel"] == b.ipv4
    assert lns.stop() == 0
    lab.wait_until(lambda: server.accounting(status="Accounting-Off"), "Accounting-Off")
    assert len(server.accounting()) == 4


def test_engine_dies(pair, processes, build):
    """The aaa process dies, then the engine: the call that died with it has a stop, with what the kernel counted."""
    a, b = pair
    server = start_server(processes, a.namespace)
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(radius_config(lns, server))
    Caller(processes, b.namespace, a.ipv4).call("bob", "builder", "chap")
    (session,) = lns.up()
    lab.wait_until(lambda: server.accounting(status="Start"), "the start")
    for _ in range(5):
        assert lab.ping(a.namespace, session["remote_ipv4"]) is not None
    before = lns.role("aaa")
    os.kill(before, signal.SIGKILL)
    lab.wait_until(lambda: lns.role("aaa") not in (None, before), "another aaa process")
    # Answered behind what the new one was told of the sessions that run.
    lab.wait_until(lambda: lns.ask("show radius"), "it to answer")
    os.kill(lns.role("engine"), signal.SIGKILL)
    (stop,) = lab.wait_until(lambda: server.accounting(status="Stop"), "the stop")
    (start,) = server.accounting(status="Start")
    assert (stop["session"], stop["user"], stop["cause"]) == (start["session"], "bob", "NAS-Error")
    assert 5 <= stop["input_packets"] < 30 and 5 * 28 <= stop["input"] < 5 * 28 + 1500
    assert 5 <= stop["output_packets"] < 30 and 5 * 28 <= stop["output"] < 5 * 28 + 1500
    lab.wait_until(lambda: len(server.accounting(status="Accounting-On")) == 2, "the next engine")
    assert [r["status"] for r in server.accounting()] == ["Accounting-On", "Start", "Stop", "Accounting-On"]


def test_outage(pair, processes, build):
    """No server answers while a call comes and goes, aaa dies, and l2tpd starts again: nothing is lost."""
    a, b = pair
    server = start_server(processes, a.namespace)
    lns = L2tpd(processes, build, a.namespace, "lns")
    config = radius_config(lns, server, radius="tries = 2")
    lns.start(config)
    caller = Caller(processes, b.namespace, a.ipv4)
    peer = caller.call("bob", "builder", "chap")
    lns.up()
    lab.wait_until(lambda: server.accounting(status="Start"), "the first start")
    server.stop()
    peer.process.stop()
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")
    # Its stop waits. The aaa process dies meanwhile, and what it had is on disk.
    lab.wait_until(lambda: lns.ask("show radius")[0]["acct_queued"] == 1, "the stop to be queued")
    before = lns.role("aaa")
    os.kill(before, signal.SIGKILL)
    lab.wait_until(lambda: lns.role("aaa") not in (None, before), "another aaa process")
    assert lns.stop() == 0
    server.start()
    lns.start(config)
    lab.wait_until(lambda: server.accounting(status="Stop"), "the stop of the run before")
    records = lab.wait_until(lambda: len(server.accounting(status="Accounting-On")) == 2 and sessions_of(server),
                             "the second Accounting-On")
    assert [[r["status"] for r in s] for s in records.values()] == [["Start", "Stop"]]
    (stop,) = server.accounting(status="Stop")
    assert stop["delay"] >= 0 and stop["cause"] == "User-Request"
    lab.wait_until(lambda: lns.ask("show radius")[0]["acct_queued"] == 0, "the queue to be empty")


class Calls:
    """Calls of an l2tpd of ours, by user; what the kernel had counted of each when it ended."""

    def __init__(self, lns, lac):
        self.lns, self.lac = lns, lac
        self.ids, self.counted = {}, {}

    def begin(self, *users):
        for user in users:
            self.lac.ask("add session", tunnel="upstream", ppp="dialout", name=user, user=user, password="builder")

        def here():
            found = {u["user"]: u for u in self.lns.ask("show users") if u["state"] == "up"}
            return set(users) <= set(found) and found
        found = lab.wait_until(here, f"{users} to be here")
        lab.wait_until(lambda: {s["session"] for s in self.lac.sessions() if s.get("ppp_state") == "up"} >= set(users),
                       f"{users} to know it")
        self.ids |= {user: found[user]["acct_session_id"] for user in users}

    @staticmethod
    def socket_at(daemon, session):
        with daemon.namespace.inside():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, session["ifname"].encode())
        sock.bind((session["local_ipv4"], 0))
        sock.settimeout(DEADLINE)
        return sock

    def carry(self, user, up, down):
        """So many datagrams from the caller and to it, and no frame more: nothing answers, nothing is asked again."""
        (ours,), (theirs,) = self.lns.sessions(user=user), self.lac.sessions(user=user)
        with self.socket_at(self.lns, ours) as here, self.socket_at(self.lac, theirs) as there:
            for count, out, into in (up, there, here), (down, here, there):
                for _ in range(count):
                    out.sendto(bytes(1000), into.getsockname())
                    into.recv(2000)

    def count(self, user):
        (session,) = self.lns.sessions(user=user)
        (link,) = json.loads(self.lns.namespace.run("ip", "-json", "-statistics", "link", "show", "dev",
                                                    session["ifname"]))
        self.counted[user] = [link["stats64"][way][what] for way in ("rx", "tx") for what in ("bytes", "packets")]

    def end(self, *users):
        for user in users:
            self.count(user)
            self.lac.ask("delete session", session=user)
        lab.wait_until(lambda: not {u["user"] for u in self.lns.ask("show users")} & set(users), f"{users} to be gone")


def test_both_dead(pair, processes, build):
    """
    No server answers while calls come, carry packets, report and go; then both do again, and know it all.

    It is no minute: what a longer one adds is more of the same steps. Each of them is waited for: both servers
    taken as dead, looked for in vain by their dead-time, the records tried again with a longer pause each time.
    """
    a, b = pair
    servers = [start_server(processes, a.namespace, "one"),
               start_server(processes, a.namespace, "two", auth_port=1912, acct_port=1913)]
    lns = L2tpd(processes, build, a.namespace, "lns")
    users = lns.users(*((name, "builder") for name in ("stays", "leaves", "comes", "passes")))
    # A request that is sent again, or to the other server, would be a record that came twice: once, and patiently.
    lns.start(radius_config(
        lns, *servers, radius="tries = 1", ppp=f'users-file = "{users}"\ninterim-interval = 1').replace(
            "timeout = 2", "timeout = 3"))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start('hostname = "our-lac"\nppp "dialout" { }\n')
    lac.ask("add tunnel", remote=a.ipv4, name="upstream")
    calls = Calls(lns, lac)

    def records(**where):
        return [r for s in servers for r in s.accounting(**where)]

    def state():
        return lns.ask("show radius")

    calls.begin("bob", "stays", "leaves")
    calls.carry("bob", 5, 3)
    lab.wait_until(lambda: len(records(status="Start")) == 3, "the first starts")
    lab.wait_until(lambda: records(status="Interim-Update"), "an interim record")

    # All that is sent to them is lost, and says nothing.
    a.namespace.netem("lo", "loss", "100%")
    calls.end("bob", "leaves")
    lab.wait_until(lambda: [r["acct"] for r in state()] == ["dead", "dead"], "both servers to be dead")
    lns.process.wait_for("no accounting server answers; records are kept until one does")
    asked = [r["acct_requests"] for r in state()]
    calls.begin("comes", "passes")
    calls.carry("passes", 7, 2)
    calls.carry("stays", 20, 20)
    calls.end("passes")
    lab.wait_until(lambda: all(r["acct_requests"] >= n + 2 for r, n in zip(state(), asked)), "two more attempts")
    # Two stops; start and stop of who only passed; a start; of the reports of those who stay and come the first
    # and the last, however many there were, perhaps one of who left.
    queued = lab.wait_until(lambda: (lambda n: n >= 8 and n)(state()[0]["acct_queued"]), "the reports of those who stay")
    assert queued <= 9
    assert not records(user="passes") and not records(status="Stop")
    back = int(time.time())
    a.namespace.run("tc", "qdisc", "delete", "dev", "lo", "root")
    for server in servers:
        lns.process.wait_for(f'radius "{server.name}": its accounting port answers again')
    lab.wait_until(lambda: len(records(status="Stop")) == 3 and records(status="Start", user="comes"), "what waited")
    calls.begin("eve")
    calls.carry("stays", 1, 1)
    calls.end("stays", "comes")
    lab.wait_until(lambda: len(records(status="Stop")) == 5 and state()[0]["acct_queued"] == 0, "all to be told")
    # What a server has twice was acknowledged twice. Reports go on, so the two are equal between one and the next;
    # they never are again once a server has a record whose acknowledgement was lost.
    lab.wait_until(lambda: sum(r["acct_responses"] for r in state()) == len(records()), "each record to be known")
    calls.count("eve")
    assert lns.stop() == 0
    lab.wait_until(lambda: records(status="Accounting-Off"), "Accounting-Off")

    assert len(records(status="Accounting-On")) == len(records(status="Accounting-Off")) == 1
    assert len(calls.ids) == 6
    sessions = {}
    for record in sorted(records(), key=lambda r: (r["stamp"], r["id"])):
        sessions.setdefault(record["session"], []).append(record)
    for user, session in calls.ids.items():
        said = sessions.pop(session)
        statuses = [r["status"] for r in said]
        assert statuses.count("Start") == statuses.count("Stop") == 1, (user, statuses)
        (start,) = (r for r in said if r["status"] == "Start")
        (stop,) = (r for r in said if r["status"] == "Stop")
        interims = [r for r in said if r["status"] == "Interim-Update"]
        assert {r["user"] for r in said} == {user} and len({r["address"] for r in said}) == 1
        assert [stop[n] for n in ("input", "input_packets", "output", "output_packets")] == calls.counted[user], user
        assert stop["input_high"] == stop["output_high"] == 0
        assert stop["cause"] == ("Admin-Reboot" if user == "eve" else "User-Request")
        assert abs(stop["stamp"] - start["stamp"] - stop["time"]) <= 1, (user, start, stop)
        # When it was, and not when a server was told.
        late = {"bob": [stop], "leaves": [stop], "passes": said, "comes": [start]}.get(user, [])
        assert all(r["stamp"] <= back <= r["stamp"] + r["delay"] for r in late), (user, late)
        # Counters only grow.
        grown = [r["input"] for r in interims] + [stop["input"]]
        assert grown == sorted(grown), (user, grown)
        # What was said later was known when there was somebody to be told.
        assert user != "passes" or not interims
    assert {r["status"] for s in sessions.values() for r in s} == {"Accounting-On", "Accounting-Off"}
