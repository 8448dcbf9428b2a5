# SPDX-License-Identifier: GPL-2.0-or-later
"""A TACACS+ server (RFC 8907) with users of ours, and what it was asked.

It is written from the RFC alone and shares nothing with l2tpd's. What it says
to Debian's libauthen-tacacsplus-perl and to tshark is a test of its own.
"""

import contextlib
import hashlib
import hmac
import socket
import struct
import subprocess
import threading

SECRET = "tacacs-secret"
HEADER = struct.Struct("!BBBBII")
AUTHEN, AUTHOR, ACCT = 1, 2, 3
UNENCRYPTED, SINGLE_CONNECT = 1, 4
ASCII, PAP, CHAP, MSCHAP, MSCHAPV2 = 1, 2, 3, 5, 6
PASS, FAIL, GETUSER, GETPASS = 1, 2, 4, 5
PASS_ADD, AUTHOR_FAIL = 1, 0x10


def pad(header, secret, length):
    """The bytes that a body is hidden by."""
    version, _, number, _, session, _ = HEADER.unpack(header)
    seed = struct.pack("!I", session) + secret.encode() + bytes((version, number))
    found, last = b"", b""
    while len(found) < length:
        last = hashlib.md5(seed + last).digest()
        found += last
    return found[:length]


def hide(header, secret, body):
    """Hidden, or revealed."""
    return bytes(a ^ b for a, b in zip(body, pad(header, secret, len(body))))


def packet(version, kind, number, session, body, flags=0, secret=SECRET):
    header = HEADER.pack(version, kind, number, flags, session, len(body))
    return header + hide(header, secret, body)


def cut(data, *lengths):
    """The pieces of these lengths, of which nothing is left."""
    if sum(lengths) != len(data):
        raise ValueError("the lengths of a body do not fit")
    pieces = []
    for length in lengths:
        pieces.append(data[:length])
        data = data[length:]
    return pieces


# ---- MS-CHAPv2: RFC 2759, section 8, by openssl(1) for what Python has not ----

def openssl(*args, data):
    return subprocess.run(["openssl", *args, "-provider", "legacy", "-provider", "default"], input=data,
                          stdout=subprocess.PIPE, check=True).stdout


def md4(data):
    return openssl("dgst", "-md4", "-binary", data=data)


def des(key, block):
    """With a key of 56 bits."""
    bits = int.from_bytes(key, "big")
    whole = bytes((bits >> 49 - 7 * i & 0x7f) << 1 for i in range(8))
    return openssl("enc", "-des-ecb", "-nopad", "-K", whole.hex(), data=block)


def challenge_response(challenge, password_hash):
    key = password_hash + bytes(5)
    return b"".join(des(key[i:i + 7], challenge) for i in (0, 7, 14))


def mschapv2(user, password, challenge, response):
    """The proof for the caller, "S=...", if its response is right."""
    peer, answer = response[:16], response[24:48]
    hashed = hashlib.sha1(peer + challenge + user.encode()).digest()[:8]
    password_hash = md4(password.encode("utf-16-le"))
    if not hmac.compare_digest(challenge_response(hashed, password_hash), answer):
        return None
    digest = hashlib.sha1(md4(password_hash) + answer + b"Magic server to client signing constant").digest()
    proof = hashlib.sha1(digest + hashed + b"Pad to make it do more than one iteration").hexdigest()
    return f"S={proof.upper()}"


def write_pcap(path, connections):
    """The packets of connections, as if each had been a segment of TCP to port 49."""
    with open(path, "wb") as f:
        f.write(struct.pack("=IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))    # IP, without a link layer
        for port, packets in enumerate(connections, 40000):
            at = {True: 1, False: 1}
            for up, data in packets:
                ports = (port, 49) if up else (49, port)
                tcp = struct.pack("!HHIIBBHHH", *ports, at[up], at[not up], 5 << 4, 0x18, 65535, 0, 0)
                at[up] += len(data)
                addresses = (b"\x7f\0\0\1", b"\x7f\0\0\2") if up else (b"\x7f\0\0\2", b"\x7f\0\0\1")
                ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp) + len(data), 0, 0, 64, 6, 0) + b"".join(addresses)
                frame = ip + tcp + data
                f.write(struct.pack("=IIII", 1, 0, len(frame), len(frame)) + frame)


class User:
    """args: what its authorization adds; authorized: whether there is one."""

    def __init__(self, password, *args, authorized=True):
        self.password, self.args, self.authorized = password, args, authorized


class Tacacs:
    """A server in a namespace (None: this one). It answers within a `with`, or from start() to stop()."""

    def __init__(self, namespace=None, name="tacacs", address="127.0.0.1", port=49, secret=SECRET, shares=True):
        self.namespace, self.name = namespace, name
        self.address, self.port, self.secret, self.shares = address, port, secret, shares
        self.users = {}
        # dicts, in the order in which they came: of all requests, and of the accounting records' arguments
        self.requests, self.accounting = [], []
        self.connections = 0
        # for each connection [(from the client, packet)]
        self.raw = []
        self.asked = None
        # Takes the reply's bytes and the connection; what it returns is sent instead. For lies.
        self.spoil = None
        self.sock = None
        self.open = set()
        self.lock = threading.Lock()

    # ---- its life ----

    def start(self):
        with self.namespace.inside() if self.namespace else contextlib.nullcontext():
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.sock.bind((self.address, self.port))
        self.port = self.sock.getsockname()[1]
        self.sock.listen(64)
        threading.Thread(target=self._accept, args=(self.sock,), daemon=True).start()
        return self

    def stop(self):
        """Nothing listens there any more, and all connections end. Twice is allowed."""
        if self.sock:
            self.sock.shutdown(socket.SHUT_RDWR)
            self.sock.close()
        self.sock = None
        with self.lock:
            for connection in self.open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def config(self, name, secret_file, keys=""):
        """A tacacs section that asks it."""
        return (f'tacacs "{name}" {{ address = "{self.address}" port = {self.port} secret-file = "{secret_file}" '
                f'{keys} }}\n')

    def _accept(self, sock):
        while True:
            try:
                connection, _ = sock.accept()
            except OSError:
                return
            self.connections += 1
            with self.lock:
                self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        raw = []
        self.raw.append(raw)
        # Whether it is shared is said once, in the first reply.
        shared = None
        with connection, contextlib.suppress(OSError, EOFError):
            while True:
                header, body = self._request(connection)
                raw.append((True, header + hide(header, self.secret, body)))
                if shared is None:
                    shared = self.shares and bool(header[3] & SINGLE_CONNECT)
                said = self._reply(header, body)
                if said is not None:
                    reply = self._packet(header, said, shared)
                    raw.append((False, reply))
                    connection.sendall(self.spoil(reply, connection) if self.spoil else reply)
                asks = header[1] == AUTHEN and said is not None and said[0] in (GETUSER, GETPASS)
                if not shared and not asks:
                    break
        with self.lock:
            self.open.discard(connection)

    @staticmethod
    def _read(connection, length):
        data = b""
        while len(data) < length:
            piece = connection.recv(length - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    def _request(self, connection):
        """A header, and the body behind it, revealed."""
        header = self._read(connection, HEADER.size)
        *_, flags, _, length = HEADER.unpack(header)
        assert not flags & UNENCRYPTED
        return header, hide(header, self.secret, self._read(connection, length))

    def _reply(self, header, body):
        """A body; None: nothing is to be said. What cannot be read, mostly by another secret, ends the connection."""
        version, kind, number, *_ = HEADER.unpack(header)
        try:
            with self.lock:
                return {AUTHEN: self.authenticate, AUTHOR: self.authorize, ACCT: self.account}[kind](
                    number, body, version)
        except (ValueError, IndexError) as e:
            raise EOFError from e

    def _packet(self, header, body, shared):
        version, kind, number, _, session, _ = HEADER.unpack(header)
        return packet(version, kind, number + 1, session, body, SINGLE_CONNECT if shared else 0, self.secret)

    # ---- what it answers ----

    def note(self, kind, body, version, **fields):
        self.requests.append({"kind": kind, "version": version, "body": body, **fields})

    def authenticate(self, number, body, version):
        if number > 1:
            return self.go_on(body, version)
        action, level, method, service, *lengths = body[:8]
        name, port, address, data = cut(body[8:], *lengths)
        name = self.asked = name.decode()
        self.note("start", body, version, action=action, level=level, type=method, service=service, user=name,
                  port=port.decode(), address=address.decode(), data=data)
        if method == ASCII:
            return self.ask_more()
        proof = self.check(method, name, data)
        if proof is None:
            return struct.pack("!BBHH", FAIL, 0, 7, 0) + b"go away"
        return struct.pack("!BBHH", PASS, 0, 0, len(proof)) + proof.encode()

    def ask_more(self):
        """Of who logs in word by word."""
        status, words = (GETPASS, b"Password:") if self.asked else (GETUSER, b"User:")
        return struct.pack("!BBHH", status, 1, len(words), 0) + words

    def go_on(self, body, version):
        length, data, flags = struct.unpack("!HHB", body[:5])
        message, _ = cut(body[5:], length, data)
        self.note("continue", body, version, flags=flags)
        if flags & 1:
            return None
        if not self.asked:
            self.asked = message.decode()
            return self.ask_more()
        user = self.users.get(self.asked)
        return struct.pack("!BBHH", PASS if user and user.password == message.decode() else FAIL, 0, 0, 0)

    def check(self, method, name, data):
        """What proves that it knows the password as well, "" for nothing; None: it is wrong."""
        user = self.users.get(name)
        if not user:
            return None
        right = False
        if method == PAP:
            right = data.decode() == user.password
        elif method == CHAP:
            right = hashlib.md5(data[:1] + user.password.encode() + data[1:-16]).digest() == data[-16:]
        elif method == MSCHAP:
            right = challenge_response(data[1:9], md4(user.password.encode("utf-16-le"))) == data[9 + 24:9 + 48]
        elif method == MSCHAPV2:
            return mschapv2(name, user.password, data[1:17], data[17:])
        return "" if right else None

    def authorize(self, _, body, version):
        method, level, kind, service, user, port, address, count = body[:8]
        user, port, address, *args = cut(body[8 + count:], user, port, address, *body[8:8 + count])
        self.note("author", body, version, method=method, level=level, type=kind, service=service,
                  user=user.decode(), port=port.decode(), address=address.decode(), args=[a.decode() for a in args])
        known = self.users.get(user.decode())
        if not known or not known.authorized:
            return struct.pack("!BBHH", AUTHOR_FAIL, 0, 0, 0)
        args = [a.encode() for a in known.args]
        return struct.pack("!BBHH", PASS_ADD, len(args), 0, 0) + bytes(map(len, args)) + b"".join(args)

    def account(self, _, body, version):
        flags, method, level, kind, service, user, port, address, count = body[:9]
        user, port, address, *args = cut(body[9 + count:], user, port, address, *body[9:9 + count])
        record = dict(a.decode().split("=", 1) for a in args)
        self.note("acct", body, version, flags=flags, method=method, level=level, type=kind, service=service)
        self.accounting.append({"flags": flags, "user": user.decode(), "port": port.decode(),
                                "rem_addr": address.decode(), **record})
        return struct.pack("!HHB", 0, 0, 1)

    def of(self, kind):
        """The requests of a kind: start, continue, author, acct."""
        return [r for r in self.requests if r["kind"] == kind]
