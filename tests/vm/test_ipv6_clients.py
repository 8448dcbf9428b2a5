# SPDX-License-Identifier: GPL-2.0-or-later
"""What callers' programs make of the prefixes that they are told: rdisc6, dhcpcd, systemd-networkd."""

import glob
import os
import pwd
import re
import signal
import socket

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config
from lab.process import DEADLINE
from test_ipv6 import global_address, has_address

PROFILE = """
ipv6 = true
prefix-pool = { "2001:db8:1:8::/64" }
delegated-pool = { "2001:db8:aa00::/56" }
dns6 = { "2001:db8::53", "2001:db8::54" }
dns6-search = { "example.net", "lan.example.net" }
mtu = 1400
"""


class Call:
    """An LNS of ours with one caller, whose interface has IPv6."""

    def __init__(self, pair, processes, build):
        a, b = pair
        self.processes, self.ours, self.theirs, self.server = processes, a.namespace, b.namespace, a.ipv4
        self.ours.sysctl("net/ipv6/conf/all/forwarding", 1)
        self.theirs.sysctl("net/ipv6/conf/default/accept_ra", 2)
        self.theirs.sysctl("net/ipv6/conf/all/forwarding", 1)
        self.lns = L2tpd(processes, build, self.ours, "lns")
        self.lac = L2tpd(processes, build, self.theirs, "lac")
        self.expected = None

    def start(self):
        self.lns.start(lns_config(self.lns.users(("six", "pw")), ppp=PROFILE), "--log-level", "debug")
        self.lac.start(lac_config(self.server, "six", self.lac.secret("pw", "pw"), ppp="ipv6 = true"))
        (session,) = self.lac.up()
        self.device = session["ifname"]
        (session,) = self.lns.up()
        self.our_device = session["ifname"]
        return self

    def check_address(self):
        """The kernel of the caller has made an address of the advertised prefix."""
        return lab.wait_until(lambda: global_address(self.theirs, self.device), "the caller's address")

    def client(self, *argv, **kwargs):
        return self.processes.start(*argv, namespace=self.theirs, **kwargs)

    def wait_for(self, pattern):
        return self.lns.process.wait_for(pattern)

    def expect(self, error):
        """This error of the LNS's is what the test is about."""
        self.expected = error

    def check_log(self):
        found = re.findall("^.*(?:monitor|engine|aaa|router6): (?:error|warning).*$", self.lns.process.text(), re.M)
        assert [e for e in found if not self.expected or self.expected not in e] == []

    def check_site(self, address, timeout=DEADLINE):
        """A client has put this address of the delegated prefix on an interface, and it is reached."""
        lab.wait_until(lambda: has_address(self.theirs, address), f"{address} at the caller", timeout)
        assert lab.ping(self.ours, address) is not None


@pytest.fixture
def call(pair, processes, build):
    made = Call(pair, processes, build).start()
    yield made
    made.check_log()


def rdisc6(call):
    return call.theirs.run("rdisc6", "-1", "-w", "3000", call.device)


def test_rdisc6(call):
    """A router solicitation is answered, with all that there is to tell."""
    call.check_address()
    said = rdisc6(call)
    for what in (r"Hop limit +: +64 ", r"Stateful address conf\. +: +No", r"Stateful other conf\. +: +Yes",
                 r"Router lifetime +: +1800 ", r" MTU +: +1400 ", r"Prefix +: 2001:db8:1:8::/64",
                 r"On-link +: +Yes", r"Autonomous address conf\.: +Yes", r"Valid time +: +86400 ",
                 r"Pref\. time +: +14400 ", r"Recursive DNS servers? +: 2001:db8::53", r"2001:db8::54",
                 r"DNS search list +: +example\.net", r"lan\.example\.net", r"from fe80::[0-9a-f]+"):
        assert re.search(what, said), said


class Dhcpcd:
    """Debian's dhcpcd, which puts an address of the delegated prefix on lo."""

    SITE = "2001:db8:aa00:1::9"

    def __init__(self, call):
        for lease in glob.glob("/var/lib/dhcpcd/*.lease6"):     # another test's
            os.unlink(lease)
        conf = os.path.join(call.processes.logs, "dhcpcd.conf")
        with open(conf, "w") as f:
            f.write("duid\nnoipv6rs\nipv6only\noption dhcp6_name_servers, dhcp6_domain_search\n"
                    f"interface {call.device}\niaid 5\nia_pd 1 lo/1/64/9\n")
        self.process = call.client("/sbin/dhcpcd", "-B", "-d", "-f", conf, "-c", "/bin/true", call.device)
        call.check_site(self.SITE)
        self.process.wait_for("DHCPv6 DAD completed")

    def _signal(self, name):
        """It loses one that comes while it runs a script."""
        def hears():
            self.process.send(getattr(signal, name))
            return f"received {name}" in self.process.text()
        lab.wait_until(hears, f"dhcpcd to hear {name}", interval=0.5)

    def rebind(self):
        self._signal("SIGHUP")

    def release(self):
        self._signal("SIGALRM")
        self.process.wait()


def test_dhcpcd(call):
    """Debian's dhcpcd delegates, keeps its prefix when it asks again, and gives it back."""
    client = Dhcpcd(call)
    client.rebind()
    call.wait_for("2001:db8:aa00::/56 was extended")
    call.check_site(client.SITE)
    client.release()
    call.wait_for("2001:db8:aa00::/56 was released")


NETWORKD = {
    "10-up.network": """
[Match]
Name={device}
[Network]
KeepConfiguration=yes
LinkLocalAddressing=ipv6
DHCP=ipv6
IPv6AcceptRA=yes
[DHCPv6]
WithoutRA=solicit
""",
    "20-lan.network": """
[Match]
Name=lan
[Network]
DHCPPrefixDelegation=yes
IPv6AcceptRA=no
[DHCPPrefixDelegation]
UplinkInterface={device}
SubnetId=1
Token=::9
""",
}


def test_networkd(call):
    """systemd-networkd makes an address of the link's prefix, and one of the delegated prefix on its LAN."""
    call.theirs.ip("link add lan type dummy")
    os.makedirs("/run/systemd/network", exist_ok=True)
    for name, text in NETWORKD.items():
        with open(f"/run/systemd/network/{name}", "w") as f:
            f.write(text.format(device=call.device))
    # With a /sys that can be written it would wait for udev, which is not here.
    client = call.client("unshare", "-m", "sh", "-c",
                         "mount -o remount,ro,bind /sys && exec /lib/systemd/systemd-networkd",
                         name="networkd", env={"SYSTEMD_LOG_LEVEL": "debug", "SYSTEMD_LOG_TARGET": "console"})
    call.check_site("2001:db8:aa00:1::9")
    call.check_address()
    client.stop()


def test_restart(call):
    """The process is killed: another is told of all that there is, and who has a prefix keeps it."""
    call.check_address()
    client = Dhcpcd(call)
    killed = call.lns.role("router6")
    os.kill(killed, signal.SIGKILL)
    lab.wait_until(lambda: call.lns.role("router6") not in (None, killed), "another router6 process")
    assert "2001:db8:1:8::/64" in rdisc6(call)
    client.rebind()
    call.wait_for("2001:db8:aa00::/56 was extended")
    call.expect("monitor: error: the router6 process died with signal 9")


def test_port(pair, processes, build):
    """Where another program has port 547 for itself, calls go on with what is advertised."""
    call = Call(pair, processes, build)
    with call.ours.inside(), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as other:
        other.bind(("::", 547))
        call.start()
        call.check_address()
        call.wait_for("monitor: error: UDP port 547 cannot be had: Address already in use; prefixes are not delegated")


def test_sandbox(call):
    """The process is nobody's friend: no capability, no files, two sockets."""
    call.check_address()
    pid = call.lns.role("router6")
    with open(f"/proc/{pid}/status") as f:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in f)
    assert status["Seccomp"] == "2" and status["NoNewPrivs"] == "1"
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["Uid"].split() == [str(pwd.getpwnam("l2tpd-router6").pw_uid)] * 4
    assert os.listdir(f"/proc/{pid}/root") == []
