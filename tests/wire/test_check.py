# SPDX-License-Identifier: GPL-2.0-or-later
"""l2tpd -n, where it looks into the files that the configuration names."""

import subprocess

import pytest

CONFIG = """
hostname = "lns"
listen {{ address = "127.0.0.1" }}
lns "all" {{ ppp = "isp" }}
ppp "isp" {{ auth = {{ "chap" }} users-file = "{users}" {keys} }}
"""


@pytest.fixture
def check(build, tmp_path):
    """Runs it with a users file and keys of the profile: (status, what it complains about)."""
    def run(users, keys=""):
        (tmp_path / "users").write_text(users)
        (tmp_path / "users").chmod(0o600)
        conf = tmp_path / "l2tpd.conf"
        conf.write_text(CONFIG.format(users=tmp_path / "users", keys=keys))
        done = subprocess.run([build / "l2tpd", "-n", "-f", conf, "--dataplane", "null"], capture_output=True, text=True,
                              check=False)
        return done.returncode, done.stderr.replace(str(tmp_path), "")
    return run


def test_users_without_an_address(check):
    """Nobody has one: refused. Some have none: said. There is a pool: nothing to say."""
    tail = ('users have no address, and ppp "isp" has no pool, so that their calls are refused; give them one there, '
            "or set pool, pools or remote-address\n")
    assert check("alice * apple\nbob * banana *\n") == (1, f"l2tpd: /users: 2 of 2 {tail}")
    assert check("alice * apple\nbob * banana 10.0.0.2\n") == (0, f"l2tpd: warning: /users: 1 of 2 {tail}")
    for keys in ('pool = { "10.0.0.0/24" }', 'remote-address = "10.0.0.9"', 'options = { "noip" }'):
        assert check("alice * apple\n", keys) == (0, "")
    assert check("alice * apple 10.0.0.2\n") == (0, "")
