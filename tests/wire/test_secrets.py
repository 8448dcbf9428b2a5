# SPDX-License-Identifier: GPL-2.0-or-later
"""Files of secrets that are rewritten while l2tpd runs: read again, and with an old one beside, one end at a time."""

import contextlib
import os
import types

import pytest

import lab
from lab.l2tpd import L2tpd
from lab.radius import BadRadius, reply
from test_daemon import NULL, free_port, lac_text, lns_text, up

ACCEPT = 2


@pytest.fixture
def daemon(processes, build):
    def make(name):
        return L2tpd(processes, build, name=name)
    return make


def caller(daemon, name, port, secret):
    lac = daemon(name)
    lac.start(lac_text(port, lac.secret(secret)).replace("our-lac", name), *NULL)
    return lac


def old_secrets(lns):
    """Who is up, and who of them has the old secret."""
    return {t["peer_hostname"]: "old_secret" in t for t in lns.tunnels() if t["state"] == "established"}


def test_callers_move_one_by_one(daemon):
    """The LNS gets a new secret; a caller that has not is let in as well, and moves without a restart."""
    port = free_port()
    lns = daemon("lns")
    lns.start(lns_text(port, lns.secret("first"), lns=f'old-secret-file = "{lns.secret("none", "old")}"'), *NULL)
    one = caller(daemon, "one", port, "first")
    up(one, 1)
    lns.secret("first", "old")
    lns.secret("second")
    for which in "secret", "old secret":
        lns.process.wait_for(f'lns "all": its {which} file has another secret now; it counts for the next tunnel')
    # What is up stays, who has not moved comes in, and who has as well.
    two = caller(daemon, "two", port, "first")
    three = caller(daemon, "three", port, "second")
    for lac in one, two, three:
        up(lac, 1)
    assert old_secrets(lns) == {"one": False, "two": True, "three": False}
    two.secret("second")
    two.process.wait_for('lac "upstream": its secret file has another secret now')
    (tunnel,) = [t for t in lns.tunnels() if t["peer_hostname"] == "two"]
    lns.ask("delete tunnel", tunnel=str(tunnel["tunnel_id"]))
    lab.wait_until(lambda: old_secrets(lns) == {"one": False, "two": False, "three": False}, "the second to have moved")


def test_file_that_cannot_be_used(daemon):
    """It is said, and what was read before stays."""
    port = free_port()
    lns = daemon("lns")
    path = lns.secret("first")
    lns.start(lns_text(port, path), *NULL)
    os.chmod(path, 0o644)
    lns.process.wait_for('lns "all": its secret file cannot be used: .*chmod 600.*; what was read before stays')
    up(caller(daemon, "lac", port, "first"), 1)


def test_radius(daemon):
    """A server's secret changes at both ends, and no reply is lost to that."""
    lns = daemon("lns")
    port, acct = free_port(), free_port()
    secret = "first"
    with BadRadius(types.SimpleNamespace(inside=contextlib.nullcontext),
                   lambda request: [reply(ACCEPT, request, secret=secret)], name="one", auth_port=port) as server:
        lns.start(f"""
ppp "isp" {{ auth = {{ "pap" }} radius = {{ "one" }} accounting = false }}
radius "one" {{ address = "{server.address}" auth-port = {port} acct-port = {acct}
    secret-file = "{lns.secret(secret)}" }}
""", *NULL)
        assert lns.ask("test aaa", user="alice", password="x")[0]["result"] == "accepted"
        secret = "second"
        lns.secret(secret)
        lns.process.wait_for('radius "one": its secret-file has another secret now')
        assert lns.ask("test aaa", user="alice", password="x")[0]["result"] == "accepted"
    assert lns.ask("show radius")[0]["bad_replies"] == 0
