# SPDX-License-Identifier: GPL-2.0-or-later
"""L2TPv3 tunnels and pseudowires by command, with the null data plane: words, refusals, who takes whom."""

import itertools
import os
import signal
import socket
import struct
import subprocess

import pytest

import lab
from lab.l2tpd import CommandError, L2tpd

serial = itertools.count(1)
QUICK = {"hello": 1, "retransmit": "0.2", "retransmit_tries": 3, "redial": "0.2", "redial_max": "0.4"}
SECRET = "between the sites"


@pytest.fixture
def daemon(processes, build):
    """daemon(name, text): an l2tpd with this configuration."""
    def make(name, text=""):
        return L2tpd(processes, build, None, name).start(f'hostname = "{name}"\n{text}', "--dataplane", "null")
    return make


@pytest.fixture
def address():
    """An address of loopback that no other test uses."""
    return f"127.19.{os.getpid() % 250}.{next(serial)}"


def listen(address):
    return f'listen {{ address = "{address}" }}\n'


def states(d):
    return {s["session"]: s["state"] for s in d.sessions() if "session" in s}


def wait_states(d, wanted):
    lab.wait_until(lambda: states(d) == wanted, f"{d.name} to have {wanted}")


def refuses(d, sentence, command, **args):
    with pytest.raises(CommandError) as error:
        d.ask(command, **args)
    assert sentence in str(error.value)


def test_joined(daemon, address):
    """One waits, one calls; a session more, one less, and the end from either side."""
    head = daemon("head", listen(address))
    branch = daemon("branch")
    for d, end in (head, {"from_hostname": ["branch"], "from_address": "127.0.0.0/8"}), (branch, {"remote": address}):
        assert d.ask("add tunnel lcce", name="site", secret=SECRET, **end, **QUICK)[0]["tunnel"] == "site"
        assert d.ask("add session lcce", tunnel="site", name="lan") == [{"session": "lan", "tunnel": "site"}]
        assert SECRET not in str(d.ask("show config")) + str(d.tunnels()) + d.process.text()
    for d in head, branch:
        wait_states(d, {"lan": "established"})
        assert d.tunnels()[0]["digest"] == "hmac-sha1"
    # The peer does not know the second one yet: it is called again until it does.
    branch.ask("add session lcce", tunnel="site", name="voice", pseudowire="vlan", vlan=7, remote_end_id="two")
    lab.wait_until(lambda: "no session here" in branch.sessions(session="voice")[0].get("last_error", ""), "a refusal")
    head.ask("add session lcce", tunnel="site", name="phones", pseudowire="vlan", vlan=9, remote_end_id="two")
    wait_states(head, {"lan": "established", "phones": "established"})
    # Who was called deletes it: it is refused from then on.
    head.ask("delete session", session="phones")
    lab.wait_until(lambda: "no session here" in branch.sessions(session="voice")[0].get("last_error", ""), "a refusal")
    assert states(head) == {"lan": "established"}
    branch.ask("delete session", session="voice")
    assert states(branch) == {"lan": "established"}
    # And the same name again, at once.
    branch.ask("delete session", session="lan")
    branch.ask("add session lcce", tunnel="site", name="lan")
    for d in head, branch:
        wait_states(d, {"lan": "established"})
    head.ask("delete tunnel", tunnel="site")
    lab.wait_until(lambda: head.status()["tunnels_refused"] >= 1, "the peer to be refused")
    assert states(branch) != {"lan": "established"}
    assert (head.tunnels(), head.sessions()) == ([], [])
    branch.ask("delete tunnel", tunnel="site")
    lab.wait_until(lambda: (branch.tunnels(), branch.sessions()) == ([], []), "all to be gone")


def test_added_to_configured(daemon, address):
    """A session beside those of the file; it goes with the engine, and they stay."""
    head = daemon("head", listen(address) + 'lcce "branch" { from-hostname = { "branch" } '
                                    'session "lan" { ifname = "lan0" } }\n')
    branch = daemon("branch", f'lcce "head" {{ remote = "{address}" redial = 0.2 redial-max = 0.4 hello = 1 '
                              'retransmit = 0.2 retransmit-tries = 3 session "lan" { } session "voice" { } }\n')
    head.ask("add session lcce", tunnel="branch", name="more", remote_end_id="voice")
    wait_states(head, {"lan": "established", "more": "established"})
    old = head.role("engine")
    os.kill(old, signal.SIGSEGV)
    lab.wait_until(lambda: head.role("engine") not in (old, None), "another engine")
    wait_states(head, {"lan": "established"})
    # The monitor has forgotten it too.
    head.ask("add session lcce", tunnel="branch", name="more", remote_end_id="voice", ifname="more0")
    wait_states(head, {"lan": "established", "more": "established"})
    assert states(branch) == {"lan": "established", "voice": "established"}
    # What the file has comes back with the next start only: its name is kept for it.
    head.ask("delete session", session="lan")
    refuses(head, 'has a session "lan" in the configuration already', "add session lcce", tunnel="branch", name="lan")
    head.ask("add session lcce", tunnel="branch", name="instead", remote_end_id="lan")
    wait_states(head, {"more": "established", "instead": "established"})
    head.ask("delete tunnel", tunnel="branch")
    refuses(head, 'there is a section lcce "branch" already', "add tunnel lcce", name="branch", remote="127.0.0.1")


def test_first_that_matches(daemon, address):
    """One that is deleted makes room for the next that takes the peer."""
    head = daemon("head", listen(address) + 'lcce "file" { from-address = { "127.0.0.0/8" } session "lan" { } }\n')
    for name in "one", "two":
        head.ask("add tunnel lcce", name=name, from_hostname="br*")
        head.ask("add session lcce", tunnel=name, name=name, remote_end_id="lan")
    branch = daemon("branch")
    branch.ask("add tunnel lcce", name="head", remote=address, **QUICK)
    branch.ask("add session lcce", tunnel="head", name="lan")
    for name, session in ("file", "lan"), ("one", "one"), ("two", "two"):
        lab.wait_until(lambda s=session: states(head)[s] == "established", f"{name} to take it")
        head.ask("delete tunnel", tunnel=name)
    lab.wait_until(lambda: "not authorized" in branch.sessions()[0].get("last_error", ""), "nobody to take it")


def test_one_name_twice(daemon, address):
    """Two sites with one host name: the first one stays, both addresses are said, and a dead one gives way."""
    head = daemon("head", listen(address))
    head.ask("add tunnel lcce", name="site", from_hostname="branch*")
    head.ask("add session lcce", tunnel="site", name="lan")
    ours = [f"127.20.{os.getpid() % 250}.{n}" for n in (1, 2)]
    sites = []
    for n, source in enumerate(ours):
        sites.append(daemon(f"branch{n}"))
        sites[n].ask("add tunnel lcce", name="head", remote=address, source_address=source, redial="0.2",
                     redial_max="0.4")
        sites[n].ask("add session lcce", tunnel="head", name="lan")
        if n == 0:
            wait_states(sites[0], {"lan": "established"})
            (before,) = head.tunnels()
    lab.wait_until(lambda: head.status()["tunnels_refused"] >= 3, "the second one to be refused")
    assert head.tunnels(tunnel=str(before["tunnel_id"]))[0]["state"] == "established"
    assert states(sites[0]) == {"lan": "established"}
    lab.wait_until(lambda: "do two sites have one host name?" in sites[1].sessions()[0].get("last_error", ""),
                   "the second one to be told")
    line = next(x for x in head.process.text().splitlines() if "do two sites have one host name" in x)
    assert f"{ours[1]}:1701): refused" in line and f"{ours[0]}:1701) is up, and answers" in line
    assert "a new control connection" not in head.process.text()
    # The first one dies; with hellos once a minute nobody would notice for long.
    sites[0].process.kill()
    wait_states(sites[1], {"lan": "established"})
    assert [(t["remote"], t["remote_port"]) for t in head.tunnels() if t["state"] == "established"] == [(ours[1], 1701)]


@pytest.mark.parametrize("secret", [SECRET, None], ids=["secret", "open"])
def test_ipsec_at_one_end(daemon, address, secret):
    """The end that requires IPsec says so, by a message that the other believes."""
    head = daemon("head", listen(address))
    branch = daemon("branch")
    words = {"secret": secret} if secret else {}
    head.ask("add tunnel lcce", name="site", from_hostname="branch", ipsec="required", **words)
    branch.ask("add tunnel lcce", name="head", remote=address, **words, **QUICK)
    branch.ask("add session lcce", tunnel="head", name="lan")
    said = "IPsec is required at this end, and does not protect the tunnel"
    found = lab.wait_until(lambda: [s["last_error"] for s in branch.sessions() if said in s.get("last_error", "")],
                           "a refusal")
    assert "without proof" not in found[0]
    head.process.wait_for("refused: IPsec is required")
    assert "does not authenticate" not in branch.process.text()


def test_refusal_without_proof(daemon, address):
    """Who does not know the peer cannot sign that it refuses it: it counts for nothing, but it is told."""
    daemon("head", listen(address) + 'lcce "other" { from-hostname = { "other" } session "lan" { } }\n')
    branch = daemon("branch")
    branch.ask("add tunnel lcce", name="head", remote=address, secret=SECRET, **QUICK)
    branch.ask("add session lcce", tunnel="head", name="lan")

    def told(rows):
        return [r for r in rows if r.get("last_error", "").startswith("refused, without proof: ")
                and "no lns or lcce section takes this address" in r["last_error"]]

    for show in branch.tunnels, branch.sessions:
        lab.wait_until(lambda s=show: told(s()), "the refusal to be shown")
    branch.process.wait_for("StopCCN dropped: it has no Message Digest, so that it counts for nothing; it says: ")
    lab.wait_until(lambda: [s for s in told(branch.sessions()) if s["state"] == "waiting"], "the attempt to end")


def control_message(connection, ns, nr, *avps):
    """A control message of L2TPv3 over UDP."""
    body = b"".join(struct.pack("!HHH", 0x8006 + len(v), 0, k) + v for k, v in avps)
    return struct.pack("!HHIHH", 0xc803, 12 + len(body), connection, ns, nr) + body


def receive(sock, wanted):
    """Waits for a message of this type; its AVPs by their types."""
    while True:
        data, avps, at = sock.recv(2000), {}, 12
        while at < len(data):
            length, _, kind = struct.unpack_from("!HHH", data, at)
            avps[kind] = data[at + 6:at + (length & 0x3ff)]
            at += length & 0x3ff
        if avps.get(0) == struct.pack("!H", wanted):
            return avps


def test_deleted_half_open(daemon, address):
    """The tunnel is deleted while a peer is on its way: it does not get in."""
    head = daemon("head", listen(address))
    head.ask("add tunnel lcce", name="site", from_hostname="peer")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(lab.process.DEADLINE)
        s.connect((address, 1701))
        s.send(control_message(0, 0, 0, (0, b"\0\1"), (7, b"peer"), (60, b"\n\0\0\1"), (61, b"\0\0\0\7"),
                               (62, b"\0\5")))
        (connection,) = struct.unpack("!I", receive(s, 2)[61])
        head.ask("delete tunnel", tunnel="site")
        s.send(control_message(connection, 1, 1, (0, b"\0\3")))
        receive(s, 4)
        s.send(control_message(connection, 2, 2))
    lab.wait_until(lambda: head.tunnels() == [], "the tunnel to go")


def connect(address, own_id, port=0):
    """A raw peer's socket, and the connection's id at the other end, once that one answered its SCCRQ."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(lab.process.DEADLINE)
    s.bind(("127.0.0.1", port))
    s.connect((address, 1701))
    s.send(control_message(0, 0, 0, (0, b"\0\1"), (7, b"peer"), (60, b"\n\0\0\1"),
                           (61, struct.pack("!I", own_id)), (62, b"\0\5")))
    return s, struct.unpack("!I", receive(s, 2)[61])[0]


def ask_session(d, s, connection):
    """The ICRQ comes together with its SCCCN, so that both are heeded in one moment; the ICRP's session."""
    engine = d.status()["pid"]
    os.kill(engine, signal.SIGSTOP)
    s.send(control_message(connection, 1, 1, (0, b"\0\3")))
    s.send(control_message(connection, 2, 1, (0, b"\0\n"), (63, b"\0\0\0\11"), (64, bytes(4)), (15, b"\0\0\0\1"),
                           (68, b"\0\5"), (66, b"lan"), (71, b"\0\1")))
    os.kill(engine, signal.SIGCONT)
    return receive(s, 11)[63]


def test_back_at_once(daemon, address):
    """Who crashed asks for its circuit before its new connection is in the kernel: the old one makes room."""
    head = daemon("head", listen(address))
    head.ask("add tunnel lcce", name="site", from_hostname="peer")
    head.ask("add session lcce", tunnel="site", name="lan", cookie=0)
    s, connection = connect(address, 7)
    with s:
        port = s.getsockname()[1]
        session = ask_session(head, s, connection)
        s.send(control_message(connection, 3, 2, (0, b"\0\14"), (63, b"\0\0\0\11"), (64, session), (71, b"\0\1")))
        wait_states(head, {"lan": "established"})
    s, connection = connect(address, 8, port)
    with s:
        ask_session(head, s, connection)
    assert head.status()["calls_failed"] == 0


FILE = """
listen { address = "127.0.0.1" port = 17011 }
ppp "x" { backend = "none" }
lac "up" { server = "127.0.0.1" session "s" { ppp = "x" ifname = "up0" } }
lcce "branch" { remote = "127.0.0.1" initiate = false session "lan" { ifname = "lan0" } }
static "hill" { tunnel-id = 1 peer-tunnel-id = 2 local = "192.0.2.1" remote = "192.0.2.2"
                udp-sport = 5000 udp-dport = 5001
                session "lan" { session-id = 10 peer-session-id = 20 ifname = "hill0" } }
"""

# What is refused, and what a file would say to it as well.
REFUSED = [
    ("add tunnel lcce", {"name": ""}, "add tunnel lcce needs a name"),
    ("add tunnel lcce", {"name": "a b"}, "use letters"),
    ("add tunnel lcce", {"name": "x" * 64}, "63 at most"),
    ("add tunnel lcce", {"name": "up"}, 'a lac section is called "up" as well'),
    ("add tunnel lcce", {"name": "branch"}, 'there is a section lcce "branch" already'),
    ("add tunnel lcce", {"name": "hill"}, 'there is a static tunnel "hill" already'),
    ("add tunnel lcce", {"name": "valley"}, 'there is a static tunnel "valley" already'),
    ("add tunnel lcce", {"name": "added"}, 'there is a tunnel "added" already'),
    ("add tunnel lcce", {"name": "ppp"}, 'there is a tunnel "ppp" already'),
    ("add tunnel lcce", {"remote": None}, 'lcce "new" has no peer; set remote'),
    ("add tunnel lcce", {"remote": None, "initiate": True, "from_router_id": "10.0.0.1"}, "set remote"),
    ("add tunnel lcce", {"encap": "ip", "initiate": False}, 'cannot be called; add a listen section with encap = "ip"'),
    ("add tunnel lcce", {"encap": "ip", "port": 1701}, 'port is UDP\'s, but encap is "ip"'),
    ("add tunnel lcce", {"encap": "ip", "source_port": "ephemeral"}, 'source-port is UDP\'s, but encap is "ip"'),
    ("add tunnel lcce", {"encap": "gre"}, 'encap = "gre" is neither "udp" nor "ip"'),
    ("add tunnel lcce", {"source_address": "::1"}, "source-address and remote are of different families"),
    ("add tunnel lcce", {"from_address": ["192.0.2.1/24"]}, 'from-address: "192.0.2.1/24" is no prefix'),
    ("add tunnel lcce", {"from_address": []}, "from-address is an empty list"),
    ("add tunnel lcce", {"from_hostname": [["x"]]}, "from-hostname has no value that it takes"),
    ("add tunnel lcce", {"from_router_id": "::1"}, 'from-router-id = "::1" is no IPv4 address'),
    ("add tunnel lcce", {"challenge": True}, "challenge needs a secret; set secret-file"),
    ("add tunnel lcce", {"hide_avps": True}, "hide-avps needs a secret; set secret-file"),
    ("add tunnel lcce", {"old_secret": "x"}, "old-secret-file is what secret-file replaces"),
    ("add tunnel lcce", {"secret": 7}, "secret-file has no value that it takes"),
    ("add tunnel lcce", {"secret": "x" * 300}, "the secret is longer than"),
    ("add tunnel lcce", {"digest": "sha256"}, "digest = \"sha256\" is neither"),
    ("add tunnel lcce", {"retransmit": "9"}, "retransmit-cap is less than retransmit"),
    ("add tunnel lcce", {"redial": "70"}, "redial-max is less than redial"),
    ("add tunnel lcce", {"receive_window": 0}, "receive-window = 0 is out of range"),
    ("add tunnel lcce", {"ipsec": "maybe"}, 'ipsec = "maybe" is neither "no" nor "required"'),
    ("add tunnel lcce", {"ipsec_connection": "a b"}, "is no name"),
    ("add tunnel static", {"name": "added"}, 'there is a tunnel "added" already'),
    ("add tunnel", {"name": "added"}, 'there is a tunnel "added" already'),
    ("add tunnel", {"name": "valley"}, 'there is a static tunnel "valley" already'),
    ("add session lcce", {"tunnel": None}, "add session lcce needs a tunnel"),
    ("add session lcce", {"tunnel": "nobody"}, 'there is no tunnel "nobody"'),
    ("add session lcce", {"tunnel": "up"}, 'tunnel "up" is to an LNS, and carries PPP; use add session'),
    ("add session", {"tunnel": "added", "ppp": "x"}, 'tunnel "added" is one of lcce'),
    ("add session lcce", {"name": "a/b"}, "is not of letters"),
    ("add session lcce", {"name": "there"}, 'tunnel "added" has a session "there" already'),
    ("add session lcce", {"tunnel": "branch", "name": "lan"}, 'tunnel "branch" has a session "lan" already'),
    ("add session lcce", {"remote_end_id": "there"}, 'session "there" has the same remote-end-id'),
    ("add session lcce", {"tunnel": "branch", "remote_end_id": "lan"}, 'session "lan" has the same remote-end-id'),
    ("add session lcce", {"pseudowire": "vlan"}, 'session "new" has no vlan'),
    ("add session lcce", {"pseudowire": "ppp"}, 'pseudowire = "ppp" is neither "ethernet" nor "vlan"'),
    ("add session lcce", {"vlan": 5}, 'vlan is of a pseudowire "vlan" only'),
    ("add session lcce", {"pseudowire": "vlan", "vlan": 4095}, "vlan = 4095 is out of range"),
    ("add session lcce", {"pseudowire": "vlan", "vlan": 100, "ifname": "twelve-chars"}, "choose a shorter ifname"),
    ("add session lcce", {"ifname": "a/b"}, '"a/b" is no name for an interface'),
    ("add session lcce", {"ifname": "there0"}, "another session has this ifname"),
    ("add session lcce", {"ifname": "lan0"}, "another session has this ifname"),
    ("add session lcce", {"ifname": "up0"}, "another session has this ifname"),
    ("add session lcce", {"ifname": "hill0"}, "another session has this ifname"),
    ("add session lcce", {"ifname": "valley0"}, "another session has this ifname"),
    ("add session static", {"ifname": "there0"}, "another session has this ifname"),
    ("add session lcce", {"bridge": "br0", "vrf": "blue"}, "an interface joins a bridge or a vrf"),
    ("add session lcce", {"ifname": "x", "bridge": "x"}, "an interface cannot join itself"),
    ("add session lcce", {"ifname": "x", "circuit": "x"}, "the pseudowire's own interface is its circuit anyway"),
    ("add session lcce", {"mac": "01:00:00:00:00:00"}, "is nobody's own address"),
    ("add session lcce", {"mtu": 67}, "mtu = 67 is out of range"),
    ("add session lcce", {"cookie": 5}, "is no size of a cookie"),
    ("add session lcce", {"sequencing": True, "l2_sublayer": False}, "sequencing puts its numbers into the sublayer"),
]

WORDS = {
    "add tunnel lcce": {"name": "new", "remote": "127.0.0.1"},
    "add tunnel static": {"name": "valley2", "tunnel_id": 5, "peer_tunnel_id": 6, "encap": "ip", "local": "192.0.2.1",
                          "remote": "192.0.2.2"},
    "add tunnel": {"remote": "127.0.0.1"},
    "add session lcce": {"tunnel": "added", "name": "new"},
    "add session static": {"tunnel": "valley", "session_id": 31, "peer_session_id": 41},
}


def test_refused(daemon, tmp_path):
    """Each is refused with a sentence, and changes nothing."""
    d = daemon("here", f'state-dir = "{tmp_path}/state"\nstatic-by-command = true\n{FILE}')
    d.ask("add tunnel", name="ppp", remote="127.0.0.1")
    d.ask("add tunnel lcce", name="added", from_hostname="nobody")
    d.ask("add session lcce", tunnel="added", name="there", ifname="there0")
    d.ask("add tunnel static", **{**WORDS["add tunnel static"], "name": "valley", "tunnel_id": 3})
    d.ask("add session static", **{**WORDS["add session static"], "session_id": 30, "ifname": "valley0"})

    def all_there():
        return (sorted(t["tunnel"] for t in d.tunnels()), sorted(states(d)), len(d.ask("show static")))

    before = all_there()
    for command, change, said in REFUSED:
        args = {**WORDS[command], **change} if command in WORDS else change
        refuses(d, said, command, **{k: v for k, v in args.items() if v is not None})
    assert all_there() == before


def test_limit(daemon):
    """A bound on what the monitor keeps; what is deleted makes room."""
    d = daemon("here", "max-sessions = 3\n" + listen("127.0.0.1").replace("}", "port = 17012 }"))
    d.ask("add tunnel lcce", name="added", from_hostname="nobody")
    names = [d.ask("add session lcce", tunnel="added", ifname=f"x{n}")[0]["session"] for n in range(3)]
    refuses(d, "max-sessions of the configuration, 3,", "add session lcce", tunnel="added")
    d.ask("delete session", session=names[1])
    d.ask("add session lcce", tunnel="added", ifname="x1")
    refuses(d, "max-sessions", "add session lcce", tunnel="added")
    d.ask("delete tunnel", tunnel="added")
    d.ask("add tunnel lcce", name="added", from_hostname="nobody")
    for n in range(3):
        d.ask("add session lcce", tunnel="added", ifname=f"x{n}")


def test_words(daemon, build):
    """As typed."""
    d = daemon("here", listen("127.0.0.1").replace("}", "port = 17013 }"))

    def ctl(*words):
        return subprocess.run([build / "l2tpctl", "--runtime-dir", d.run, *words], capture_output=True, text=True,
                              check=False)

    secret = d.secret("a secret of ours")
    words = ("add tunnel lcce site from-address 192.0.2.0/24,2001:db8::/32 from-hostname a*,b hide on "
             f"secret-file {secret}")
    assert ctl(*words.split()).stdout == ""
    assert ctl(*"add session lcce tunnel site pseudowire vlan vlan 7".split()).stdout == "session1\n"
    assert "session1" in ctl("show", "sessions").stdout
    done = ctl(*"add session lcce tunnel site name session1".split())
    assert (done.returncode, done.stderr) == (1, 'l2tpctl: tunnel "site" has a session "session1" already\n')
    assert "a secret of ours" not in d.process.text()
