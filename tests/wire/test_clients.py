# SPDX-License-Identifier: GPL-2.0-or-later
"""Local clients that take all places: idle ones go, and root's places stay root's."""

import contextlib
import json
import os
import socket

import pytest

import lab
from lab.l2tpd import L2tpd

PLACES, ROOTS = 256, 16
CONFIG = 'ppp "x" { backend = "none" }\n'
NOBODY = 65534

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="asks as root and as another user")


@pytest.fixture
def daemon(processes, build):
    d = L2tpd(processes, build, None, "l2tpd").start(CONFIG, "--dataplane", "null")
    os.chmod(f"{d.run}/control.sock", 0o666)
    os.chmod(d.run, 0o755)
    return d


@pytest.fixture
def held():
    with contextlib.ExitStack() as stack:
        yield stack


def connect(daemon, held, count, user=None):
    """That many connections, which have asked for nothing; as a user, or as whoever runs the test."""
    found = []
    with contextlib.ExitStack() as back:
        if user is not None:
            os.seteuid(user)
            back.callback(os.seteuid, 0)
        for _ in range(count):
            s = held.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            # With a timeout it would not wait for room among those that are not let in yet.
            s.connect(f"{daemon.run}/control.sock")
            s.settimeout(lab.process.DEADLINE)
            found.append(s)
    return found


def answer(s):
    """What a connection is answered: a line, or "" when it was closed."""
    with contextlib.suppress(BrokenPipeError):
        s.sendall(b'{"command": "show status"}\n')
    try:
        return s.recv(65536).decode().partition("\n")[0]
    except ConnectionResetError:
        return ""


def let_in(connections):
    """Waits until all are in, which only an answer shows."""
    return [answer(s) for s in connections]


def served(daemon, connections):
    return all("record" in json.loads(line or "{}") for line in let_in(connections))


def test_idle_ones_go_first(daemon, held):
    """The one that has been silent longest makes room, once it has been so for a second."""
    places = PLACES if os.geteuid() == 0 else PLACES - ROOTS
    first, *others = connect(daemon, held, places)
    assert served(daemon, [first] + others)

    def in_place_of_one():
        (s,) = connect(daemon, held, 1)
        return "record" in answer(s)
    lab.wait_until(in_place_of_one, "a newcomer to be served")
    assert first.recv(1) in (b"", b"{") and answer(first) == ""
    daemon.process.wait_for(f"all {places} places of local clients are taken, one by "
                            f"process {os.getpid()} of user {os.geteuid()}: idle ones are closed")
    assert daemon.process.text().count("places of local clients") == 1


@root_only
def test_places_of_root(daemon, held):
    """However busy others are, root is served; and others never have its places."""
    others = connect(daemon, held, PLACES - ROOTS, NOBODY)
    assert served(daemon, others)
    (s,) = connect(daemon, held, 1, NOBODY)
    for one in others:
        one.sendall(b'{"command": "show status"}\n')
    line = answer(s)
    assert "record" in line or "no place for another local client" in line
    assert served(daemon, connect(daemon, held, ROOTS))
    assert daemon.status()["tunnels"] == 0, "an idle one of another user goes for it"


@root_only
def test_root_is_not_sent_away_by_others(daemon, held):
    mine = connect(daemon, held, ROOTS)
    assert served(daemon, mine)
    theirs = connect(daemon, held, PLACES - ROOTS, NOBODY)
    assert served(daemon, theirs)
    lab.wait_until(lambda: "record" in answer(connect(daemon, held, 1, NOBODY)[0]), "an idle one of theirs to go")
    assert served(daemon, mine)
