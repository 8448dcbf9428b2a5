# SPDX-License-Identifier: GPL-2.0-or-later
"""Callers whom a RADIUS server knows: FreeRADIUS, with users in a file and in a database."""

import pytest

import lab
from lab.l2tpd import L2tpd, lns_config
from lab.peers import Xl2tpd, chap_secrets
from lab.radius import SECRET, FreeRadius

AUTH = '"mschapv2", "chap", "pap", "mschapv1"'
METHODS = {"pap": "pap", "chap": "chap", "mschapv1": "mschap", "mschapv2": "mschap-v2"}


def radius_config(lns, *servers, auth=AUTH, radius="", ppp="", pool="10.64.0.0/24", extra="", lns_keys=""):
    """A profile whose users these servers know; a server is a FreeRadius or its (name, address, port)."""
    secret = lns.secret(SECRET, "radius")
    sections = "".join(f"""
radius "{s.name}" {{
    address = "{s.address}"
    auth-port = {s.auth_port}
    acct-port = {s.acct_port}
    secret-file = "{secret}"
    timeout = 2
    dead-time = 2
    {radius}
}}
""" for s in servers)
    names = ", ".join(f'"{s.name}"' for s in servers)
    text = lns_config("", pool=pool, auth=auth, ppp=f"radius = {{ {names} }}\n{ppp}", lns=lns_keys,
                      extra=f'state-dir = "{lns.run}.state"\n{sections}\n{extra}')
    return text.replace('    users-file = ""\n', "")


def only(method):
    """pppd's options for a caller that agrees to one method."""
    refused = [m for m in METHODS.values() if m != METHODS[method]]
    return "refuse-eap\n" + "".join(f"refuse-{m}\n" for m in refused)


class Caller:
    """xl2tpd with pppd, one call at a time."""

    def __init__(self, processes, namespace, server):
        self.processes, self.namespace, self.server, self.n = processes, namespace, server, 0

    def call(self, user, password, method, options=""):
        self.n += 1
        chap_secrets((user.replace("\\", "\\\\"), "*", password))
        return Xl2tpd(self.processes, self.namespace, f"caller{self.n}").lac(
            self.server, user.replace("\\", "\\\\"), options=only(method) + options)


@pytest.fixture
def radius(processes, pair):
    server = FreeRadius(processes, pair[0].namespace)
    server.users('bob Cleartext-Password := "builder"\n    Framed-IP-Address = 10.64.0.77\n')
    server.sql_user("eve", "apple", ("Framed-IP-Address", "10.64.0.88"))
    return server.start()


def test_methods(pair, processes, build, radius):
    """Each method, right and wrong, from the file and from the database."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(radius_config(lns, radius))
    caller = Caller(processes, b.namespace, a.ipv4)
    for method in METHODS:
        for user, password, address in ("bob", "builder", "10.64.0.77"), ("eve", "apple", "10.64.0.88"):
            peer = caller.call(user, password, method)
            (session,) = lns.up()
            assert (session["user"], session["remote_ipv4"]) == (user, address)
            assert lab.ping(a.namespace, address) is not None
            peer.process.stop()
            lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")
        failed = lns.status()["auth_failed"]
        peer = caller.call("bob", "wrong", method)
        lab.wait_until(lambda n=failed: lns.status()["auth_failed"] > n, f"{method} to be refused")
        lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the refused call to be cleared")
        peer.process.stop()
