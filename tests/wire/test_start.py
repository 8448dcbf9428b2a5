# SPDX-License-Identifier: GPL-2.0-or-later
"""A start that fails says why in its last line, whichever process found out; a log that nobody reads."""

import contextlib
import os
import re
import signal
import socket

import pytest

import lab
from lab.l2tpd import L2tpd

PPP = 'ppp "x" { backend = "none" }\n'


@pytest.fixture
def daemon(processes, build):
    return L2tpd(processes, build, None, "l2tpd")


def cause(d, config, *options):
    """The last line of a start that fails, without what is before its cause."""
    d.start(config + PPP, "--dataplane", "null", *options, wait=False)
    assert d.process.wait() == 1
    *_, last = d.process.text().splitlines()
    head, _, rest = last.partition(" did not start: ")
    assert head == "l2tpd monitor: error: l2tpd", last
    return rest


def test_secret(daemon):
    path = daemon.write("open.secret", "s3cret\n", 0o644)
    said = cause(daemon, 'listen { address = "127.0.0.1" port = 17013 }\n'
                 f'lns "all" {{ ppp = "x" tunnel-secret-file = "{path}" }}\n')
    assert said.startswith('lns "all": its secret file cannot be used: ') and "chmod 600" in said


def test_address_that_is_not_here(daemon):
    said = cause(daemon, 'listen { address = "192.0.2.1" }\nlns "all" { ppp = "x" }\n')
    assert said == "listen: 192.0.2.1:1701: Cannot assign requested address"


def test_port_of_another(daemon):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
        said = cause(daemon, f'listen {{ address = "127.0.0.1" port = {port} }}\nlns "all" {{ ppp = "x" }}\n')
    assert said.startswith(f"listen: 127.0.0.1:{port}: another program has UDP port {port}")


def test_runtime_dir(daemon):
    daemon.run = daemon.write("file", "") + "/run"
    os.makedirs(os.path.dirname(daemon.path("x")), exist_ok=True)
    conf = daemon.path("conf")
    daemon.write = lambda file, text, mode=0o644: (open(conf, "w").write(text), conf)[1]
    said = cause(daemon, "")
    assert said.startswith(f"{daemon.run}: cannot be made: Not a directory; name another with --runtime-dir")


def fill(fd):
    """Writes to a pipe until it takes no byte more."""
    for size in 4096, 1:
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(fd, b"x" * size)


def test_nobody_reads_the_log(daemon, processes, tmp_path):
    """All of them go on though stderr is full; then each says how much of its log is missing."""
    fifo = tmp_path / "stderr"
    os.mkfifo(fifo)
    with open(os.open(fifo, os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as log:
        stderr = os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        daemon.process = processes.start(
            "sh", "-c", f'exec "$0" "$@" 2>{fifo}', daemon.build / "l2tpd", "-f", daemon.write("conf", PPP),
            "--foreground", "--dataplane", "null", "--runtime-dir", daemon.run, name="l2tpd")
        lab.wait_until(lambda: os.path.exists(f"{daemon.run}/control.sock") and daemon.status(), "it to serve")

        def restart_aaa():
            """The monitor and the engine have lines about it."""
            old = daemon.role("aaa")
            os.kill(old, signal.SIGKILL)
            lab.wait_until(lambda: daemon.role("aaa") not in (old, None), "another aaa process")
        fill(stderr)
        restart_aaa()
        assert daemon.status()["tunnels"] == 0
        seen = b""
        while log.read(65536):
            pass
        restart_aaa()

        def said(name):
            nonlocal seen
            seen += log.read(65536) or b""
            return re.search(rb"^l2tpd %b: .* lines before this one were lost\)$" % name, seen, re.M)
        lab.wait_until(lambda: said(b"monitor"), "the monitor to say what it lost")
        lab.wait_until(lambda: said(b"engine"), "the engine to say what it lost")
        assert daemon.process.stop() == 0
        os.close(stderr)
