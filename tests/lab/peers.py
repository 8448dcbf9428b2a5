# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's xl2tpd as the other side of a call."""

import os


def chap_secrets(*rows):
    """Writes /etc/ppp/chap-secrets and pap-secrets; rows are (client, server, secret)."""
    text = "".join(f'"{c}" {s} "{secret}" *\n' for c, s, secret in rows)
    for name in "chap-secrets", "pap-secrets":
        path = os.path.join("/etc/ppp", name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, 0o600)


METHODS = {"pap": "pap", "chap": "chap", "mschapv1": "mschap", "mschapv2": "mschap-v2"}


def accepts(*methods):
    """pppd's options for a caller that agrees to these methods of authentication."""
    return "refuse-eap\n" + "".join(f"refuse-{o}\n" for m, o in METHODS.items() if m not in methods)


class Xl2tpd:
    """An xl2tpd with a folder for its files, not yet started."""

    def __init__(self, processes, namespace, name):
        self.processes = processes
        self.namespace = namespace
        self.name = name
        self.folder = os.path.join(processes.logs, name)
        os.makedirs(self.folder)
        # The logs may be on a file system that has no FIFOs.
        self.control = f"/run/{namespace.name}-{name}.control"
        self.process = None

    def path(self, file):
        return os.path.join(self.folder, file)

    def write(self, file, text):
        with open(self.path(file), "w") as f:
            f.write(text)
        return self.path(file)

    def ppp_options(self, options):
        return self.write("options", f"nodetach\ndebug\nlogfile {self.path('pppd.log')}\n" + options)

    def pppd_log(self):
        try:
            with open(self.path("pppd.log"), errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def lns(self, pool, local, options="", secrets="* * \n", extra="", port=1701):
        """Answers calls: addresses of pool ("10.8.0.2-10.8.0.9") for the callers."""
        ppp = self.ppp_options("noccp\nname lns\n" + (options or "require-chap\n"))
        return self.start(secrets, f"""
[global]
port = {port}
auth file = {self.path('secrets')}
debug tunnel = yes
debug state = yes
debug network = no

[lns default]
ip range = {pool}
local ip = {local}
require authentication = yes
name = {self.name}
ppp debug = yes
pppoptfile = {ppp}
length bit = yes
{extra}
""")

    def lac(self, server, user, options="", secrets="* * \n", extra="", port=1701, redial=False, ccp=False):
        """Calls a server as soon as it is started."""
        ccp = "" if ccp else "noccp\n"
        ppp = self.ppp_options(f"noauth\n{ccp}name {user}\n" + options)
        return self.start(secrets, f"""
[global]
port = {port}
auth file = {self.path('secrets')}
debug tunnel = yes
debug state = yes

[lac call]
lns = {server}
name = {user}
ppp debug = yes
pppoptfile = {ppp}
length bit = yes
autodial = yes
redial = {'yes' if redial else 'no'}
{extra}
""")

    def start(self, secrets, config):
        """Starts it with these files: its tunnel secrets and xl2tpd.conf."""
        self.write("secrets", secrets)
        os.chmod(self.path("secrets"), 0o600)
        conf = self.write("xl2tpd.conf", config)
        self.process = self.processes.start(
            "/usr/sbin/xl2tpd", "-D", "-c", conf, "-C", self.control, "-p", self.path("pid"),
            name=self.name, namespace=self.namespace)
        return self

    def command(self, text):
        """A line for xl2tpd's control pipe: "c call", "d call", "h TUNNEL"."""
        with open(self.control, "w") as f:
            f.write(text)
