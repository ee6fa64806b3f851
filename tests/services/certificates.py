"""Certificates for a test cluster: an authority of its own, and one certificate that every node shows."""

import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

from tests.services import tools

DAYS = "2"
AUTHORITY = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
NODE = (
    "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,keyEncipherment\n"
    "extendedKeyUsage=serverAuth,clientAuth\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    "subjectAltName=IP:127.0.0.1,DNS:localhost\n"
)


@dataclass(frozen=True)
class Certificates:
    """Where the files are; all in PEM."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate, which clients trust."""
        return self.folder / "ca.pem"

    @property
    def certificate(self) -> Path:
        """The node's certificate."""
        return self.folder / "node.pem"

    @property
    def key(self) -> Path:
        """The node's private key."""
        return self.folder / "node.key"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the node's certificate, in hex."""
        der = ssl.PEM_cert_to_DER_cert(self.certificate.read_text())
        return hashlib.sha256(der).hexdigest()

    def context(self) -> ssl.SSLContext:
        """For a client that trusts the authority and nobody else."""
        return ssl.create_default_context(cafile=str(self.authority))


def make(folder: Path) -> Certificates:
    """Make an authority and a node's certificate in ``folder``; raises ServiceUnavailableError without openssl."""
    tools.need("making certificates", "openssl")
    for name in ("ca", "node"):
        (folder / f"{name}.ext").write_text(AUTHORITY if name == "ca" else NODE)
        request = ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr"]
        _openssl(folder, *request, "-subj", f"/CN=searchapp test {name}")
    signed = ("x509", "-req", "-days", DAYS, "-extfile")
    _openssl(folder, *signed, "ca.ext", "-in", "ca.csr", "-signkey", "ca.key", "-out", "ca.pem")
    authority = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
    _openssl(folder, *signed, "node.ext", "-in", "node.csr", *authority, "-out", "node.pem")
    return Certificates(folder)


def _openssl(folder: Path, *arguments: str) -> None:
    # A path in each argument that names a file, since tools.run has no working folder.
    files = (".key", ".csr", ".pem", ".ext")
    tools.run("making certificates", ["openssl", *(str(folder / a) if a.endswith(files) else a for a in arguments)])
