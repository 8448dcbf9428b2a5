# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's strongSwan: a charon in a namespace, with its own socket and configuration.

Nothing of /etc/swanctl or /etc/strongswan.conf counts.
"""

import os
import shutil
import socket

from lab.process import wait_until

PLUGINS = "random nonce aes sha1 sha2 hmac kdf openssl pem x509 pkcs1 pkcs8 pubkey kernel-netlink socket-default vici"

STRONGSWAN = """
charon-systemd {{
    load = {plugins}
    retransmit_timeout = 3
    plugins {{
        vici {{
            socket = unix://{vici}
        }}
    }}
    filelog {{
        log {{
            path = {log}
            default = 1
            flush_line = yes
        }}
    }}
}}
swanctl {{
    load = {plugins}
}}
"""

CONNECTION = """
connections {{
    {name} {{
        version = {version}
        proposals = aes128-sha256-x25519
        local_addrs = {local}
        remote_addrs = {remote}
        local {{
            id = "{local_id}"
            {local_auth}
        }}
        remote {{
            id = "{remote_id}"
            {remote_auth}
        }}
        children {{
            udp {{
                mode = transport
                esp_proposals = aes128gcm16
                local_ts = dynamic[udp/1701]
                remote_ts = dynamic[udp/1701]
            }}
            ip {{
                mode = transport
                esp_proposals = aes128gcm16
                local_ts = dynamic[115]
                remote_ts = dynamic[115]
            }}
        }}
    }}
}}
{secrets}
"""
SECRETS = """
secrets {{
    ike {{
        secret = "{secret}"
    }}
}}
"""


class Charon:
    """A charon, started; connections are loaded into it by load()."""

    def __init__(self, processes, namespace, name="charon"):
        self.processes, self.namespace, self.name = processes, namespace, name
        self.folder = f"/run/{namespace.name}-{name}"
        self.vici = f"{self.folder}/charon.vici"
        self.process = None
        os.makedirs(self.folder, exist_ok=True)
        self.start()

    def start(self):
        conf = f"{self.folder}/strongswan.conf"
        with open(conf, "w") as f:
            f.write(STRONGSWAN.format(plugins=PLUGINS, vici=self.vici,
                                      log=os.path.join(self.processes.logs, f"{self.namespace.name}-{self.name}.log")))
        self.env = {"STRONGSWAN_CONF": conf, "SWANCTL_DIR": self.folder}
        self.process = self.processes.start("/usr/sbin/charon-systemd", name=self.name,
                                            namespace=self.namespace, env=self.env)
        wait_until(self.answers, "charon to answer")

    def answers(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
            try:
                s.connect(self.vici)
            except OSError:
                assert self.process.alive(), self.process.text()
                return False
        return True

    def swanctl(self, *args):
        return self.namespace.run("swanctl", *args, "--uri", f"unix://{self.vici}",
                                  env={**os.environ, **self.env})

    def load(self, local, remote, version=2, name="site", ids=None, secret="a secret of both"):
        """One connection, by the secret; ids are ours and the peer's."""
        self._load(local, remote, version, name, ids or (f"id-of-{local}", f"id-of-{remote}"),
                   ("auth = psk", "auth = psk"), SECRETS.format(secret=secret))

    def load_certificates(self, local, remote, ids, issued, authority, version=2, name="site"):
        """One connection: we have this certificate and key, and the peer has one of the authority's."""
        os.makedirs(f"{self.folder}/private", exist_ok=True)
        shutil.copy(issued.key, f"{self.folder}/private/key.pem")
        self._load(local, remote, version, name, ids,
                   (f"auth = pubkey\n certs = {issued.certificate}",
                    f"auth = pubkey\n cacerts = {authority.certificate}"))

    def _load(self, local, remote, version, name, ids, auths, secrets=""):
        conf = f"{self.folder}/swanctl.conf"
        with open(conf, "w") as f:
            f.write(CONNECTION.format(name=name, version=version, local=local, remote=remote, secrets=secrets,
                                      local_id=ids[0], remote_id=ids[1], local_auth=auths[0], remote_auth=auths[1]))
        self.swanctl("--load-all", "--noprompt", "--clear", "--file", conf)
