"""What the steps are told of who signs, and of whose signatures count."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.configuration import Refused
from components.signing_keys import keyring
from components.spec.certificates import authorities_in
from components.spec.defaults import Tier
from components.spec.problem import SpecError
from components.spec.signing import Identity, Notation, Signing
from components.spec.trusted_root import read_trusted_root

Told = Mapping[str, Any]
"""Inputs of a step."""


def signer(signing: Signing, project: Path, stack: str, tier: Tier) -> Told:
    """Who signs what a stack builds.

    Args:
        signing: the stack's settings.
        project: the project's folder.
        stack: the stack's name.
        tier: how much its environment matters.

    Raises:
        Refused: there is no key, or no root of trust.
    """
    if signing.notation:
        return {"notation": {**_certificates(signing.notation, project), **_notation_key(signing.notation, project)}}
    keyless = signing.keyless
    if keyless is None:
        key = keyring(project, stack, tier).signing
        return {"key": key.id, "public": key.public}
    services = keyless.instance.model_dump(exclude_none=True) if keyless.instance else {}
    return {"keyless": {**identity(keyless, project), "services": services, "tokenFile": keyless.token_file or ""}}


def trusted(signing: Signing, project: Path, source: str, tier: Tier) -> Told:
    """Whose signatures count for what another stack ran: the keys of that one, or the identity that this one names.

    Args:
        signing: the stack's settings.
        project: the project's folder.
        source: the other stack's name.
        tier: how much this one's environment matters.

    Raises:
        Refused: there is no key, or no root of trust.
    """
    if signing.notation:
        told = _certificates(signing.notation, project)
        return {told["name"]: told}
    if signing.keyless is None:
        return {key.id: key.public for key in keyring(project, source, tier).keys}
    return {signing.keyless.subject: identity(signing.keyless, project)}


def identity(spec: Identity, project: Path) -> Told:
    """Whom a signature's certificate must name, with what is trusted of the Sigstore that made it out.

    Raises:
        Refused: the root of trust cannot be read.
    """
    return {
        "issuer": spec.issuer,
        "subject": spec.subject,
        "expression": spec.identity is None,
        "trustedRoot": _root(project, spec.trusted_root) if spec.trusted_root else "",
    }


def _certificates(spec: Notation, project: Path) -> Told:
    """Whose certificates count, and what they are called together."""
    return {
        "name": spec.subject or spec.certificates,
        "certificates": _certificate_file(project, spec.certificates),
        "subject": spec.subject or "",
    }


def _notation_key(spec: Notation, project: Path) -> Told:
    if spec.key:
        return {"keyFile": spec.key.file, "chain": _certificate_file(project, spec.key.chain)}
    if spec.plugin:
        return {"plugin": spec.plugin.name, "pluginKey": spec.plugin.key}
    raise Refused(
        "slipway:supplyChain.signing.notation\n  found:   no key, in a stack that builds images\n"
        "  allowed: `key` or `plugin`\n  mend:    name the key that signs what is built"
    )


def _certificate_file(project: Path, file: str) -> str:
    try:
        return authorities_in(project / file)
    except (OSError, ValueError) as error:
        raise Refused(
            f"{file}\n  found:   {error}\n  allowed: certificates in the PEM form, and nothing else\n"
            "  mend:    correct the path, or what is in the file: it is committed, and no place for a key"
        ) from None


def _root(project: Path, file: str) -> str:
    try:
        return json.dumps(read_trusted_root(project, file), sort_keys=True)
    except SpecError as error:
        raise Refused(str(error)) from None
