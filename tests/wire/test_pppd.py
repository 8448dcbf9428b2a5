# SPDX-License-Identifier: GPL-2.0-or-later
"""l2tpd -n tries pppd, and says what is wrong with it as what it is."""

import os
import re
import subprocess

import pytest

PPPD = "/usr/sbin/pppd"

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or not os.path.exists(PPPD),
                                reason="pppd takes a plugin of root only")


@pytest.fixture
def check(build, tmp_path):
    """check(plugin, options): l2tpd -n's exit status and what it says on stderr."""
    def run(plugin=build / "l2tpd.so", options=""):
        conf = tmp_path / "conf"
        conf.write_text('listen { address = "127.0.0.1" }\nlns "all" { ppp = "isp" }\n'
                        f'ppp "isp" {{ local-address = "10.0.0.1" pool = {{ "10.0.1.0/24" }} {options} }}\n')
        done = subprocess.run([build / "l2tpd", "-n", "-f", conf, "--plugin", plugin], check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60)
        return done.returncode, done.stderr
    return run


@pytest.mark.skipif(not os.path.exists("/usr/include/pppd/pppd.h"), reason="ppp-dev is not installed")
def test_each_end_has_a_sentence(top):
    """Each of the exit codes that pppd's header has."""
    with open("/usr/include/pppd/pppd.h") as header:
        names = re.findall(r"^#\s*define\s+(EXIT_\w+)|^\s+(EXIT_\w+)\s*=", header.read(), re.M)
    code = (top / "plugin/call.c").read_text()
    assert len(names) >= 21
    assert not [n for pair in names for n in pair if n and not re.search(rf"case (COMPAT_)?{n}:", code)]


def test_good(check):
    assert check() == (0, "")


def test_bad_word(check):
    status, said = check(options='options = { "nonsuch" }')
    assert status == 1
    assert said == "l2tpd check: error: ppp isp (lns): pppd does not start: unrecognized option 'nonsuch'\n"


def test_no_plugin(check):
    status, said = check(plugin="/nowhere/l2tpd.so")
    assert status == 1 and "Couldn't load plugin /nowhere/l2tpd.so" in said


def test_plugin_of_another_version(check, build, tmp_path):
    """Whatever is wrong with it for the linker, it is the version that counts."""
    version = subprocess.run([PPPD, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=False).stdout.split()[-1]
    mark = b"l2tpd.so is for pppd "
    original = (build / "l2tpd.so").read_bytes()
    assert original.count(mark + version.encode() + b"\0") == 1
    other = tmp_path / "l2tpd.so"
    other.write_bytes(b"another machine's " + mark + b"1.2.3\0")
    status, said = check(plugin=other)
    assert status == 1
    assert f"pppd {version} is here, l2tpd.so is for 1.2.3; install the l2tpd.so that was built for it" in said
