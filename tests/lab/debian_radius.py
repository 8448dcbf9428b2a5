# SPDX-License-Identifier: GPL-2.0-or-later
"""FreeRADIUS as Debian installs it, with what a document says to add to its files."""

import os
import re
import shutil
import subprocess

from lab.radius import FreeRadius

RADDB = "/etc/freeradius/3.0"
# # /etc/freeradius/3.0/FILE, at its start; or, at its end; or, after "LINE"
PLACE = re.compile(rf"# {RADDB}/(\S+), (at its start|at its end|after \".*\")$")
# Its own copy of the folder in the place of the installed one, and nothing that stays.
START = f"""
mount --bind "$1" {RADDB}
mount -t tmpfs -o mode=777 none /var/log/freeradius
mkdir -p -m 777 /run/freeradius
exec /usr/sbin/freeradius -f -l stdout
"""


def additions(document):
    """[(file, where in it, text)] of a document's examples."""
    found = []
    for line in document.splitlines():
        code = line[4:] if line.startswith("    ") else None
        if code is not None and (place := PLACE.match(code)):
            found.append((*place.groups(), []))
        elif code is None or code.startswith("# "):
            if found and found[-1][2]:
                found.append((None, None, []))
        elif found:
            found[-1][2].append(code)
    return [(file, where, "\n".join(text) + "\n") for file, where, text in found if file]


class DebianRadius(FreeRadius):
    """Not yet started; the secret is that of the client section that is added."""

    def __init__(self, processes, namespace, secret, name="debian", address="127.0.0.1"):
        super().__init__(processes, namespace, name=name, address=address, secret=secret)
        self.raddb = f"{self.folder}/raddb"
        shutil.rmtree(self.raddb, ignore_errors=True)
        # With its owner, whom the server becomes.
        subprocess.run(["cp", "-a", RADDB, self.raddb], check=True)

    def add(self, file, where, text):
        path = os.path.join(self.raddb, file)
        with open(path) as f:
            lines = f.read().splitlines(keepends=True)
        if where.startswith("at"):
            place = 0 if where == "at its start" else len(lines)
        else:
            (place,) = [n + 1 for n, line in enumerate(lines) if f'after "{line.strip()}"' == where]
        with open(path, "w") as f:
            f.write("".join([*lines[:place], text, *lines[place:]]))

    def start(self, wait=True):
        self.process = self.processes.start("/usr/bin/unshare", "--mount", "/bin/sh", "-ec", START, "sh", self.raddb,
                                            name=self.name, namespace=self.namespace)
        if wait:
            self.wait()
        return self
