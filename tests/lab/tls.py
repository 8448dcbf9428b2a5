# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates for servers and their clients, by openssl(1)."""

import dataclasses
import os
import subprocess

NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclasses.dataclass
class Pair:
    """The files of a certificate and its key, in PEM."""

    certificate: str
    key: str


class Authority:
    """Who signs certificates, with its files in a folder."""

    def __init__(self, folder, name):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.pair = self._request(name, f"/CN={name}", "-x509", "-days", "30")

    def _request(self, name, subject, *options):
        pair = Pair(os.path.join(self.folder, f"{name}.pem"), os.path.join(self.folder, f"{name}.key"))
        subprocess.run(["openssl", "req", *NEW_KEY, "-subj", subject, "-keyout", pair.key, "-out",
                        pair.certificate, *options], check=True, capture_output=True)
        os.chmod(pair.key, 0o600)
        return pair

    @property
    def certificate(self):
        return self.pair.certificate

    def issue(self, name, names=None, subject=None):
        """
        A certificate in files of that name, for these names, as OpenSSL writes them ("DNS:x,IP:192.0.2.1"),
        and this subject ("/C=CH/CN=x"), which is the files' name by default.
        """
        pair = self._request(name, subject or f"/CN={name}")
        extensions = os.path.join(self.folder, f"{name}.ext")
        with open(extensions, "w") as f:
            f.write("basicConstraints=CA:FALSE\n" + (f"subjectAltName={names}\n" if names else ""))
        subprocess.run(["openssl", "x509", "-req", "-in", pair.certificate, "-out", pair.certificate, "-days", "30",
                        "-CA", self.pair.certificate, "-CAkey", self.pair.key, "-CAcreateserial", "-extfile",
                        extensions], check=True, capture_output=True)
        return pair
