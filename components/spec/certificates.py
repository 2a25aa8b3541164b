"""Files of certificates: what else is in one, above all a private key, is refused without being shown."""

import re
from pathlib import Path

CERTIFICATES = frozenset({"CERTIFICATE", "TRUSTED CERTIFICATE", "X509 CERTIFICATE"})
"""What openssl calls certificates in the PEM form."""

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")


def certificates_in(file: Path) -> str:
    """The text of a file of certificates.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no text, or holds something else, too.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{file}: something else than text") from None
    if others := sorted(set(_PEM.findall(text)) - CERTIFICATES):
        held = ", ".join(label.lower() for label in others)
        raise ValueError(f"{file}: beside certificates, {held} (not shown)")
    return text


def authorities_in(file: Path) -> str:
    """The text of a file of certificates that others are held to.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no text, holds something else, too, or no certificate.
    """
    text = certificates_in(file)
    if not _PEM.search(text):
        raise ValueError(f"{file}: no certificate in the PEM form")
    return text
