# SPDX-License-Identifier: GPL-2.0-or-later
"""Many calls at once, by the load generator, and what l2tpctl says of them."""

import json
import re
import socket
import subprocess

import pytest

import lab
from lab.l2tpd import L2tpd

CONFIG = """
hostname = "our-lns"
max-calls-in-setup = 100000
listen {{ address = "127.0.0.1" port = {port} }}
lns "all" {{ {secret} ppp = "isp" retransmit-tries = 12 max-calls-in-setup = 0 }}
ppp "isp" {{ backend = "none" }}
"""


class Lns(L2tpd):
    """An LNS on loopback, and programs that call it or ask it."""

    def serve(self, secret=None):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        key = f'tunnel-secret-file = "{self.secret(secret)}"' if secret else ""
        self.start(CONFIG.format(port=self.port, secret=key), "--dataplane", "null")
        return self

    def load_command(self, *arguments):
        return [self.build / "tests/bench/l2tp-load", *map(str, arguments),
                f"127.0.0.1:{self.port}"]

    def load(self, *arguments, status=0):
        done = subprocess.run(self.load_command("--json", "--quiet", *arguments),
                              stdout=subprocess.PIPE, text=True, check=False, timeout=120)
        assert done.returncode == status
        return json.loads(done.stdout)

    def ctl(self, *words):
        return subprocess.run([self.build / "l2tpctl", "--runtime-dir", self.run, *words],
                              stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.fixture
def lns(processes, build):
    return Lns(processes, build, name="lns", level="notice")


def test_many_calls_made_and_cleared(lns):
    lns.serve("s3cret")
    r = lns.load("--tunnels", 10, "--calls", 2000, "--secret", "s3cret", "--hide",
                 "--pid", f"engine={lns.role('engine')}")
    assert (r["tunnels"], r["calls"], r["calls_cleared"], r["failures"]) == (10, 2000, 2000, {})
    assert r["processes"]["engine"]["cpu_s_calls"] > 0
    assert lns.status()["calls_up"] == 2000
    assert not lns.sessions() and not lns.tunnels()


def test_held_calls_as_l2tpctl_shows_them(lns, processes):
    lns.serve()
    load = processes.start(*lns.load_command("--mode", "hold", "--tunnels", 3, "--calls", 300,
                                             "--hold", 3600, "--hostname", "lac7"), name="load")
    up = "established"
    lab.wait_until(lambda: sum(s["state"] == up for s in lns.sessions()) == 300,
                   "300 calls to be up")

    head, *rows = lns.ctl("show", "tunnels").splitlines()
    assert head.split()[:4] == ["TUNNEL", "STATE", "TUNNEL-ID", "PEER-TUNNEL-ID"]
    assert len(rows) == 3 and all(r.split()[6:8] == ["lac7", "100"] for r in rows)

    assert len(lns.ctl("sh", "ses").splitlines()) == 301
    records = json.loads(lns.ctl("--json", "show", "sessions", "tunnel", rows[0].split()[2]))
    assert len(records) == 100 and {r["state"] for r in records} == {up}

    one = records[0]
    page = lns.ctl("show", "sessions", "tunnel", str(one["tunnel_id"]), "session",
                   str(one["session_id"]))
    assert re.search(rf"^  Peer's id: +{one['peer_session_id']}$", page, re.M)

    lns.ctl("delete", "tunnel", str(one["tunnel_id"]))
    lab.wait_until(lambda: len(lns.sessions()) == 200, "a tunnel's calls to be gone")
    load.stop()


def test_lost_packets_are_sent_again(lns):
    lns.serve()
    r = lns.load("--tunnels", 20, "--calls", 100, "--loss", 5, "--tries", 12)
    assert (r["tunnels"], r["calls"]) == (20, 100) and r["retransmitted"] > 0


def test_causes_are_counted(lns):
    lns.serve("s3cret")
    r = lns.load("--tunnels", 4, "--calls", 10, "--secret", "another", status=1)
    (cause, count), = r["failures"].items()
    assert count == 4 and "not authorized" in cause
    assert r["calls"] == 0
