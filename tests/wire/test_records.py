# SPDX-License-Identifier: GPL-2.0-or-later
"""Records and their page; what a stranger types, and the way out that he is told."""

import re
import subprocess

import pytest

import lab.records
from lab import wait_until
from lab.fixtures import TOP
from lab.l2tpd import L2tpd

PORT = 17031
CONFIG = f"""
hostname = "here"
static-by-command = true
listen {{ address = "127.0.0.1" port = {PORT} }}
lns "all" {{ ppp = "isp" }}
ppp "isp" {{ backend = "none" pool = {{ "10.64.0.0/24" }} local-address = "10.64.0.1" }}
lac "up" {{
    server = "127.0.0.1" port = {PORT}
    session "home" {{ ppp = "isp" user = "alice" }}
}}
static "hill" {{
    tunnel-id = 1 peer-tunnel-id = 2 encap = "ip" local = "192.0.2.1" remote = "192.0.2.2"
    session "lan" {{ session-id = 10 peer-session-id = 20 vlan = 7 ifname = "hill0" }}
}}
lcce "branch" {{ from-hostname = {{ "branch" }} session "site" {{ }} }}
"""

# Keys as the engine writes them; those of the two SAs are put together.
WRITTEN = re.compile(r'(?:record_\w+|add_\w+|json_object_set(?:_new)?)\(\s*(?:o|c->record|list)\s*,\s*"([a-z0-9_]+)"')
PACKED = re.compile(r'json_pack\(\s*"\{([^}"]*)\}"\s*,([^;]*)\)', re.DOTALL)
SA = re.compile(r"sa_(?:in|out)_(\w+)")


@pytest.fixture
def daemon(processes, build):
    d = L2tpd(processes, build, None, "here")
    d.start(f'state-dir = "{d.path("state")}"\n{CONFIG}', "--dataplane", "null")
    wait_until(lambda: len([s for s in d.sessions() if s["state"] == "established"]) == 2, "the call to be up")
    return d


@pytest.fixture
def ctl(daemon, build):
    """ctl(words): l2tpctl's exit status, output and sentence."""
    def run(words):
        done = subprocess.run([build / "l2tpctl", "--runtime-dir", daemon.run, *words.split()], capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stdout, done.stderr
    return run


def written():
    """{key: the file that writes it}"""
    found = {}
    for file in sorted((TOP / "daemon/engine/control").glob("*.c")):
        text = file.read_text(encoding="utf-8")
        keys = WRITTEN.findall(text)
        for _, words in PACKED.findall(text):
            keys += re.findall(r'"([a-z0-9_]+)"\s*,', words)
        found |= dict.fromkeys(keys, file.name)
    return found


def test_keys_are_on_the_page():
    """What the engine writes has its line; what the page has is written somewhere."""
    page, sources = lab.records.keys(), written()
    others = {"record", "error", "in", "out"}    # of a reply's lines, and put into the keys of SAs
    missing = [f"Documentation/records.md lacks a line: | `{key}` | UNIT | RECORDS | MEANING |, of {file}"
               for key, file in sources.items() if key not in page and key not in others]
    assert not missing, "\n".join(missing)
    text = "".join(f.read_text(encoding="utf-8") for f in (TOP / "daemon/engine/control").glob("*.c"))
    for key in page:
        sa, port = SA.fullmatch(key), key.removesuffix("_port")
        literal = sa.group(1) if sa else port if key not in sources else key
        assert f'"{literal}"' in text, f"Documentation/records.md has `{key}`, which no record has"


def test_page_is_whole():
    """Every row of it is one that the tests understand; the records that it names are those that it lists."""
    text = lab.records.PAGE.read_text(encoding="utf-8")
    assert len(lab.records.keys()) == len(re.findall(r"^\| `[^`]+` \|", text, re.MULTILINE))
    kinds = set(lab.records.commands().values())
    assert {r for _, records, _ in lab.records.keys().values() for r in records} == kinds


def test_schema(daemon):
    assert daemon.status()["schema"] == lab.records.version()
    # Sections' names are values, and make no keys.
    assert not [k for k in daemon.status() if "isp" in k]
    (pool,) = daemon.ask("show pools")
    assert (pool["pool"], pool["section"]) == ("isp", "ppp")


def test_one_name(daemon):
    """A tunnel and a session are called the same wherever they stand."""
    (session,) = daemon.sessions(session="home")
    (tunnel,) = daemon.tunnels(tunnel="up")
    assert (session["tunnel"], session["session"]) == (tunnel["tunnel"], "home") == ("up", "home")
    for key in "tunnel_id", "peer_tunnel_id", "remote", "remote_port":
        assert session[key] == tunnel[key]
    assert (tunnel["remote"], tunnel["remote_port"]) == ("127.0.0.1", PORT)
    assert tunnel["local_port"] != PORT and "remote_name" not in tunnel
    (called,) = daemon.tunnels(tunnel=str(tunnel["peer_tunnel_id"]))
    assert called["lns"] == "all" and "tunnel" not in called


@pytest.mark.parametrize("words,key", [("session", "home"), ("session", "alice"), ("user", "alice")])
def test_session_is_found(daemon, words, key):
    (session,) = daemon.sessions(**{words: key}, tunnel="up")
    assert session["session"] == "home"


def test_interface_is_found(daemon, ctl):
    """By the name that was given, where the VLAN's interface has another; by its session's."""
    for name in "hill0", "hill0.7", "lan":
        found = daemon.ask("show interfaces", ifname=name)
        assert [(r["tunnel"], r["session"]) for r in found] == [("hill", "lan")], name
    assert ctl("show interface nothing")[::2] == (1, 'l2tpctl: there is no interface "nothing"\n')


FAMILIES = [
    ("delete tunnel hill", 'tunnel "hill" is static; use delete tunnel static'),
    ("show tunnel hill", 'tunnel "hill" is static; use show static'),
    ("delete session tunnel hill lan", 'tunnel "hill" is static; use delete session static'),
    ("add session tunnel hill ppp isp", 'tunnel "hill" is static; use add session static'),
    ("add session lcce tunnel hill name x", 'tunnel "hill" is static; use add session static'),
    ("add session lcce tunnel up name x", 'tunnel "up" is to an LNS, and carries PPP; use add session'),
    ("add session tunnel branch ppp isp", 'tunnel "branch" is one of lcce, which carries Ethernet; use add session lcce'),
    ("delete tunnel static up", 'tunnel "up" is not static; use delete tunnel'),
    ("delete session static tunnel up home", 'tunnel "up" is not static; use delete session'),
    ("add session static tunnel up session-id 1 peer-session-id 2",
     'tunnel "up" is not static; use add session, or add session lcce'),
    ("show static up", 'tunnel "up" is not static; use show tunnels'),
    ("delete tunnel nothing", 'there is no tunnel "nothing"'),
    ("delete tunnel static nothing", 'there is no static tunnel "nothing"'),
    ("show static nothing", 'there is no static tunnel "nothing"'),
    (f"delete tunnel {'x' * 80}", f'there is no tunnel "{"x" * 80}"'),
    ("delete session tunnel nothing lan", 'there is no tunnel "nothing"'),
    ("delete session tunnel up lan", 'there is no session "lan" in tunnel "up"'),
    ("delete session nothing", 'there is no session "nothing"; one that has no name is named by its interface, or by its '
     "tunnel and its id"),
]


def test_families_hint_at_each_other(daemon, ctl):
    before = [len(daemon.ask(c)) for c in ("show tunnels", "show sessions", "show static")]
    for words, says in FAMILIES:
        assert ctl(words)[::2] == (1, f"l2tpctl: {says}\n")
    assert [len(daemon.ask(c)) for c in ("show tunnels", "show sessions", "show static")] == before


def test_empty_lists_have_headings(daemon, ctl):
    assert ctl("show users") == (0, "USER STATE TUNNEL SESSION-ID IFNAME REMOTE-IPV4 PREFIX6 DELEGATED6 SERVER UPTIME\n", "")
    assert ctl("show radius")[1].startswith("SERVER ADDRESS TRANSPORT ")
    assert ctl("--json show users") == (0, "[]\n", "")


def test_records_are_compared():
    """The comparison of every record that a test sees says which line is missing."""
    for record, says in (({"moon": 1}, r"lacks a line.*\| `moon` \| UNIT \| tunnel \| MEANING \|"),
                         ({"user": "x"}, "line of `user`: its records lack tunnel"),
                         ({"tunnel_id": "x"}, "`tunnel_id` is 'x', and not id"),
                         ({"tunnel_id": True}, "`tunnel_id` is True")):
        with pytest.raises(AssertionError, match=says):
            lab.records.check("show tunnels", record)
