# SPDX-License-Identifier: GPL-2.0-or-later
"""What the kernel of a namespace holds, asked over netlink without a program."""

import os
import socket
import struct

NETLINK_ROUTE, NETLINK_GENERIC = 0, 16
NLM_F_REQUEST, NLM_F_DUMP = 1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
RTM_GETADDR = 22
RTM_GETLINK = 18
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 3, 1, 2
L2TP_CMD_TUNNEL_GET, L2TP_CMD_SESSION_GET = 4, 8
IFA_ADDRESS, IFA_LOCAL = 1, 2
IFLA_ADDRESS, IFLA_IFNAME, IFLA_MTU, IFLA_OPERSTATE = 1, 3, 4, 16
OPERSTATES = "unknown", "notpresent", "down", "lowerlayerdown", "testing", "dormant", "up"

# linux/l2tp.h
L2TP_ATTRIBUTES = {8: "ifname", 9: "tunnel_id", 10: "peer_tunnel_id", 11: "session_id",
                   12: "peer_session_id"}


def _attributes(data):
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            break
        yield kind & 0x3fff, data[at + 4:at + length]
        at += (length + 3) & ~3


def _request(sock, kind, flags, body):
    """Sends one request; yields the bodies of the answers."""
    sock.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags, 1, 0) + body)
    while True:
        data, at = sock.recv(1 << 18), 0
        while at + 16 <= len(data):
            length, answer = struct.unpack_from("=IH", data, at)
            body = data[at + 16:at + length]
            at += (length + 3) & ~3
            if answer == NLMSG_DONE:
                return
            if answer == NLMSG_ERROR:
                error = -struct.unpack_from("=i", body)[0]
                if error:
                    raise OSError(error, os.strerror(error))
                return
            yield body
        if not flags & NLM_F_DUMP:
            return


def _socket(namespace, protocol):
    with namespace.inside():
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, protocol)
    sock.bind((0, 0))
    return sock


def _value(name, raw):
    return raw.rstrip(b"\0").decode() if name == "ifname" else struct.unpack("=I", raw)[0]


def l2tp_objects(namespace):
    """The tunnels and the sessions of a namespace, a dict each.

    Both lists are empty where the l2tp modules are not even loaded.
    """
    with _socket(namespace, NETLINK_GENERIC) as sock:
        name = b"l2tp\0\0\0\0"
        ask = struct.pack("=BBHHH", CTRL_CMD_GETFAMILY, 1, 0, 4 + 5, CTRL_ATTR_FAMILY_NAME) + name
        try:
            (answer,) = _request(sock, GENL_ID_CTRL, 0, ask)
        except FileNotFoundError:
            return [], []
        family = dict(_attributes(answer[4:]))[CTRL_ATTR_FAMILY_ID]
        found = []
        for command in L2TP_CMD_TUNNEL_GET, L2TP_CMD_SESSION_GET:
            found.append([
                {L2TP_ATTRIBUTES[k]: _value(L2TP_ATTRIBUTES[k], v)
                 for k, v in _attributes(body[4:]) if k in L2TP_ATTRIBUTES}
                for body in _request(sock, struct.unpack("=H", family)[0], NLM_F_DUMP,
                                     struct.pack("=BBH", command, 1, 0))])
        return tuple(found)


def interfaces(namespace):
    """The names of a namespace's interfaces, without lo."""
    with namespace.inside():
        return sorted(name for _, name in socket.if_nameindex() if name != "lo")


def link(namespace, name):
    """An interface: its index, operstate, MAC and MTU."""
    ask = struct.pack("=BxHiII", 0, 0, 0, 0, 0) + struct.pack("=HH16s", 4 + 16, IFLA_IFNAME, name.encode())
    with _socket(namespace, NETLINK_ROUTE) as sock:
        (body,) = _request(sock, RTM_GETLINK, 0, ask)
    attributes = dict(_attributes(body[16:]))
    return {"index": struct.unpack_from("=i", body, 4)[0], "operstate": OPERSTATES[attributes[IFLA_OPERSTATE][0]],
            "mac": attributes.get(IFLA_ADDRESS), "mtu": struct.unpack("=I", attributes[IFLA_MTU])[0]}


def addresses(namespace):
    """[(interface, own address, peer's address or the same)], both families."""
    found = []
    with _socket(namespace, NETLINK_ROUTE) as sock, namespace.inside():
        names = dict(socket.if_nameindex())
        for body in _request(sock, RTM_GETADDR, NLM_F_DUMP, bytes(8)):
            family, index = body[0], struct.unpack_from("=I", body, 4)[0]
            attributes = dict(_attributes(body[8:]))
            peer = attributes.get(IFA_ADDRESS)
            local = attributes.get(IFA_LOCAL, peer)
            if local and index in names:
                found.append((names[index], socket.inet_ntop(family, local),
                              socket.inet_ntop(family, peer)))
    return found
