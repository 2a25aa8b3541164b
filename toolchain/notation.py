"""Signatures in the form of the Notary Project, made and checked by notation, with certificates of the project's own.

notation reads its settings from a folder: one is made for each call, so that nobody's own settings count.
https://github.com/notaryproject/specifications/tree/v1.1.0/specs
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolchain import oci
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.scratch import scratch_folder
from toolchain.signing_programs import started

SIGNATURE = "application/vnd.cncf.notary.signature"
"""The type of what notation attaches."""

TIMEOUT_S = 300.0

_NAME = "slipway"
"""What the key, the policy and the certificates are called in the folder of one call."""

_VERDICT = re.compile(r"signature verification failed for all the signatures|no signature is associated")
"""Stands in what notation says when it could look, and did not find a valid signature. `signature verification
failed` alone is no verdict: that is said of whatever a registry failed to give, too."""


@dataclass(frozen=True)
class Trust:
    """Whose signatures count.

    Attributes:
        certificates: authorities, or certificates that nobody else signed, in the PEM form.
        subject: whom a certificate must be made out to, as `C=DE,ST=Berlin,O=shop`; empty for anybody that the
            authorities have certified.
    """

    certificates: str
    subject: str = ""


@dataclass(frozen=True)
class KeyFile:
    """A private key in a file, with its certificate.

    Attributes:
        file: the key, in the PEM form, not encrypted.
        chain: its certificate, then those of its authorities, in the PEM form.
    """

    file: str
    chain: str


@dataclass(frozen=True)
class Plugin:
    """A key that a plugin of notation's reaches, which is installed on this machine.

    Attributes:
        name: the plugin's.
        key: what it calls the key.
    """

    name: str
    key: str


def trust_policy(trust: Trust) -> dict[str, Any]:
    """The trust policy: every repository, everything that notation can check."""
    return {
        "version": "1.0",
        "trustPolicies": [
            {
                "name": _NAME,
                "registryScopes": ["*"],
                "signatureVerification": {"level": "strict"},
                "trustStores": [f"ca:{_NAME}"],
                "trustedIdentities": [f"x509.subject: {trust.subject}" if trust.subject else "*"],
            }
        ],
    }


def sign(home: Home, references: Iterable[str], key: KeyFile | Plugin, *, insecure: bool) -> None:
    """Signs images by digest, each by itself.

    Raises:
        ToolchainError: the key cannot be used, or the registry failed.
    """
    with scratch_folder(home.run / "steps", "notation") as folder:
        _write(folder / "signingkeys.json", {"default": _NAME, "keys": [_key(key, folder)]})
        for reference in references:
            done = _started(home, folder, ["sign", f"--key={_NAME}", *_registry(insecure), reference])
            if done.returncode:
                raise _failure("sign", done, key)


def signed(home: Home, reference: str, trust: Trust, *, insecure: bool) -> bool:
    """Whether an image has a valid signature by somebody who is trusted; it says nothing of why not.

    Raises:
        ToolchainError: the registry does not answer as one, or the certificates are none.
    """
    with scratch_folder(home.run / "steps", "notation") as folder:
        _write(folder / "trustpolicy.json", trust_policy(trust))
        store = folder / "truststore" / "x509" / "ca" / _NAME
        store.mkdir(parents=True)
        (store / "certificates.pem").write_text(trust.certificates, encoding="utf-8")
        done = _started(home, folder, ["verify", *_registry(insecure), reference])
    if done.returncode and not _VERDICT.search(done.stderr):
        raise _failure("verify", done)
    return done.returncode == 0


def _key(key: KeyFile | Plugin, folder: Path) -> dict[str, str]:
    if isinstance(key, Plugin):
        return {"name": _NAME, "id": key.key, "pluginName": key.name}
    chain = folder / "chain.pem"
    chain.write_text(key.chain, encoding="utf-8")
    return {"name": _NAME, "keyPath": key.file, "certPath": str(chain)}


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content), encoding="utf-8")
    file.chmod(0o600)


def _registry(insecure: bool) -> Sequence[str]:
    return ("--insecure-registry",) if insecure else ()


def _failure(
    command: str, done: subprocess.CompletedProcess[str], key: KeyFile | Plugin | None = None
) -> ToolchainError:
    cause = done.stderr.strip()[-700:]
    mend = oci.mend_of(cause)
    if isinstance(key, Plugin) and "plugin" in cause:
        mend = f"install notation's plugin {key.name} on this machine (`notation plugin install`)"
    elif isinstance(key, KeyFile) and re.search(r"key|certificate", cause.removeprefix("Error: "), re.IGNORECASE):
        mend = "name the key's file, and its certificate with those of its authorities: `signing.notation.key`"
    return ToolchainError(f"notation {command} failed: {cause}", mend)


def _started(home: Home, folder: Path, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    own = {"NOTATION_CONFIG": str(folder), "NOTATION_CACHE": str(folder)}
    return started(home, "notation", command, own, seconds=TIMEOUT_S)
