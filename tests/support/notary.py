"""A certificate authority of a test's own, for signatures in the Notary Project's form; made by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

SUBJECT = "/C=DE/ST=Berlin/O=shop"

LEAF = "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\nbasicConstraints=critical,CA:false\n"
"""https://github.com/notaryproject/specifications/blob/main/specs/signature-specification.md#certificate-requirements"""


@dataclass(frozen=True)
class Authority:
    """An authority.

    Attributes:
        folder: of its keys and certificates.
    """

    folder: Path

    @property
    def certificate(self) -> str:
        """In the PEM form."""
        return (self.folder / "authority.pem").read_text()

    def certified(self, name: str) -> tuple[Path, str]:
        """A key for somebody, and its certificate with the authority's."""
        key, chain = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        _new_key(key)
        (self.folder / "extensions").write_text(LEAF)
        _openssl(self.folder, "req", "-new", "-key", key.name, "-subj", f"{SUBJECT}/CN={name}", "-out", "request")
        by = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"]
        _openssl(self.folder, "x509", "-req", "-in", "request", *by, "-days", "30", "-extfile", "extensions",
                 "-out", chain.name)  # fmt: skip
        return key, chain.read_text() + self.certificate


def an_authority(folder: Path) -> Authority:
    """An authority, in a folder of its own."""
    folder.mkdir()
    _new_key(folder / "authority.key")
    extensions = ["-addext", "keyUsage=critical,keyCertSign", "-addext", "basicConstraints=critical,CA:true"]
    _openssl(folder, "req", "-x509", "-key", "authority.key", "-subj", f"{SUBJECT}/CN=authority", "-days", "30",
             *extensions, "-out", "authority.pem")  # fmt: skip
    return Authority(folder)


def _new_key(file: Path) -> None:
    _openssl(file.parent, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file.name)


def _openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
