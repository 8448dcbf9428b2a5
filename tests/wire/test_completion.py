# SPDX-License-Identifier: GPL-2.0-or-later
"""Completion as it is installed, in the shells themselves, of words and of what a running l2tpd has."""

import os
import pathlib
import shutil
import subprocess

import pytest

from lab import wait_until
from lab.l2tpd import L2tpd

PORT = 17041
CONFIG = f"""
hostname = "here"
listen {{ address = "127.0.0.1" port = {PORT} }}
lns "all" {{ ppp = "isp" }}
ppp "isp" {{ backend = "none" pool = {{ "10.64.0.0/24" }} local-address = "10.64.0.1" }}
ppp "dialout" {{ backend = "none" }}
pool "more" {{ address = {{ "10.65.0.0/24" }} }}
lac "upstream" {{ server = "127.0.0.1" port = {PORT} session "home" {{ ppp = "dialout" }} }}
static "hill" {{
    tunnel-id = 1 peer-tunnel-id = 2 encap = "ip" local = "192.0.2.1" remote = "192.0.2.2"
    session "lan" {{ session-id = 10 peer-session-id = 20 ifname = "hill0" }}
}}
"""

# The last word is what is being typed; none behind a blank.
LINES = [
    ("show tu", ["tunnels"]),
    ("sh se ", ["home", "session", "stats", "tunnel", "user"]),
    ("show tunnel up", ["upstream"]),
    ("del tun ", ["tunnel", "static", "upstream"]),
    ("delete tunnel static ", ["tunnel", "hill"]),
    ("show interface h", ["hill0"]),
    ("show pools ", ["pool", "isp", "more"]),
    ("add session tunnel upstream ppp ", ["isp", "dialout"]),
    ("add session tunnel up", ["upstream"]),
    ("help add tun", ["tunnel"]),
    ("test aaa alice method ms", ["mschapv2"]),
    ("nothing ", []),
]

BASH = """
source "$1"
COMP_LINE="l2tpctl --runtime-dir $2 $3"
COMP_POINT=${#COMP_LINE}
_l2tpctl "$4"
printf '%s\\n' "${COMPREPLY[@]}"
"""

# compinit's own builtins work in a completion only: what the function offers is printed.
ZSH = """
compadd() { print -rl -- "${offers[@]}" }
_files() { print -rl -- :files }
compdef() { }
source "$1"
words=("$4" --runtime-dir "$2" ${=3})
[[ $3 == *" " ]] && words+=("")
CURRENT=$#words
PREFIX=$words[CURRENT]
_l2tpctl
"""


@pytest.fixture
def daemon(processes, build):
    d = L2tpd(processes, build, None, "here")
    d.start(f'state-dir = "{d.path("state")}"\n{CONFIG}', "--dataplane", "null")
    wait_until(lambda: len([s for s in d.sessions() if s["state"] == "established"]) == 2, "the call to be up")
    return d


@pytest.mark.parametrize("shell,options,script", [("bash", ["--norc"], BASH), ("zsh", ["-f"], ZSH)],
                         ids=["bash", "zsh"])
def test_shell(daemon, build, tmp_path, shell, options, script):
    program = os.environ.get("ZSH", shell) if shell == "zsh" else shell
    if not shutil.which(program):
        pytest.skip(f"{shell} is not installed")
    installed = tmp_path / shell
    installed.write_bytes(subprocess.run([build / "l2tpctl", "completion", shell], stdout=subprocess.PIPE, check=True).stdout)
    for line, offers in LINES:
        done = subprocess.run([program, *options, "-c", script, shell, installed, daemon.run, line, build / "l2tpctl"],
                              capture_output=True, text=True, check=False)
        assert (sorted(done.stdout.split()), done.stderr) == (sorted(offers), ""), line


def test_bash_words_with_colons(daemon, build, tmp_path):
    """bash takes a colon for the end of a word: only what stands behind it is put in its place."""
    script = tmp_path / "bash"
    script.write_bytes(subprocess.run([build / "l2tpctl", "completion", "bash"], stdout=subprocess.PIPE, check=True).stdout)
    (tmp_path / "ctl").write_text("#!/bin/sh\necho 'a@b:1'\necho 'a@b:2'\n", encoding="utf-8")
    (tmp_path / "ctl").chmod(0o755)
    done = subprocess.run(["bash", "--norc", "-c", BASH, "bash", script, daemon.run, "clear user a@b:", tmp_path / "ctl"],
                          capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "2"]


def test_installed(build, tmp_path):
    """make install puts both where the shells look for them."""
    top = pathlib.Path(__file__).resolve().parents[2]
    done = subprocess.run(["make", "-s", "-n", f"B={build}", f"DESTDIR={tmp_path}", "PREFIX=/usr", "install"], cwd=top,
                          capture_output=True, text=True, check=False)
    for file in "bash-completion/completions/l2tpctl", "zsh/site-functions/_l2tpctl", "doc/l2tpd/records.md":
        assert f"/usr/share/{file}:" in done.stdout, done.stderr
