# SPDX-License-Identifier: GPL-2.0-or-later
"""Callers whom a RADIUS server knows: FreeRADIUS, with users in a file and in a database."""

import socket

import pytest

import lab
from lab.l2tpd import CommandError, L2tpd, lns_config
from lab.peers import METHODS, Xl2tpd, accepts, chap_secrets
from lab.radius import SECRET, FreeRadius

pytestmark = [pytest.mark.any_kernel, pytest.mark.backends]

AUTH = '"mschapv2", "chap", "pap", "mschapv1"'


class ByTls:
    """A FreeRadius as it is reached by TLS."""

    def __init__(self, server, port, ca, own=None, name=None, server_name=None):
        self.name, self.address = name or server.name, server.address
        self.keys = f'transport = "tls"\n    port = {port}\n    ca-file = "{ca}"'
        if own:
            self.keys += f'\n    certificate-file = "{own.certificate}"\n    key-file = "{own.key}"'
        if server_name:
            self.keys += f'\n    server-name = "{server_name}"'


def way_to(server, secret):
    """The keys of a radius section that say how the server is reached."""
    if isinstance(server, ByTls):
        return server.keys
    return f'auth-port = {server.auth_port}\n    acct-port = {server.acct_port}\n    secret-file = "{secret}"'


def radius_config(lns, *servers, auth=AUTH, radius="", ppp="", pool="10.64.0.0/24", extra="", lns_keys=""):
    """A profile whose users these servers know; a server is a FreeRadius, ByTls, or has its name, address and ports."""
    secret = lns.secret(SECRET, "radius")
    sections = "".join(f"""
radius "{s.name}" {{
    address = "{s.address}"
    {way_to(s, secret)}
    timeout = 2
    dead-time = 2
    {radius}
}}
""" for s in servers)
    names = ", ".join(f'"{s.name}"' for s in servers)
    text = lns_config("", pool=pool, auth=auth, ppp=f"radius = {{ {names} }}\n{ppp}", lns=lns_keys,
                      extra=f'state-dir = "{lns.run}.state"\n{sections}\n{extra}')
    return text.replace('    users-file = ""\n', "")


class Caller:
    """xl2tpd with pppd, one call at a time."""

    def __init__(self, processes, namespace, server):
        self.processes, self.namespace, self.server, self.n = processes, namespace, server, 0

    def call(self, user, password, method, options="", **kwargs):
        self.n += 1
        quoted = user.replace("\\", "\\\\")
        chap_secrets((quoted, "*", password))
        return Xl2tpd(self.processes, self.namespace, f"caller{self.n}").lac(
            self.server, quoted, options=accepts(method) + options, **kwargs)


def hang_up(lns, peer):
    """The caller ends, and its call is gone here too."""
    peer.process.stop()
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")


@pytest.fixture
def radius(processes, pair):
    server = FreeRadius(processes, pair[0].namespace)
    server.users('bob Cleartext-Password := "builder"\n    Framed-IP-Address = 10.64.0.77,\n'
                 '    Reply-Message = "Hello from the file"\n'
                 'CORP\\bob Cleartext-Password := "cooper"\n')
    server.sql_user("eve", "apple", ("Framed-IP-Address", "10.64.0.88"), ("Reply-Message", "Hello from the database"))
    server.sql_user("eve@example.net", "pear")
    return server.start()


def check_request(request, user, a, b):
    """What the server was told of a call of xl2tpd's."""
    assert {k: v for k, v in request.items() if k not in ("NAS-Port", "NAS-Port-Id", "Acct-Session-Id")} == {
        "User-Name": user, "NAS-Identifier": "our-lns", "NAS-Port-Type": "Virtual", "Service-Type": "Framed-User",
        "Framed-Protocol": "PPP", "Calling-Station-Id": b.ipv4, "Called-Station-Id": a.ipv4,
        "Connect-Info": request["Connect-Info"], "Tunnel-Type:1": "L2TP", "Tunnel-Medium-Type:1": "IPv4",
        "Tunnel-Client-Endpoint:1": b.ipv4, "Tunnel-Server-Endpoint:1": a.ipv4,
        "Tunnel-Client-Auth-Id:1": socket.gethostname(), "Tunnel-Server-Auth-Id:1": "our-lns",
        "Message-Authenticator": request["Message-Authenticator"]}
    assert request["Connect-Info"].endswith("L2TP")
    assert len(request["Message-Authenticator"]) == 34


def test_methods(pair, processes, build, radius):
    """Each method, right and wrong, from the file and from the database; what the server was told of them."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(radius_config(lns, radius))
    caller = Caller(processes, b.namespace, a.ipv4)
    ids = []
    for method in METHODS:
        for user, password, address, source in (("bob", "builder", "10.64.0.77", "the file"),
                                                ("eve", "apple", "10.64.0.88", "the database")):
            peer = caller.call(user, password, method)
            (session,) = lns.up()
            assert (session["user"], session["remote_ipv4"]) == (user, address)
            assert lab.ping(a.namespace, address) is not None
            # to the user
            lab.wait_until(lambda p=peer, s=source: f"Hello from {s}" in p.pppd_log(), f"Reply-Message with {method}")
            request = radius.requests()[-1]
            check_request(request, user, a, b)
            assert int(request["NAS-Port"]) == session["tunnel_id"] << 16 | session["session_id"]
            ids.append(request["Acct-Session-Id"])
            hang_up(lns, peer)
        failed = lns.status()["auth_failed"]
        peer = caller.call("bob", "wrong", method)
        lab.wait_until(lambda n=failed: lns.status()["auth_failed"] > n, f"{method} to be refused")
        lns.process.wait_for(rf'user "bob" is refused \({method}\): the RADIUS server "radius" rejected it')
        hang_up(lns, peer)
    assert lns.status()["auth_failed"] == len(METHODS)
    # unique, and the same in the accounting
    assert len(set(ids)) == len(ids)
    stops = lab.wait_until(lambda: (lambda rows: len(rows) == len(ids) and rows)(radius.accounting(status="Stop")),
                           "the accounting")
    assert sorted(r["session"] for r in stops) == sorted(ids)


def test_names(pair, processes, build, radius):
    r"""user@realm and DOMAIN\user, kept by one profile and stripped by the other."""
    a, b = pair
    lns = L2tpd(processes, build, a.namespace, "lns")
    lns.start(radius_config(lns, radius, lns_keys='from-hostname = { "keeps" }', extra=f"""
lns "strips" {{ from-hostname = {{ "strips" }} ppp = "strips" }}
ppp "strips" {{ auth = {{ {AUTH} }} radius = {{ "radius" }} local-address = "10.65.0.1" pool = {{ "10.65.0.0/24" }}
    strip-realm = true strip-domain = true }}
"""))
    caller = Caller(processes, b.namespace, a.ipv4)
    for profile, user, password, method, told in (
            ("keeps", "CORP\\bob", "cooper", "chap", "CORP\\bob"),
            ("keeps", "eve@example.net", "pear", "mschapv2", "eve@example.net"),
            ("strips", "CORP\\bob", "builder", "mschapv2", "bob"),
            ("strips", "eve@example.net", "apple", "pap", "eve")):
        peer = caller.call(user, password, method, extra=f"hostname = {profile}")
        (session,) = lns.up()
        assert radius.requests()[-1]["User-Name"].replace("\\\\", "\\") == told
        assert (session["ppp"] == "strips") == (profile == "strips")
        hang_up(lns, peer)


def test_wrong_secret(pair, processes, build, radius):
    """FreeRADIUS says nothing to whom it does not believe: one line says what may be wrong."""
    lns = L2tpd(processes, build, pair[0].namespace, "lns")
    config = radius_config(lns, radius)
    lns.secret("guessed", "radius")
    lns.start(config)
    with pytest.raises(CommandError, match=r"no RADIUS server answers \(radius\)"):
        lns.ask("test aaa", user="bob", password="builder", method="chap")
    assert radius.requests() == []
    lns.process.wait_for("taken as dead: it did not answer within 2.0 s, and never did: .*has it the same secret")
    # Mended where it was wrong: no restart.
    lns.secret(SECRET, "radius")
    lns.process.wait_for('radius "radius": its authentication port answers again')
    (answer,) = lns.ask("test aaa", user="bob", password="builder", method="chap")
    assert (answer["result"], answer["server"]) == ("accepted", "radius"), answer
