"""Keys and certificates, made by OpenSSL: one authority for one life of the cluster."""

import ipaddress
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolchain.errors import ToolchainError

DAYS = 365
"""The cluster is thrown away much earlier."""

MEND = "install OpenSSL 3.0 or newer"


@dataclass(frozen=True)
class Subject:
    """Whose certificate it is.

    Attributes:
        name: The common name.
        group: The organisation, which Kubernetes reads as a group; empty for none.
        addresses: DNS names and IP addresses it answers at; empty for a client.
    """

    name: str
    group: str = ""
    addresses: Sequence[str] = ()


def request(subject: Subject, *, authority: bool) -> str:
    """OpenSSL's configuration for one certificate."""
    lines = ["[req]", "prompt = no", "distinguished_name = subject", "x509_extensions = extensions", "[subject]"]
    lines += [f"O = {subject.group}"] if subject.group else []
    lines += [f"CN = {subject.name}", "[extensions]", "subjectKeyIdentifier = hash"]
    if authority:
        return "\n".join([*lines, "basicConstraints = critical,CA:TRUE", "keyUsage = critical,keyCertSign,cRLSign", ""])
    lines += ["basicConstraints = critical,CA:FALSE", "keyUsage = critical,digitalSignature"]
    lines += ["extendedKeyUsage = clientAuth,serverAuth"]
    lines += [f"subjectAltName = {','.join(map(alternative, subject.addresses))}"] if subject.addresses else []
    return "\n".join([*lines, ""])


def alternative(address: str) -> str:
    """An address as a certificate's extension names it."""
    try:
        return f"IP:{ipaddress.ip_address(address)}"
    except ValueError:
        return f"DNS:{address}"


def make_authority(subject: Subject, certificate: Path, key: Path) -> None:
    """Make a self-signed authority.

    Raises:
        ToolchainError: OpenSSL is missing or too old.
    """
    _openssl([*_new(certificate, key)], request(subject, authority=True))


def make(subject: Subject, certificate: Path, key: Path, *, authority: tuple[Path, Path]) -> None:
    """Make a certificate signed by an authority (its certificate and key).

    Raises:
        ToolchainError: OpenSSL is missing or too old.
    """
    signer = ["-CA", str(authority[0]), "-CAkey", str(authority[1])]
    _openssl([*_new(certificate, key), *signer], request(subject, authority=False))


def make_key(private: Path, public: Path) -> None:
    """Make a pair of keys without a certificate.

    Raises:
        ToolchainError: OpenSSL is missing or too old.
    """
    _openssl(["genpkey", "-quiet", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", str(private)], "")
    _openssl(["pkey", "-in", str(private), "-pubout", "-out", str(public)], "")


def _new(certificate: Path, key: Path) -> list[str]:
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
    files = ["-keyout", str(key), "-out", str(certificate), "-config", "/dev/stdin"]
    return ["req", "-x509", *curve, "-days", str(DAYS), *files]


def _openssl(arguments: Sequence[str], text: str) -> None:
    try:
        done = subprocess.run(["openssl", *arguments], input=text, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ToolchainError(f"openssl cannot be started: {error.strerror}", MEND) from error
    if done.returncode != 0:
        raise ToolchainError(f"openssl {arguments[0]} failed: {done.stderr.strip()}", MEND)
