# SPDX-License-Identifier: GPL-2.0-or-later
"""Two l2tpd that join two sites by L2TPv3: a waits, b calls."""

import lab
from lab.l2tpd import L2tpd


def any_address(address):
    return "::" if ":" in address else "0.0.0.0"


class Site:
    """One end: an l2tpd with one lcce section."""

    def __init__(self, processes, build, end, name, peer):
        self.daemon = L2tpd(processes, build, end.namespace, name)
        self.end, self.name, self.peer = end, name, peer
        self.namespace = end.namespace
        self.options = ()

    def start(self, lcce, encap="udp", listen=None, wait=True):
        listen = f'listen {{ address = "{listen}" encap = "{encap}" }}' if listen else ""
        self.daemon.start(f'hostname = "{self.name}"\n{listen}\n'
                          f'lcce "{self.peer}" {{ encap = "{encap}" {lcce} }}\n', *self.options, wait=wait)
        return self

    def sessions(self):
        return {s["session"]: s for s in self.daemon.sessions() if "session" in s}

    def up(self, *names):
        """Waits until these sessions are established, both circuits active; returns them."""
        def found():
            all_of_them = self.sessions()
            rows = [all_of_them.get(n, {}) for n in names]
            return rows if all(r.get("state") == "established" and r["peer_circuit"] == "up"
                               and r["circuit"] == "up" for r in rows) else None
        return lab.wait_until(found, f"{', '.join(names)} of {self.name} to be up")

    def stop(self):
        return self.daemon.stop()

    def operstate(self, device):
        return lab.link(self.namespace, device)["operstate"]

