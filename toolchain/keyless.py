"""Signatures without a key that is kept: cosign makes one for the moment, and a Sigstore certifies whose it is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolchain.errors import ToolchainError

TOKEN_VARIABLE = "SIGSTORE_ID_TOKEN"  # noqa: S105 - the name of cosign's own variable
"""Holds the OpenID token that says who signs."""

_SINCE = "2020-01-01T00:00:00Z"
"""When services began to be used: before any signature that they could be asked for."""


@dataclass(frozen=True)
class Identity:
    """Whom the certificate of a signature must name.

    Attributes:
        issuer: who vouches for it.
        subject: the identity, or an expression.
        expression: whether it is one.
        root: what is trusted of a Sigstore, as JSON; empty for the public instance.
    """

    issuer: str
    subject: str
    expression: bool
    root: str

    def flags(self, folder: Path) -> list[str]:
        """How cosign is told. What a Sigstore has none of, by its root, cannot be asked for: a log, or timestamps.

        Args:
            folder: private, for files that cosign reads.
        """
        told = "identity-regexp" if self.expression else "identity"
        flags = [f"--certificate-oidc-issuer={self.issuer}", f"--certificate-{told}={self.subject}"]
        if not self.root:
            return flags
        root: Mapping[str, Any] = json.loads(self.root)
        if not root.get("ctlogs"):
            flags.append("--insecure-ignore-sct=true")
        if not root.get("tlogs"):
            flags += ["--insecure-ignore-tlog=true", "--use-signed-timestamps=true"]
        return [*flags, *root_flags(self.root, folder)]


@dataclass(frozen=True)
class KeylessSigner:
    """Signs as whom an OpenID token names.

    Attributes:
        services: the addresses of `fulcio`, `rekor` and `timestamps`; none of them for the public instance.
        issuer: who made the token.
        root: what is trusted of the Sigstore, as JSON; empty for the public instance.
        token_file: where the token is; empty for the environment, or what a CI service gives.
    """

    services: Mapping[str, str]
    issuer: str
    root: str
    token_file: str = ""

    def flags(self, folder: Path) -> list[str]:
        """How cosign is told; never the token itself.

        Args:
            folder: private, for files that cosign reads.
        """
        # Without a token cosign would wait for somebody with a browser.
        flags = ["--yes", "--fulcio-auth-flow=token"]
        if self.token_file:
            flags.append("--oidc-provider=envvar")
        if not self.services:
            return flags
        file = folder / "signing-config.json"
        file.write_text(json.dumps(_configuration(self.services, self.issuer)), encoding="utf-8")
        return [*flags, f"--signing-config={file}", *root_flags(self.root, folder)]

    @property
    def environ(self) -> Mapping[str, str]:
        """The token, as cosign reads it.

        Raises:
            ToolchainError: its file cannot be read.
        """
        if not self.token_file:
            given = os.environ.get(TOKEN_VARIABLE)
            return {TOKEN_VARIABLE: given} if given else {}
        try:
            return {TOKEN_VARIABLE: Path(self.token_file).read_text(encoding="utf-8").strip()}
        except (OSError, UnicodeDecodeError) as error:
            raise ToolchainError(
                f"the OpenID token cannot be read: {self.token_file}: {error}",
                f"correct `signing.keyless.tokenFile`, or leave it out and set {TOKEN_VARIABLE}",
            ) from None


SERVICES = (
    "check that the services of the Sigstore that signs run and can be reached (`signing.keyless`), "
    "and that they know who made the token"
)
"""What to do when one of them failed."""


def no_token() -> ToolchainError:
    """What is said to who would sign as nobody."""
    return ToolchainError(
        "there is no OpenID token that says who signs, or it is malformed",
        f"set {TOKEN_VARIABLE} or `signing.keyless.tokenFile`; in GitHub Actions give the job `id-token: write`",
    )


def root_flags(root: str, folder: Path) -> list[str]:
    """What is trusted, as a file."""
    file = folder / "trusted-root.json"
    file.write_text(root, encoding="utf-8")
    return [f"--trusted-root={file}"]


def _configuration(services: Mapping[str, str], issuer: str) -> dict[str, Any]:
    """What cosign asks, in the form of Sigstore's signing configuration.

    https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_trustroot.proto
    """
    made: dict[str, Any] = {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": [_service(services["fulcio"])],
        "oidcUrls": [_service(issuer)],
    }
    for name, urls, config in (
        ("rekor", "rekorTlogUrls", "rekorTlogConfig"),
        ("timestamps", "tsaUrls", "tsaConfig"),
    ):
        if services.get(name):
            made |= {urls: [_service(services[name])], config: {"selector": "ANY"}}
    return made


def _service(url: str) -> dict[str, Any]:
    return {"url": url, "majorApiVersion": 1, "validFor": {"start": _SINCE}, "operator": "slipway"}
