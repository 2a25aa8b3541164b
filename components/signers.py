"""What the steps are told of who signs, and of whose signatures count."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.configuration import Refused
from components.signing_keys import keyring
from components.spec.defaults import Tier
from components.spec.problem import SpecError
from components.spec.signing import Identity, Signing
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


def _root(project: Path, file: str) -> str:
    try:
        return json.dumps(read_trusted_root(project, file), sort_keys=True)
    except SpecError as error:
        raise Refused(str(error)) from None
