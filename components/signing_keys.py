"""Which keys sign a stack's images, and which are trusted."""

import os
from pathlib import Path

from components.configuration import Refused
from components.spec.defaults import Tier
from components.spec.keyring import FOLDER, Keyring, keyring_file, read_keyring
from components.spec.problem import SpecError


def keyring(project: Path, stack: str, tier: Tier) -> Keyring:
    """The keys of a stack: those committed beside the stack files; in `dev`, else, those that slipway made here.

    Args:
        project: the project's folder.
        stack: the stack's name.
        tier: how much its environment matters.

    Raises:
        Refused: there are none, or the file is malformed.
    """
    try:
        found = read_keyring(keyring_file(project, stack))
        if found is None and tier == "dev":
            found = read_keyring(own_keyring_file(stack))
    except SpecError as error:
        raise Refused(str(error)) from None
    if found is None:
        raise Refused(
            f"{FOLDER}/{stack}.yaml\n  found:   nothing; images of `{stack}` are signed or verified\n"
            f"  allowed: the public keys of the stack `{stack}`\n"
            f"  mend:    make a key with `slipway keys create {stack}`, and commit that file; "
            "or set `slipway:supplyChain.sign: false`"
        )
    return found


def own_keyring_file(stack: str) -> Path:
    """Where the keys that slipway made by itself are: in `$SLIPWAY_HOME`, so that a clean checkout stays clean."""
    home = os.environ.get("SLIPWAY_HOME") or str(Path.home() / ".cache" / "slipway")
    return Path(home) / FOLDER / f"{stack}.yaml"
