# SPDX-License-Identifier: GPL-2.0-or-later
"""CoA-Request and Disconnect-Request by Debian's radclient, on callers that the users file knows."""

import contextlib
import re
import subprocess
import time

import pytest

import lab
from lab.fixtures import TOP
from lab.l2tpd import L2tpd, lns_config
from lab.radius import SECRET as RADIUS_SECRET
from lab.radius import FreeRadius

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

SECRET = "coa-secret"
USERS = ("alice", "wonderland"), ("bob", "builder")


class Client:
    """radclient in a namespace: one request, and what came back."""

    def __init__(self, namespace, server, secret=SECRET):
        self.namespace, self.server, self.secret = namespace, server, secret

    def send_all(self, what, *requests, secret=None, tries=3, signed=True):
        """Requests of one kind, each a list of attributes; for each (ACK or NAK, its Error-Cause's name or None)."""
        end = ["Message-Authenticator = 0x00"] if signed else []
        text = "\n\n".join("\n".join([*attributes, *end]) for attributes in requests)
        with self.namespace.inside():
            done = subprocess.run(["radclient", "-x", "-r", str(tries), "-t", "2", self.server, what,
                                   secret or self.secret], input=text + "\n", text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        answers = []
        for said in done.stdout.split("Received ")[1:]:
            said = said.split("Sent ")[0]
            assert "Message-Authenticator" in said, done.stdout
            cause = re.search(r"Error-Cause = ([\w-]+)", said)
            answers.append((re.match(r"(?:CoA|Disconnect)-(ACK|NAK)", said)[1], cause and cause[1]))
        assert len(answers) == len(requests) or "No reply from server" in done.stdout, done.stdout
        return answers

    def send(self, what, *attributes, **kwargs):
        """The answer to one request; (None, None) without any."""
        return (self.send_all(what, attributes, **kwargs) or [(None, None)])[0]


def coa_sections(lns, *addresses, secret=SECRET, keys=""):
    listed = ", ".join(f'"{a}"' for a in addresses)
    return f'coa "desk" {{ from-address = {{ {listed} }} secret-file = "{lns.secret(secret, "coa")}" {keys} }}\n'


def callers(lac, server, *users):
    """A configuration that calls once for each user."""
    text = 'hostname = "our-lac"\nppp "dialout" { }\n' + f'lac "upstream" {{ server = "{server}"\n'
    for n, (user, password) in enumerate(users):
        text += (f'session "s{n}" {{ user = "{user}" password-file = "{lac.secret(password, f"pw{n}")}" '
                 'ppp = "dialout" persist = false }\n')
    return text + "}\n"


@pytest.fixture
def calls(pair, processes, build):
    """An LNS that heeds a client, with alice once and bob twice; the client."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    script = lns.write("ip-up", "#!/bin/sh\n"
                       f'echo "$L2TPD_ACCT_SESSION_ID" > "{lns.run}.id.$L2TPD_SESSION_ID"\n', 0o755)
    lns.start(lns_config(lns.users(*USERS), ppp=f'ip-up = "{script}"', extra=coa_sections(lns, b.ipv4, b.ipv6)))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(callers(lac, a.ipv4, USERS[0], USERS[1], USERS[1]))
    lns.up(3)
    return lns, lac, Client(b.namespace, f"{a.ipv4}:3799")


def sessions_of(lns, user):
    return [s for s in lns.sessions() if s.get("user") == user and s.get("ppp_state") == "up"]


def wait_gone(lns, user, left=0):
    lab.wait_until(lambda: len([s for s in lns.sessions() if s.get("user") == user]) == left,
                   f"{user}'s sessions to go")


def acct_id(lns, session):
    """Its Acct-Session-Id, as the operator's program was told."""
    def told():
        with contextlib.suppress(FileNotFoundError), open(f"{lns.run}.id.{session['session_id']}") as f:
            return f.read().strip()
    return lab.wait_until(told, "ip-up to be told of the session")


def documented(document, what):
    """A document's line with radclient, its backslashes as they are typed."""
    text = (TOP / document).read_text(encoding="utf-8").replace("|\n    radclient", "| radclient")
    text = text.replace("\\e", "\\").replace("\\-", "-")
    (line,) = (match for match in re.findall(r"printf '.*radclient.*", text) if match.endswith(what))
    return line


def test_documented(calls):
    """The lines of README and manual, as they stand there but for the server's address and the secret's folder."""
    lns, _, client = calls
    secret = lns.write("coa.secret", SECRET + "\n", 0o600)

    def run(line):
        line = line.replace("192.0.2.1:3799", client.server).replace("coa.secret", secret)
        with client.namespace.inside():
            return subprocess.run(line, shell=True, text=True, check=False, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT)
    done = run(documented("README.md", "coa"))
    assert done.returncode == 0, done.stdout
    (alice,) = sessions_of(lns, "alice")
    assert 500 < alice["session_left_s"] <= 600
    done = run(documented("README.md", "disconnect"))
    assert done.returncode == 0, done.stdout
    wait_gone(lns, "alice")
    assert documented("Documentation/l2tpd.conf.5", "disconnect") == documented("README.md", "disconnect")


def test_disconnect(calls):
    """By session id, address, port and user; all that match go, and nobody else."""
    lns, lac, client = calls
    one, two = sessions_of(lns, "bob")
    assert client.send("disconnect", f'Acct-Session-Id = "{acct_id(lns, one)}"') == ("ACK", None)
    wait_gone(lns, "bob", 1)
    assert [s["session_id"] for s in sessions_of(lns, "bob")] == [two["session_id"]]
    lac.process.wait_for(r"disconnected by desk \(Disconnect-Request\)")
    # Every attribute must be true of the session.
    (alice,) = sessions_of(lns, "alice")
    assert client.send("disconnect", 'User-Name = "alice"', f'Framed-IP-Address = {two["remote_ipv4"]}') == (
        "NAK", "Session-Context-Not-Found")
    assert client.send("disconnect", f'Framed-IP-Address = {two["remote_ipv4"]}', 'User-Name = "bob"') == ("ACK", None)
    wait_gone(lns, "bob")
    assert len(sessions_of(lns, "alice")) == 1
    assert client.send("disconnect", 'User-Name = "alice"', 'NAS-Identifier = "our-lns"',
                       f'NAS-Port = {alice["tunnel_id"] << 16 | alice["session_id"]}') == ("ACK", None)
    wait_gone(lns, "alice")
    lab.wait_until(lambda: lab.l2tp_objects(lns.namespace)[1] == [], "the kernel's sessions to go")
    assert client.send("disconnect", 'User-Name = "alice"') == ("NAK", "Session-Context-Not-Found")
    lns.process.wait_for(r'coa "desk" \(\S+\): Disconnect-Request for user "alice".*: 1 session disconnected')


def test_disconnect_user_ipv6(pair, calls):
    """A user with two sessions loses both, asked for over IPv6; a port and a caller without a number are found."""
    lns, _, client = calls
    client.server = f"[{pair[0].ipv6}]:3799"
    assert client.send("disconnect", 'User-Name = "bob"') == ("ACK", None)
    wait_gone(lns, "bob")
    assert len(sessions_of(lns, "alice")) == 1
    lns.process.wait_for(r'Disconnect-Request for user "bob": 2 sessions disconnected')
    (alice,) = sessions_of(lns, "alice")
    port, caller = f'NAS-Port-Id = "{alice["ifname"]}"', f'Calling-Station-Id = "{pair[1].ipv4}"'
    assert client.send("disconnect", 'NAS-Port-Id = "ppp99"', caller) == ("NAK", "Session-Context-Not-Found")
    assert client.send("disconnect", port, 'Calling-Station-Id = "0301234"') == ("NAK", "Session-Context-Not-Found")
    assert client.send("disconnect", port, caller) == ("ACK", None)
    wait_gone(lns, "alice")


def test_refusals(pair, calls):
    """What is wrong is said; what is nobody's business, or forged, gets no answer."""
    lns, _, client = calls
    # Each radclient reads its dictionaries first, which takes longer than all that it asks.
    for what, wrong in (
            ("disconnect", {
                ('NAS-Identifier = "our-lns"',): "Missing-Attribute",
                ('User-Name = "alice"', 'NAS-Identifier = "other"'): "NAS-Identification-Mismatch",
                ('User-Name = "alice"', "NAS-IP-Address = 192.0.2.99"): "NAS-Identification-Mismatch",
                ('User-Name = "nobody"',): "Session-Context-Not-Found"}),
            ("coa", {
                ('User-Name = "alice"',): "Missing-Attribute",
                ('User-Name = "alice"', "Session-Timeout = 1", "Framed-MTU = 1000"): "Unsupported-Attribute",
                ('User-Name = "alice"', "Service-Type = Authorize-Only"): "Unsupported-Service",
                ('User-Name = "alice"', "Session-Timeout = 1", 'Framed-Route = "nonsense"'):
                    "Invalid-Attribute-Value"})):
        assert client.send_all(what, *wrong) == [("NAK", cause) for cause in wrong.values()]
    before = int(time.time()) - 400
    assert client.send("disconnect", 'User-Name = "alice"', f"Event-Timestamp = {before}", tries=1) == (None, None)
    lns.process.wait_for("Event-Timestamp is more than 300 s off")
    assert client.send("disconnect", 'User-Name = "alice"', secret="guessed", tries=1) == (None, None)
    assert client.send("disconnect", 'User-Name = "alice"', signed=False, tries=1) == (None, None)
    # From an address that is not listed.
    other = Client(pair[0].namespace, client.server)
    assert other.send("disconnect", 'User-Name = "alice"', tries=1) == (None, None)
    assert len(lns.up(3)) == 3
    # The counted rest of what was dropped is told with the next line; the refused CoAs changed nothing.
    assert client.send("disconnect", 'User-Name = "alice"', f"NAS-IP-Address = {pair[0].ipv4}",
                       f"Event-Timestamp = {int(time.time())}") == ("ACK", None)
    wait_gone(lns, "alice")


def test_timeouts(calls):
    """Session-Timeout and Idle-Timeout count in place: each call ends by its own."""
    lns, _, client = calls
    (alice,) = sessions_of(lns, "alice")
    began = time.monotonic() - alice["uptime_s"]
    limit = alice["uptime_s"] + 8
    assert client.send("coa", 'User-Name = "alice"', f"Session-Timeout = {limit}") == ("ACK", None)
    assert client.send("coa", 'User-Name = "bob"', "Idle-Timeout = 2") == ("ACK", None)
    wait_gone(lns, "bob")
    lns.process.wait_for(r'user "bob": it was idle for too long \(Idle-Timeout\)')
    wait_gone(lns, "alice")
    assert time.monotonic() - began >= limit - 1
    lns.process.wait_for(r'user "alice": the time of the session is over \(Session-Timeout\)')


def test_rate(calls):
    """A rate is put on the session's interface at once, and taken off again."""
    lns, _, client = calls
    (alice,) = sessions_of(lns, "alice")

    def queues():
        return lns.namespace.run("tc", "qdisc", "show", "dev", alice["ifname"])

    assert "tbf" not in queues()
    assert client.send("coa", 'User-Name = "alice"', "WISPr-Bandwidth-Max-Down = 2000000",
                       "WISPr-Bandwidth-Max-Up = 1000000") == ("ACK", None)
    lab.wait_until(lambda: re.search("rate 2Mbit", queues()), "the rate towards the caller")
    assert client.send("coa", 'User-Name = "alice"', 'Mikrotik-Rate-Limit = "1M/4M"') == ("ACK", None)
    lab.wait_until(lambda: re.search("rate 4Mbit", queues()), "another rate")
    assert lab.ping(lns.namespace, alice["remote_ipv4"]) is not None


def test_new_secret(calls):
    """Another secret in the file counts after the first request that does not fit."""
    lns, _, client = calls
    lns.secret("changed", "coa")

    def answered():
        return client.send("disconnect", 'User-Name = "alice"', secret="changed", tries=1)[0]

    lab.wait_until(answered, "the new secret to count", interval=0.5)
    wait_gone(lns, "alice")


def test_accounting(pair, processes, build):
    """What a CoA changed and how a session ended is in the accounting."""
    a, b = pair
    server = FreeRadius(processes, a.namespace)
    names = "alice", "bob", "carol"
    server.users("".join(f'{n} Cleartext-Password := "pw"\n    Class = 0x6f6c64\n' for n in names))
    server.start()
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(lns_config("", ppp='radius = { "radius" }', extra=f"""
state-dir = "{lns.run}.state"
radius "radius" {{ address = "127.0.0.1" secret-file = "{lns.secret(RADIUS_SECRET, "radius")}" }}
{coa_sections(lns, b.ipv4)}""").replace('    users-file = ""\n', ""))
    lac = L2tpd(processes, build, b.namespace, "lac")
    lac.start(callers(lac, a.ipv4, *((n, "pw") for n in names)))
    lns.up(3)
    client = Client(b.namespace, f"{a.ipv4}:3799")
    (started,) = lab.wait_until(lambda: server.accounting(user="alice", status="Start"), "alice's Start")
    assert client.send("coa", f'Acct-Session-Id = "{started["session"]}"', "Class = 0x6e6577") == ("ACK", None)
    assert client.send("disconnect", f'Acct-Session-Id = "{started["session"]}"') == ("ACK", None)
    assert client.send("coa", 'User-Name = "bob"', "Session-Timeout = 1") == ("ACK", None)
    assert client.send("coa", 'User-Name = "carol"', "Idle-Timeout = 1") == ("ACK", None)
    stops = lab.wait_until(lambda: (lambda rows: rows if len(rows) >= 3 else None)(server.accounting(status="Stop")),
                           "three Stops")
    assert {r["user"]: (r["cause"], r["class"]) for r in stops} == {
        "alice": ("Admin-Reset", "0x6e6577"), "bob": ("Session-Timeout", "0x6f6c64"),
        "carol": ("Idle-Timeout", "0x6f6c64")}
