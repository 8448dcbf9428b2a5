# SPDX-License-Identifier: GPL-2.0-or-later
"""MPPE: what goes over the wire, and what becomes of calls that cannot have it."""

import socket
import struct

import pytest

import lab
from lab.l2tpd import L2tpd, lac_config, lns_config
from lab.peers import Xl2tpd, chap_secrets
from lab.process import DEADLINE
from lab.radius import SECRET, FreeRadius

pytestmark = pytest.mark.backends

PATTERN = b"cleartext that nobody shall read " * 4
PPP_IP, PPP_IPV6, PPP_COMP = 0x21, 0x57, 0xfd
WOULD_NOT = "MPPE is required and the peer would not encrypt"
NO_KEYS = "MPPE is required but there are no keys for it"


def start_lns(processes, build, end, mppe, auth='"mschapv2"', ppp="", **kwargs):
    lns = L2tpd(processes, build, end.namespace, "lns")
    return lns.start(lns_config(lns.users(("alice", "wonderland")), auth=auth,
                                ppp=f'mppe = "{mppe}"\n    {ppp}', **kwargs))


def call(processes, end, server, options, ccp=True):
    chap_secrets(("alice", "*", "wonderland"))
    return Xl2tpd(processes, end.namespace, "caller").lac(server.ipv4, "alice", options=options, ccp=ccp)


def frames(path):
    """The PPP frames of a capture: (protocol, bytes)."""
    with open(path, "rb") as f:
        data = f.read()
    at = 24
    while at < len(data):
        length = struct.unpack_from("=I", data, at + 8)[0]
        packet, at = data[at + 16:at + 16 + length], at + 16 + length
        if packet[12:14] != b"\x08\x00" or packet[23] != socket.IPPROTO_UDP:
            continue
        l2tp = packet[14 + (packet[14] & 15) * 4 + 8:]
        flags = struct.unpack_from("!H", l2tp)[0]
        if flags & 0x8000:
            continue
        head = 6 + (2 if flags & 0x4000 else 0) + (4 if flags & 0x0800 else 0)
        ppp = l2tp[head:].removeprefix(b"\xff\x03")
        if ppp[0] & 1:
            yield ppp[0], ppp[1:]
        else:
            yield struct.unpack_from("!H", ppp)[0], ppp[2:]


def exchange(a, b, local, remote):
    """A datagram with the pattern each way: local is a's address, remote b's."""
    ends = []
    for ns, address in (a.namespace, local), (b.namespace, remote):
        with ns.inside():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(DEADLINE)
        s.bind((address, 4000))
        ends.append(s)
    with ends[0] as x, ends[1] as y:
        y.sendto(PATTERN, (local, 4000))
        assert x.recv(2000) == PATTERN
        x.sendto(PATTERN, (remote, 4000))
        assert y.recv(2000) == PATTERN


def traffic(a, b, session, path):
    """Pings and datagrams both ways; the PPP protocols of network data that the wire carried."""
    local, remote = session["local_ipv4"], session["remote_ipv4"]
    lab.wait_until(lambda: [x for x in lab.addresses(b.namespace) if x[1] == remote], "the caller's address")
    with lab.Capture(a.namespace, a.device, path):
        assert lab.ping(b.namespace, local) is not None
        assert lab.ping(a.namespace, remote) is not None
        exchange(a, b, local, remote)
    seen = list(frames(path))
    readable = any(PATTERN[:33] in data for _, data in seen)
    kinds = {kind for kind, _ in seen} & {PPP_IP, PPP_IPV6, PPP_COMP}
    return kinds, readable


def check_encrypted(a, b, lns, logs, bits):
    (session,) = lns.up()
    lns.process.wait_for(f"encrypted with {bits} bits")
    assert traffic(a, b, session, str(logs / "wire.pcap")) == ({PPP_COMP}, False)


def check_clear(a, b, lns, logs):
    (session,) = lns.up()
    assert traffic(a, b, session, str(logs / "wire.pcap")) == ({PPP_IP}, True)
    assert "encrypted with" not in lns.process.text()


def check_refused(lns, caller, reason):
    lns.process.wait_for(f"cleared by us: {reason}")
    caller.process.wait_for(reason)   # the message of the CDN
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")
    assert "up on ppp" not in lns.process.text()


# ---- it is there ----

@pytest.mark.parametrize("bits,ours", [(128, ""), (128, 'mppe-bits = { "128" }'), (40, 'mppe-bits = { "40" }'),
                                       (40, "")], ids=["128", "128-only", "40-only", "40"])
def test_required(pair, processes, build, logs, bits, ours):
    a, b = pair
    lns = start_lns(processes, build, a, "required", ppp=ours)
    with lab.Capture(a.namespace, a.device, str(logs / "all.pcap")):
        call(processes, b, a, f"require-mppe-{bits}\n")
        check_encrypted(a, b, lns, logs, bits)
    # from the first frame on
    assert not {kind for kind, _ in frames(str(logs / "all.pcap"))} & {PPP_IP, PPP_IPV6}


def test_optional_and_wanted(pair, processes, build, logs):
    a, b = pair
    lns = start_lns(processes, build, a, "optional")
    # "require-mppe" means 40 bits in pppd 2.5
    call(processes, b, a, "require-mppe-40\nrequire-mppe-128\n")
    check_encrypted(a, b, lns, logs, 128)


# ---- it is not ----

@pytest.mark.parametrize("options,ccp", [("", False), ("nomppe\n", True)], ids=["no-ccp", "no-mppe"])
def test_optional_and_not_wanted(pair, processes, build, logs, options, ccp):
    a, b = pair
    lns = start_lns(processes, build, a, "optional")
    caller = call(processes, b, a, options, ccp)
    check_clear(a, b, lns, logs)
    # held back until it was known, and lost nothing by that
    assert caller.pppd_log().count("sent [IPCP ConfReq id=0x1 ") == 1


def test_optional_without_keys(pair, processes, build, logs):
    a, b = pair
    lns = start_lns(processes, build, a, "optional", auth='"chap"')
    call(processes, b, a, "")
    check_clear(a, b, lns, logs)


@pytest.mark.parametrize("options,ccp", [("", False), ("nomppe\n", True)], ids=["no-ccp", "no-mppe"])
def test_required_and_refused(pair, processes, build, options, ccp):
    a, b = pair
    lns = start_lns(processes, build, a, "required")
    caller = call(processes, b, a, options, ccp)
    check_refused(lns, caller, WOULD_NOT)


def test_no_common_length(pair, processes, build):
    a, b = pair
    lns = start_lns(processes, build, a, "required", ppp='mppe-bits = { "40" }')
    caller = call(processes, b, a, "require-mppe-128\n")
    lab.wait_until(lambda: "LCP TermReq" in caller.pppd_log(), "the end of the call")
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")
    assert "up on ppp" not in lns.process.text()


def test_off_and_required_by_the_caller(pair, processes, build):
    a, b = pair
    lns = start_lns(processes, build, a, "off")
    caller = call(processes, b, a, "require-mppe-128\n")
    lab.wait_until(lambda: "MPPE required but peer negotiation failed" in caller.pppd_log(), "the caller's refusal")
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")


# ---- by the keys of a RADIUS server ----

def start_radius_lns(processes, build, end, mppe, keys=True):
    radius = FreeRadius(processes, end.namespace, mppe=keys)
    radius.users('alice Cleartext-Password := "wonderland"\n')
    radius.start()
    lns = L2tpd(processes, build, end.namespace, "lns")
    config = lns_config("", auth='"mschapv2"', ppp=f'mppe = "{mppe}" radius = {{ "r" }} accounting = false', extra=f"""
radius "r" {{
    address = "{radius.address}"
    secret-file = "{lns.secret(SECRET, "radius")}"
}}
""")
    return lns.start(config.replace('    users-file = ""\n', ""))


def test_keys_from_radius(pair, processes, build, logs):
    a, b = pair
    lns = start_radius_lns(processes, build, a, "required")
    call(processes, b, a, "require-mppe-128\n")
    check_encrypted(a, b, lns, logs, 128)


def test_radius_without_keys(pair, processes, build):
    """The password was right, and nobody says that it was not."""
    a, b = pair
    lns = start_radius_lns(processes, build, a, "required", keys=False)
    call(processes, b, a, "require-mppe-128\n")
    lns.process.wait_for('user "alice" was refused: the RADIUS server "r" accepted the user but sent no MPPE keys')
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be cleared")
    assert "up on ppp" not in lns.process.text()


def test_radius_without_keys_where_they_are_optional(pair, processes, build, logs):
    a, b = pair
    lns = start_radius_lns(processes, build, a, "optional", keys=False)
    call(processes, b, a, "")
    check_clear(a, b, lns, logs)


# ---- with ourselves as the caller ----

def start_lac(processes, build, end, server, ppp):
    lac = L2tpd(processes, build, end.namespace, "lac")
    return lac.start(lac_config(server.ipv4, "alice", lac.secret("wonderland", "password"), ppp=ppp,
                                session="persist = false"))


@pytest.mark.parametrize("ours,theirs", [("required", "required"), ("optional", "optional"),
                                         ("required", "optional")])
def test_our_own_caller(pair, processes, build, logs, ours, theirs):
    a, b = pair
    lns = start_lns(processes, build, a, ours)
    lac = start_lac(processes, build, b, a, f'mppe = "{theirs}"')
    check_encrypted(a, b, lns, logs, 128)
    lac.process.wait_for("encrypted with 128 bits")
    # The end of the call is not that it goes on in clear.
    (session,) = lac.sessions()
    lac.ask("delete session", tunnel=str(session["tunnel_id"]), session=str(session["session_id"]))
    lab.wait_until(lambda: lns.sessions() == [] and not lns.pppds(), "the call to be over")
    for d in lns, lac:
        assert "not encrypted" not in d.process.text() and "no longer encrypted" not in d.process.text()


@pytest.mark.pppd
@pytest.mark.parametrize("ours,asked", [("true", "-H"), ("false", "+H")], ids=["taken", "refused"])
def test_stateful(pair, processes, build, logs, ours, asked):
    """A caller of ours asks for it; an LNS that has none says so and gets the other mode."""
    a, b = pair
    lns = start_lns(processes, build, a, "required", ppp=f'mppe-stateful = {ours} options = {{ "debug", "logfile", '
                    f'"{logs}/pppd.log" }}')
    start_lac(processes, build, b, a, 'mppe = "required" mppe-stateful = true')
    check_encrypted(a, b, lns, logs, 128)
    said = (logs / "pppd.log").read_text()
    assert "rcvd [CCP ConfReq id=0x1 <mppe -H -M +S" in said
    assert f"sent [CCP ConfAck id=0x2 <mppe {asked} -M +S -L" in said


def test_our_own_caller_would_not(pair, processes, build):
    """The reason is in the log, in the CDN, and in what l2tpctl shows of the caller's session."""
    a, b = pair
    lns = start_lns(processes, build, a, "required")
    lac = start_lac(processes, build, b, a, "")
    lns.process.wait_for(f"cleared by us: {WOULD_NOT}")
    lac.process.wait_for(WOULD_NOT)
    lab.wait_until(lambda: [s for s in lac.sessions() if WOULD_NOT in s.get("last_error", "")],
                   "the caller's session to show it")


def test_our_own_caller_requires_it(pair, processes, build):
    """Of an LNS that has none, and of one that authenticates nobody by MS-CHAP."""
    a, b = pair
    start_lns(processes, build, a, "off", auth='"chap"')
    lac = start_lac(processes, build, b, a, 'mppe = "required"')
    lac.process.wait_for(NO_KEYS)
    lab.wait_until(lambda: [s for s in lac.sessions() if NO_KEYS in s.get("last_error", "")],
                   "the caller's session to show it")
