# SPDX-License-Identifier: GPL-2.0-or-later
"""TACACS+: the lab's server checked by another's client and decoder, and l2tpd with servers that fail.

The client is Debian's libauthen-tacacsplus-perl, the decoder tshark.
"""

import json
import re
import subprocess
import time

import pytest

import lab
from lab import tacacs
from lab.l2tpd import CommandError, L2tpd
from lab.tacacs import Tacacs, User

PERL = """
use Authen::TacacsPlus;
my ($port, $key, $type, $user, $password) = @ARGV;
my $t = new Authen::TacacsPlus(Host => "127.0.0.1", Port => $port, Key => $key, Timeout => 10) or die "no connection";
print $t->authen($user, pack("H*", $password), $type) ? "yes" : "no";
"""


@pytest.fixture
def server():
    with Tacacs(port=0) as s:
        s.users["alice"] = User("wonderland", "addr=10.64.7.7", "timeout=60", "inacl=101")
        s.users["eve"] = User("apple", authorized=False)
        s.users["mad"] = User("hatter", "callback-line=7")
        yield s


@pytest.fixture
def daemon(processes, build):
    """daemon(servers, ppp keys): an l2tpd whose profile asks them."""
    def make(servers, ppp="", keys="timeout = 2 dead-time = 600", secret=tacacs.SECRET):
        d = L2tpd(processes, build, None, "lns")
        file = d.secret(secret)
        names = ", ".join(f'"{s.name}"' for s in servers)
        sections = "".join(s.config(s.name, file, keys) for s in servers)
        return d.start(f'hostname = "lns"\nstate-dir = "{d.path("state")}"\n{sections}'
                       f'ppp "isp" {{ auth = {{ "mschapv2", "chap", "pap" }} tacacs = {{ {names} }} {ppp} }}\n',
                       "--dataplane", "null")
    return make


def perl(server, method, user, password, key=tacacs.SECRET):
    done = subprocess.run(["perl", "-e", PERL, str(server.port), key, str(method), user, password.hex()],
                          capture_output=True, text=True, timeout=60, check=False)
    return done.stdout


def ask_once(d, user, password, method):
    try:
        (record,) = d.ask("test aaa", user=user, password=password, method=method)
    except CommandError as e:
        return None, str(e)
    return record, None


def asks(d, user, password, method="pap"):
    """
    (the record, None), or (None, the sentence) of what is refused. One that has just started may not have read its
    secret, and says so without asking anybody.
    """
    def answer():
        found = ask_once(d, user, password, method)
        return "secret is not known yet" not in (found[1] or "") and found
    return lab.wait_until(answer, "the secret to be read")


def state(d, server="tacacs"):
    (record,) = d.ask("show tacacs", server=server)
    return record


# ---- the server of the lab is one ----

def test_perl(server):
    """By PAP, CHAP and word by word, right and wrong, and with another secret."""
    for method in tacacs.PAP, tacacs.ASCII:
        assert perl(server, method, "alice", b"wonderland") == "yes"
        assert perl(server, method, "alice", b"wonderful") == "no"
    chap = b"\7" + b"0123456789abcdef"
    right = tacacs.hashlib.md5(b"\7wonderland" + chap[1:]).digest()
    assert perl(server, tacacs.CHAP, "alice", chap + right) == "yes"
    assert perl(server, tacacs.CHAP, "alice", chap + bytes(16)) == "no"
    assert perl(server, tacacs.PAP, "nobody", b"wonderland") == "no"
    assert perl(server, tacacs.PAP, "alice", b"wonderland", key="other") == "no"


def tshark(path, *options):
    return subprocess.run(["tshark", "-n", "-r", path, "-o", f"tacplus.key:{tacacs.SECRET}", *options],
                          capture_output=True, text=True, check=True).stdout


def test_tshark(server, daemon, logs):
    """What l2tpd and the server say is TACACS+ to tshark, which reads it with the key."""
    d = daemon([server])
    for method in "pap", "chap", "mschapv2":
        assert asks(d, "alice", "wonderland", method)[0]["result"] == "accepted"
    path = str(logs / "tacacs.pcap")
    tacacs.write_pcap(path, server.raw)
    assert not tshark(path, "-Y", "_ws.malformed || tacplus.packet_len.invalid || tacplus.bogus_data")
    fields = tshark(path, "-Y", "tacplus", "-T", "fields", "-e", "tacplus.type", "-e", "tacplus.authentication_type",
                    "-e", "tacplus.user", "-e", "tacplus.service").splitlines()
    assert len(fields) == sum(map(len, server.raw))
    starts = [f.split("\t") for f in fields if f.startswith("1\t") and f.split("\t")[1]]
    assert [s[1] for s in starts] == ["2", "3", "6"]
    assert all(s[2:] == ["alice", "3"] for s in starts)
    text = tshark(path, "-V")
    assert "wonderland" in text and "service=ppp" in text and "addr=10.64.7.7" in text


# ---- l2tpd asks it ----

def test_asked(server, daemon):
    d = daemon([server])
    record, _ = asks(d, "alice", "wonderland", "mschapv2")
    assert (record["server"], record["remote_ipv4"], record["session_timeout_s"]) == ("tacacs", "10.64.7.7", 3600)
    assert record["attributes"] == ["addr=10.64.7.7", "timeout=60", "inacl=101"]
    assert asks(d, "alice", "wonderful")[1] == 'user "alice" is refused: the TACACS+ server "tacacs" rejected it: go away'
    assert "does not authorize PPP for it" in asks(d, "eve", "apple")[1]
    assert ('demands what cannot be had: callback-line=7: l2tpd does not apply it; with \'*\' in place of \'=\' it would '
            "be left out") in asks(d, "mad", "hatter")[1]
    d.process.wait_for('access list "101": it restricts the caller, and is not applied')
    start, author = server.of("start")[0], server.of("author")[0]
    assert (start["version"], start["type"], start["service"], start["user"]) == (0xc1, tacacs.MSCHAPV2, 3, "alice")
    assert (author["version"], author["method"], author["args"]) == (0xc0, 6, ["service=ppp", "protocol=ip"])
    shown = state(d)
    assert (shown["state"], shown["authen_passes"], shown["authen_fails"]) == ("alive", 3, 1)
    assert (shown["author_passes"], shown["author_fails"], shown["single_connection"]) == (2, 1, True)
    # all of it, and that l2tpd started, on one
    lab.wait_until(lambda: server.accounting, "the start of l2tpd to be accounted")
    assert server.connections == 1
    with pytest.raises(CommandError, match='there is no tacacs section "other"'):
        d.ask("show tacacs", server="other")


def test_system_accounting(server, daemon):
    d = daemon([server], ppp="accounting = true")
    lab.wait_until(lambda: server.accounting, "the start of l2tpd to be accounted")
    d.process.stop()
    lab.wait_until(lambda: len(server.accounting) == 2, "the end of l2tpd to be accounted")
    on, off = server.accounting
    assert (on["flags"], on["service"], on["event"], on["reason"]) == (2, "system", "sys_acct", "start")
    assert (off["flags"], off["reason"]) == (4, "stop")


def test_not_shared(server, daemon):
    """A server that does not agree has a connection for each request."""
    server.shares = False
    d = daemon([server])
    for _ in range(3):
        assert asks(d, "alice", "wonderland")[0]
    lab.wait_until(lambda: server.accounting, "the start of l2tpd to be accounted")
    assert server.connections == len(server.requests)
    assert "single_connection" not in state(d)


# ---- servers that fail ----

def lying(reply, _):
    """A length in the body, by what hides it still in its place."""
    at = tacacs.HEADER.size + 3
    return reply[:at] + bytes([reply[at] ^ 0x20]) + reply[at + 1:]


def endless(reply, _):
    return reply[:8] + b"\x7f\xff\xff\xff" + reply[12:]


def middle(reply, connection):
    connection.sendall(reply[:tacacs.HEADER.size + 1])
    connection.shutdown(tacacs.socket.SHUT_RDWR)
    raise EOFError


def silent(_reply, _connection):
    time.sleep(30)
    return b""


def plain(reply, _):
    return reply[:3] + bytes([reply[3] | tacacs.UNENCRYPTED]) + reply[4:]


@pytest.mark.parametrize("spoil, why", [
    (lying, "the lengths in its body do not fit: the shared secret differs, or it is broken"),
    (endless, "it is longer than 16384 bytes"),
    (middle, "it closed the connection without an answer"),
    (silent, "it did not answer within 2.0 s, and never did"),
    (plain, "it is not obfuscated, which is never taken"),
])
def test_fails(server, daemon, spoil, why):
    """Alone it is told why; with another one behind it the user comes in."""
    server.spoil = spoil
    with Tacacs(name="other", port=0) as other:
        other.users["alice"] = User("wonderland")
        d = daemon([server, other], ppp="accounting = false")
        record, _ = asks(d, "alice", "wonderland")
        assert record["server"] == "other"
        shown = state(d)
        assert shown["state"] == "dead" and why in shown["last_error"]
        d.process.wait_for(re.escape('tacacs "tacacs": it is taken as dead: ') + ".*" + re.escape(why))
        # Nobody waits for it again.
        began = time.monotonic()
        assert asks(d, "alice", "wonderland")[0]["server"] == "other"
        assert time.monotonic() - began < 2
        other.stop()
        _, sentence = asks(d, "alice", "wonderland")
        assert sentence.startswith('user "alice" cannot be asked for: no TACACS+ server answers (tacacs, other): "tacacs": ')


def test_wrong_secret(server, daemon):
    """The server hangs up on what it cannot read."""
    d = daemon([server], ppp="accounting = false", secret="another")
    _, sentence = asks(d, "alice", "wonderland")
    assert "no TACACS+ server answers (tacacs): it closed the connection without an answer" in sentence


def test_gone(daemon):
    """Nothing listens there."""
    with Tacacs(port=0) as server:
        pass
    d = daemon([server], ppp="accounting = false")
    _, sentence = asks(d, "alice", "wonderland")
    assert "it cannot be connected to: Connection refused" in sentence
    server.users["alice"] = User("wonderland")
    with server:
        assert asks(d, "alice", "wonderland")[0]["server"] == "tacacs"
    assert json.dumps(state(d))


def test_outage(server, daemon):
    """Records wait for the server, and for the next l2tpd."""
    port = server.port
    server.stop()
    d = daemon([server], keys="timeout = 2 dead-time = 0.5")
    lab.wait_until(lambda: state(d)["acct_queued"] == 1, "a record to be kept")
    with Tacacs(port=port) as again:
        lab.wait_until(lambda: again.accounting, "the record to be sent")
        assert state(d)["acct_queued"] == 0
        assert again.accounting[0]["reason"] == "start"
