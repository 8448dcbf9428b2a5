# SPDX-License-Identifier: GPL-2.0-or-later
"""README's example against Debian's FreeRADIUS as it is installed, which signs no reply by itself."""

import re
import subprocess

import pytest

import lab
from lab.debian_radius import DebianRadius, additions
from lab.fixtures import TOP
from lab.l2tpd import L2tpd
from lab.process import DEADLINE
from test_radius import Caller, hang_up

pytestmark = pytest.mark.any_kernel

SECRET = "what is in radius.secret"
NO_SIGNATURE = ("its replies have no Message-Authenticator: let the server send it (FreeRADIUS: update reply "
                "{ Message-Authenticator := 0x00 } in post-auth), or set require-message-authenticator = false")


def examples(document):
    """The blocks of code, without their margin."""
    return [re.sub("(?m)^    ", "", block).strip() + "\n" for block in re.findall(r"(?m)(?:^(?:    .*)?\n)+", document)]


def section(text, head):
    """A section with all that is in it, as a block ends at the margin."""
    return re.search(rf"(?ms)^{re.escape(head)} \{{(?:[^\n]*\}}$|.*?^\}}$)", text).group()


def readme_config(lns, own, callers):
    """A server's example, with RADIUS: its addresses are ours, its secrets in files of ours."""
    readme = (TOP / "README.md").read_text()
    (server,) = [e for e in examples(readme) if 'lns "subscribers"' in e]
    (radius,) = [e for e in examples(readme) if e.startswith('radius "one"')]
    text = server.replace(section(server, 'ppp "isp"'), "") + radius
    for name, secret in (("radius.secret", SECRET), ("coa.secret", "noc"), ("lac.secret", "tunnel")):
        assert f"/etc/l2tpd/{name}" in text
        text = text.replace(f"/etc/l2tpd/{name}", lns.secret(secret, name))
    assert '"192.0.2.10"' in text
    return f'state-dir = "{lns.run}.state"\n' + text.replace('"192.0.2.10"', f'"{own}"').replace(
        "192.0.2.0/24", f"{callers}/32")


def ctl(lns, *words, typed=""):
    done = subprocess.run([lns.build / "l2tpctl", "--runtime-dir", lns.run, *words], input=typed, capture_output=True,
                          text=True, timeout=DEADLINE, check=False)
    return done.returncode, done.stdout + done.stderr


def asks(lns, password="wonderland"):
    return ctl(lns, "test", "aaa", "alice", typed=f"{password}\n")


def signature(lns):
    return lns.ask("show radius", server="one")[0]["message_authenticator"]


def call(pair, processes, lns):
    """A call as of the example's callers, and its end."""
    a, b = pair
    caller = Caller(processes, b.namespace, a.ipv4)
    peer = caller.call("alice", "wonderland", "mschapv2", secrets="* * tunnel\n")
    (session,) = lns.up()
    assert session["user"] == "alice"
    assert lab.ping(a.namespace, session["remote_ipv4"]) is not None
    hang_up(lns, peer)


def check_required(lns):
    """By who requires what the server does not send: the reason and both ways out, wherever one looks."""
    code, said = asks(lns)
    assert code == 1
    assert f'user "alice" cannot be asked for: no RADIUS server answers (one, two): "one": {NO_SIGNATURE}' in said
    lns.process.wait_for(re.escape(f'radius "one": its authentication port is taken as dead: {NO_SIGNATURE}'))
    (record,) = lns.ask("show radius", server="one")
    assert (record["auth"], record["last_error"]) == ("dead", NO_SIGNATURE)
    assert "answers again" not in lns.process.text()


def test_as_installed(pair, processes, build):
    """A client section and a user are all that it takes; two lines more and it is held to signing."""
    a, b = pair
    server = DebianRadius(processes, a.namespace, SECRET, address=a.ipv4)
    parts = additions((TOP / "README.md").read_text())
    assert [p[0] for p in parts] == ["clients.conf", "mods-config/files/authorize", *["sites-available/default"] * 2]
    for file, where, text in parts[:2]:
        server.add(file, where, text.replace("192.0.2.1", f"{a.ipv4}/24"))
    server.start()
    lns = L2tpd(processes, build, a.namespace, "lns")
    config = readme_config(lns, a.ipv4, b.ipv4)
    strict = L2tpd(processes, build, b.namespace, "strict")
    strict_config = readme_config(strict, a.ipv4, b.ipv4).replace(
        'radius "one" {', 'radius "one" { require-message-authenticator = true  dead-time = 1  ')
    lns.start(config)
    code, said = asks(lns)
    assert code == 0, said
    assert "accepted" in said and "one" in said
    lns.process.wait_for(r'radius "one": its replies have no Message-Authenticator, so that .*\(Blast-RADIUS\)')
    assert signature(lns) == "missing"
    call(pair, processes, lns)
    strict.start(strict_config)
    check_required(strict)
    # The two lines.
    server.stop()
    for part in parts[2:]:
        server.add(*part)
    server.start()
    assert asks(lns)[0] == 0
    assert signature(lns) == signature(strict) == "required"
    lab.wait_until(lambda: asks(strict)[0] == 0, "the one that requires it to be served as well")
    code, said = asks(lns, password="wrong")
    assert code == 1
    assert 'user "alice" is refused: the RADIUS server "one" rejected it' in said
