# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's FreeRADIUS as the server behind l2tpd, with users in a file and in SQLite.

Its configuration is complete and its own: nothing of /etc/freeradius counts.
What it was told is read back from the database (accounting) and from a line
per Access-Request.
"""

import contextlib
import hashlib
import hmac
import os
import signal
import socket
import sqlite3
import struct
import tempfile
import threading

from lab.process import DEADLINE, wait_until

SECRET = "radius-secret"
SCHEMA = """
CREATE TABLE radcheck (id INTEGER PRIMARY KEY, username TEXT, attribute TEXT, op TEXT, value TEXT);
CREATE TABLE radreply (id INTEGER PRIMARY KEY, username TEXT, attribute TEXT, op TEXT, value TEXT);
CREATE TABLE acct (id INTEGER PRIMARY KEY, status TEXT, session TEXT, user TEXT, address TEXT, time INTEGER,
    input INTEGER, output INTEGER, input_high INTEGER, output_high INTEGER, input_packets INTEGER,
    output_packets INTEGER, cause TEXT, delay INTEGER, class TEXT, stamp INTEGER, authentic TEXT,
    prefix TEXT, delegated TEXT, tunnel TEXT);
"""
# What is inserted for each accounting record, in acct's order.
ACCT = ("%{Acct-Status-Type}", "%{Acct-Session-Id}", "%{User-Name}", "%{Framed-IP-Address}",
        "%{%{Acct-Session-Time}:-0}", "%{%{Acct-Input-Octets}:-0}", "%{%{Acct-Output-Octets}:-0}",
        "%{%{Acct-Input-Gigawords}:-0}", "%{%{Acct-Output-Gigawords}:-0}", "%{%{Acct-Input-Packets}:-0}",
        "%{%{Acct-Output-Packets}:-0}", "%{Acct-Terminate-Cause}", "%{%{Acct-Delay-Time}:-0}", "%{Class[*]}",
        "%{integer:Event-Timestamp}", "%{Acct-Authentic}", "%{Framed-IPv6-Prefix}", "%{Delegated-IPv6-Prefix}",
        "%{Tunnel-Client-Endpoint:1}")
# What is written for each Access-Request, as Name=value pairs with bars between them.
REQUEST = ("User-Name", "NAS-Identifier", "NAS-Port-Type", "NAS-Port", "NAS-Port-Id", "Service-Type",
           "Framed-Protocol", "Calling-Station-Id", "Called-Station-Id", "Connect-Info", "Acct-Session-Id",
           "Tunnel-Type:1", "Tunnel-Medium-Type:1", "Tunnel-Client-Endpoint:1", "Tunnel-Server-Endpoint:1",
           "Tunnel-Client-Auth-Id:1", "Tunnel-Server-Auth-Id:1", "Message-Authenticator")

RADIUSD = """
prefix = /usr
localstatedir = {folder}
logdir = {folder}
raddbdir = {folder}
libdir = /usr/lib/freeradius
pidfile = {folder}/pid
name = {name}
max_request_time = 10
cleanup_delay = 1
max_requests = 16384
hostname_lookups = no
log {{
    destination = stdout
    auth = {log}
}}
security {{
    allow_core_dumps = no
    max_attributes = 200
    reject_delay = 0
    status_server = yes
}}
proxy_requests = no
thread pool {{
    start_servers = {threads}
    max_servers = {threads}
    min_spare_servers = 1
    max_spare_servers = {threads}
    max_requests_per_server = 0
    max_queue_size = 16384
    auto_limit_acct = no
}}
client any {{
    ipaddr = *
    secret = {secret}
    require_message_authenticator = yes
    limit {{
        max_connections = 0
    }}
}}
client any6 {{
    ipv6addr = ::
    secret = {secret}
    require_message_authenticator = yes
}}
modules {{
    pap {{ }}
    chap {{ }}
    mschap {{
        use_mppe = {mppe}
        require_encryption = no
        require_strong = no
    }}
    files {{
        filename = {folder}/users
    }}
    sql {{
        driver = "rlm_sql_sqlite"
        dialect = "sqlite"
        sqlite {{
            filename = "{folder}/users.db"
            busy_timeout = 5000
        }}
        radius_db = "radius"
        acct_table1 = "acct"
        acct_table2 = "acct"
        postauth_table = "acct"
        authcheck_table = "radcheck"
        groupcheck_table = "radcheck"
        authreply_table = "radreply"
        groupreply_table = "radreply"
        usergroup_table = "radcheck"
        read_groups = no
        read_clients = no
        delete_stale_sessions = no
        # One for each thread: who finds none is refused.
        pool {{
            start = {threads}
            min = {threads}
            max = {threads}
            spare = 0
            uses = 0
            lifetime = 0
            idle_timeout = 0
        }}
        sql_user_name = "%{{User-Name}}"
        authorize_check_query = "SELECT id, username, attribute, value, op FROM radcheck WHERE username = '%{{SQL-User-Name}}' ORDER BY id"
        authorize_reply_query = "SELECT id, username, attribute, value, op FROM radreply WHERE username = '%{{SQL-User-Name}}' ORDER BY id"
    }}
    always ok {{
        rcode = ok
    }}
    always fail {{
        rcode = fail
    }}
    linelog requests {{
        filename = {folder}/requests.log
        format = "{request}"
    }}
    {modules}
}}
server default {{
    listen {{
        type = auth
        ipaddr = {address}
        port = {auth_port}
    }}
    listen {{
        type = acct
        ipaddr = {address}
        port = {acct_port}
    }}
    {tls}
    authorize {{
        {requests}
        {authorize}
        chap
        mschap
        files
        {sql}
        pap
    }}
    authenticate {{
        Auth-Type PAP {{
            pap
        }}
        Auth-Type CHAP {{
            chap
        }}
        Auth-Type MS-CHAP {{
            mschap
        }}
    }}
    preacct {{ }}
    accounting {{
        if ("%{{sql:INSERT INTO acct VALUES (NULL, {acct})}}" == "1") {{
            ok
        }}
        else {{
            fail
        }}
    }}
    # FreeRADIUS signs its replies by itself only from 3.2.5 on.
    post-auth {{
        {sign}
        {post_auth}
        Post-Auth-Type REJECT {{
            {sign}
        }}
    }}
}}
"""
# RADIUS over TLS, for those who have a certificate of the same authority.
TLS = """
    listen {{
        type = auth+acct
        proto = tcp
        ipaddr = {address}
        port = {port}
        clients = radsec
        limit {{
            max_connections = 16
            lifetime = 0
            idle_timeout = 0
        }}
        tls {{
            private_key_file = {own.key}
            certificate_file = {own.certificate}
            ca_file = {authority.certificate}
            cipher_list = "DEFAULT"
            tls_min_version = "1.2"
            tls_max_version = "{version}"
            require_client_cert = yes
        }}
    }}
"""
TLS_CLIENTS = """
clients radsec {
    client any {
        ipaddr = *
        proto = tls
        secret = radsec
    }
}
"""


def packet(code, ident, attributes=b"", secret=SECRET, authenticator=None):
    """A request of ours, signed: Status-Server and the like."""
    authenticator = authenticator or os.urandom(16)
    length = 20 + 18 + len(attributes)
    head = struct.pack("!BBH", code, ident, length) + authenticator
    unsigned = head + b"\x50\x12" + bytes(16) + attributes
    signature = hmac.new(secret.encode(), unsigned, hashlib.md5).digest()
    return head + b"\x50\x12" + signature + attributes


def reply(code, request, attributes=b"", secret=SECRET, signed=True):
    """The right answer to a request, or with another secret a forged one."""
    signature = b"\x50\x12" + bytes(16) if signed else b""
    length = 20 + len(signature) + len(attributes)
    head = struct.pack("!BBH", code, request[1], length)
    if signed:
        unsigned = head + request[4:20] + signature + attributes
        signature = b"\x50\x12" + hmac.new(secret.encode(), unsigned, hashlib.md5).digest()
    body = signature + attributes
    return head + hashlib.md5(head + request[4:20] + body + secret.encode()).digest() + body


def attributes_of(request):
    """[(type, value)] of a packet."""
    found, at = [], 20
    while at < len(request):
        found.append((request[at], request[at + 2:at + request[at + 1]]))
        at += request[at + 1]
    return found


class BadRadius:
    """A server that answers each Access-Request with what answers(request) makes of it: a list of packets."""

    def __init__(self, namespace, answers, name="bad", address="127.0.0.1", auth_port=2812, acct_port=2813):
        self.answers, self.name = answers, name
        self.address, self.auth_port, self.acct_port = address, auth_port, acct_port
        self.requests = []
        with namespace.inside():
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind((address, auth_port))
        self.thread = threading.Thread(target=self._serve)

    def _serve(self):
        while True:
            request, client = self.sock.recvfrom(4096)
            if client == self.sock.getsockname():
                return
            if request[0] != 1:
                continue
            self.requests.append(request)
            for answer in self.answers(request):
                self.sock.sendto(answer, client)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        # A packet of its own ends it.
        self.sock.sendto(b".", self.sock.getsockname())
        self.thread.join()
        self.sock.close()


class FreeRadius:
    """A FreeRADIUS in a namespace, not yet started."""

    def __init__(self, processes, namespace, name="radius", address="127.0.0.1", auth_port=1812, acct_port=1813,
                 secret=SECRET, mppe=True, authorize="", post_auth="", modules="", threads=2, sign=True, plain=False,
                 tls=None):
        """
        plain: users in the file only, and no line per request, for speed. tls: a dict of own (a Pair), its
        authority, port and version, where it takes RADIUS over TLS as well.
        """
        self.processes = processes
        self.namespace = namespace
        self.name = name
        self.address, self.auth_port, self.acct_port, self.secret = address, auth_port, acct_port, secret
        # Not in the log folder: SQLite locks its files.
        self.folder = f"/run/{namespace.name}-{name}" if namespace else tempfile.mkdtemp(prefix="radius-")
        os.makedirs(self.folder, exist_ok=True)
        self.process = None
        values = ", ".join(f"'{v}'" for v in ACCT)
        request = "|".join(f"{a}=%{{{a}}}" for a in REQUEST)
        self.write("radiusd.conf", RADIUSD.format(
            folder=self.folder, name=name, secret=secret, mppe="yes" if mppe else "no", address=address,
            auth_port=auth_port, acct_port=acct_port, authorize=authorize, post_auth=post_auth,
            sign="update reply {\n Message-Authenticator := 0x00\n }" if sign else "",
            modules=modules, acct=values, request=request, threads=threads, log="no" if plain else "yes",
            requests="" if plain else "requests", sql="" if plain else "sql",
            tls=TLS.format(address=address, **tls) if tls else "") + (TLS_CLIENTS if tls else ""))
        self.users("")
        with self.database() as db:
            db.executescript(SCHEMA)

    def write(self, file, text):
        path = os.path.join(self.folder, file)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o600)
        return path

    def users(self, text):
        """Users in FreeRADIUS' own format, before the start."""
        self.write("users", text)

    def database(self):
        return sqlite3.connect(os.path.join(self.folder, "users.db"), timeout=DEADLINE)

    def sql_user(self, name, password, *replies):
        """A user in the database; replies are (attribute, value)."""
        with self.database() as db:
            db.execute("INSERT INTO radcheck VALUES (NULL, ?, 'Cleartext-Password', ':=', ?)", (name, password))
            for attribute, value in replies:
                db.execute("INSERT INTO radreply VALUES (NULL, ?, ?, ':=', ?)", (name, attribute, value))

    def start(self, wait=True):
        self.process = self.processes.start("/usr/sbin/freeradius", "-f", "-d", self.folder, "-l", "stdout",
                                            name=self.name, namespace=self.namespace)
        if wait:
            self.wait()
        return self

    def wait(self):
        """Until it answers a Status-Server."""
        def answers():
            assert self.process.popen.poll() is None, f"{self.name} did not start; see {self.process.log}"
            with self.namespace.inside() if self.namespace else contextlib.nullcontext():
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with s:
                s.settimeout(0.2)
                try:
                    s.connect((self.address, self.auth_port))
                    s.send(packet(12, 1, secret=self.secret))
                    return s.recv(4096)[0] == 2
                except OSError:
                    return False
        wait_until(answers, f"{self.name} to answer")

    def kill(self):
        """Ends it in the middle of what it does."""
        self.process.send(signal.SIGKILL)

    def stop(self):
        """Ends it at once: its port does not answer any more."""
        self.process.stop()

    def pause(self):
        """It takes packets and says nothing, until resume()."""
        self.process.send(signal.SIGSTOP)

    def resume(self):
        self.process.send(signal.SIGCONT)

    # ---- what it was told ----

    def accounting(self, **where):
        """The accounting records, in the order in which they came, as dicts."""
        with self.database() as db:
            db.row_factory = sqlite3.Row
            rows = [dict(r) for r in db.execute("SELECT * FROM acct ORDER BY id")]
        return [r for r in rows if all(r[k] == v for k, v in where.items())]

    def requests(self):
        """The Access-Requests, as dicts of their attributes."""
        try:
            with open(os.path.join(self.folder, "requests.log")) as f:
                return [dict(p.split("=", 1) for p in line.rstrip("\n").split("|")) for line in f]
        except FileNotFoundError:
            return []
