# SPDX-License-Identifier: GPL-2.0-or-later
"""RADIUS over TLS with FreeRADIUS, which wants a certificate of its clients."""

import shutil
import threading

import pytest

import lab
from lab.l2tpd import L2tpd
from lab.radius import FreeRadius
from lab.tls import Authority
from test_radius import ByTls, Caller, hang_up, radius_config

pytestmark = pytest.mark.any_kernel

PORT = 2083
USERS = 'bob Cleartext-Password := "builder"\n'


class Lab:
    """An authority, what it signed, and a server of TLS that is started."""

    def __init__(self, processes, namespace, version="1.3"):
        # Where a key can be its owner's alone.
        self.folder = f"/run/{namespace.name}-tls"
        self.authority = Authority(self.folder, "authority")
        self.own = self.authority.issue("server", "IP:127.0.0.1,DNS:radius.example.net")
        self.client = self.authority.issue("client", "DNS:our-lns")
        self.server = FreeRadius(processes, namespace, "one", tls={
            "own": self.own, "authority": self.authority, "port": PORT, "version": version})
        self.server.users(USERS)
        self.server.start()

    def way(self, **kwargs):
        return ByTls(self.server, PORT, **{"ca": self.authority.certificate, "own": self.client, **kwargs})


def config(lns, *servers):
    """Patiently: a handshake takes its time on a slow machine, and what is tested is noticed at once."""
    return radius_config(lns, *servers).replace("timeout = 2", "timeout = 30")


def check_aaa(lns):
    """The server that said yes to bob."""
    (answer,) = lns.ask("test aaa", user="bob", password="builder", method="chap")
    assert answer["result"] == "accepted", answer
    return answer["server"]


def state(lns, name="one"):
    (record,) = lns.ask("show radius", server=name)
    return record


@pytest.mark.parametrize("version", ["1.3", "1.2"])
def test_call(pair, processes, build, version):
    """A call, its authentication and its accounting, by one connection; nothing of it by UDP."""
    a, b = pair
    tls = Lab(processes, a.namespace, version)
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(config(lns, tls.way()))
    caller = Caller(processes, b.namespace, a.ipv4)
    peer = caller.call("bob", "builder", "mschapv2")
    (session,) = lns.up()
    assert session["user"] == "bob"
    (request,) = tls.server.requests()
    assert (request["User-Name"], request["NAS-Identifier"]) == ("bob", "our-lns")
    lab.wait_until(lambda: tls.server.accounting(status="Start"), "the start record")
    record = state(lns)
    assert (record["transport"], record["auth"], record["acct"]) == ("tls", "alive", "alive")
    assert record["tls"].startswith(f"TLSv{version} ")
    connections = a.namespace.run("ss", "-Htn", "state", "established", "dport", "=", str(PORT)).splitlines()
    assert len(connections) == 1, connections
    hang_up(lns, peer)
    lab.wait_until(lambda: tls.server.accounting(status="Stop"), "the stop record")
    assert [r["status"] for r in tls.server.accounting(user="bob")] == ["Start", "Stop"]
    assert state(lns)["retransmits"] == state(lns)["bad_replies"] == 0


def test_refused(pair, processes, build):
    """Of four ways to the same server three are wrong: each has its line, and what is mended counts without a restart."""
    a, _ = pair
    tls = Lab(processes, a.namespace)
    other = Authority(f"{tls.folder}-other", "other")
    ca = shutil.copy(other.certificate, f"{tls.folder}/ca.pem")
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(config(
        lns, tls.way(name="ca", ca=ca), tls.way(name="name", server_name="aaa.example.net"),
        tls.way(name="nobody", own=None), tls.way(name="right", server_name="radius.example.net")))
    assert check_aaa(lns) == "right"
    why = {
        "ca": ("its certificate is refused: self-signed certificate in certificate chain",),
        "name": ('its certificate is refused: it is not for "aaa.example.net" (server-name)',),
        # Its alert may be lost with the connection.
        "nobody": ("it refused the connection: tlsv13 alert certificate required",
                   "it closed the connection without an answer: does it want a certificate (certificate-file)?"),
    }
    for name, texts in why.items():
        record = state(lns, name)
        assert record["last_error"] in texts, record
        assert f'radius "{name}": it is taken as dead: {record["last_error"]}\n' in lns.process.text()
        assert record["auth"] == record["acct"] == "dead"
    shutil.copy(tls.authority.certificate, ca)
    lns.process.wait_for('radius "ca": its authentication port answers again')
    assert check_aaa(lns) == "ca"


def test_killed(pair, processes, build):
    """The server dies with a request under way and a call up: the other one, of UDP, has both; then it is back."""
    a, b = pair
    tls = Lab(processes, a.namespace)
    two = FreeRadius(processes, a.namespace, "two", auth_port=1912, acct_port=1913)
    two.users(USERS)
    two.start()
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(config(lns, tls.way(), two))
    caller = Caller(processes, b.namespace, a.ipv4)
    peer = caller.call("bob", "builder", "chap")
    lns.up()
    lab.wait_until(lambda: tls.server.accounting(status="Start"), "the start record")
    tls.server.pause()
    served = []
    asking = threading.Thread(target=lambda: served.append(check_aaa(lns)))
    asking.start()
    lab.wait_until(lambda: state(lns)["outstanding"] == 1, "a request under way")
    tls.server.kill()
    asking.join()
    assert served == ["two"]
    lns.process.wait_for('radius "one": it is taken as dead: it cannot be connected to: Connection refused')
    hang_up(lns, peer)
    lab.wait_until(lambda: two.accounting(status="Stop"), "the stop record")
    assert not tls.server.accounting(status="Stop")
    tls.server.start()
    lns.process.wait_for('radius "one": its authentication port answers again')
    assert check_aaa(lns) == "one"
    assert state(lns)["auth_timeouts"] == state(lns)["acct_timeouts"] == 0
