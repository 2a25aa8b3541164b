"""The keys of signatures: made, rotated, backed up and brought back.

Public keys are committed, in `keys/<stack>.yaml`. Private keys stay in `$SLIPWAY_HOME/keys`, encrypted.
"""

from __future__ import annotations

import datetime
import fcntl
import io
import os
import tarfile
from pathlib import Path

import click

from cli import terminal
from cli.failures import BadInputError
from cli.settings import checked
from cli.stack_init import check_passphrase
from cli.workspace import Workspace
from components.spec.keyring import Key, Keyring, key_id, keyring_file, read_keyring, written
from components.spec.settings import Settings
from toolchain import cosign, files
from toolchain.environment import DEV_PASSPHRASE
from toolchain.home import Home

PRIVATE = 0o600


def create(workspace: Workspace) -> Keyring:
    """Make a stack's first key.

    Raises:
        BadInputError: it has one, or the password is a weak or a published one.
    """
    file = keyring_file(workspace.checkout, workspace.stack)
    if file.exists():
        raise BadInputError(
            f"{shown(workspace, file)} exists: `{workspace.stack}` has a key\n"
            f"  mend: `slipway keys rotate {workspace.stack}` makes the next one"
        )
    ring = Keyring(keys=(_new_key(workspace.home, password(workspace.stack)),))
    files.write(file, written(ring))
    return ring


def rotate(workspace: Workspace) -> Keyring:
    """Make the next key, which signs from now on; the others are still trusted.

    Raises:
        BadInputError: there is no key to follow, or the password is a weak or a published one.
    """
    file, ring = keyring(workspace)
    new = _new_key(workspace.home, password(workspace.stack))
    ring = Keyring(keys=(new, *(key.model_copy(update={"use": "verifying"}) for key in ring.keys)))
    files.write(file, written(ring))
    return ring


def retire(workspace: Workspace, key: str) -> Keyring:
    """Trust a key no more: what only it has signed is refused from now on.

    Raises:
        BadInputError: there is no such key, or it is the one that signs.
    """
    file, ring = keyring(workspace)
    kept = tuple(each for each in ring.keys if each.id != key)
    if len(kept) == len(ring.keys):
        known = ", ".join(each.id for each in ring.keys)
        raise BadInputError(f"`{workspace.stack}` has no key {key}\n  allowed: {known}\n  mend: name one of them")
    if key == ring.signing.id:
        raise BadInputError(
            f"{key} is the key that signs\n  mend: make the next one first: `slipway keys rotate {workspace.stack}`"
        )
    ring = Keyring(keys=kept)
    files.write(file, written(ring))
    return ring


def keyring(workspace: Workspace) -> tuple[Path, Keyring]:
    """The file with a stack's public keys, and what it holds: the committed one, else, in `dev`, the one made here.

    Raises:
        BadInputError: there is none, or it is malformed.
    """
    for file in (keyring_file(workspace.checkout, workspace.stack), own_file(workspace.home, workspace.stack)):
        ring = checked(lambda file=file: read_keyring(file))
        if ring is not None:
            return file, ring
    raise BadInputError(
        f"`{workspace.stack}` has no keys\n  mend: make the first with `slipway keys create {workspace.stack}`"
    )


def ensure_own(workspace: Workspace, settings: Settings) -> None:
    """Make the key of a `dev` stack that signs and has none: it guards nothing, so nobody is asked."""
    chain = settings.supply_chain
    if chain is None or settings.environment.tier != "dev" or not (chain.sign or chain.provenance):
        return
    if not chain.signing.with_keys:
        return
    file = own_file(workspace.home, workspace.stack)
    if file.exists() or keyring_file(workspace.checkout, workspace.stack).exists():
        return
    workspace.home.keys.mkdir(parents=True, exist_ok=True)
    with (workspace.home.keys / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            files.write(file, written(Keyring(keys=(_new_key(workspace.home, DEV_PASSPHRASE),))))


def back_up(workspace: Workspace, target: Path) -> list[str]:
    """Write a stack's keys to one file: the public ones, and the private ones of this machine, encrypted as they are.

    Returns:
        The ids of the private keys in it.

    Raises:
        BadInputError: there are none, or the file exists.
    """
    file, ring = keyring(workspace)
    if target.exists():
        raise BadInputError(f"{target} exists\n  mend: name a file that does not")
    here = [key.id for key in ring.keys if cosign.key_file(workspace.home, key.id).is_file()]
    if not here:
        raise BadInputError(
            f"no private key of `{workspace.stack}` is on this machine\n  mend: run this where images are signed"
        )
    with files.incoming(target) as temporary:
        with tarfile.open(temporary, "w") as archive:
            _add(archive, f"{workspace.stack}.yaml", file.read_bytes())
            for key in here:
                _add(archive, f"{key}.key", cosign.key_file(workspace.home, key).read_bytes())
        temporary.chmod(PRIVATE)
    return here


def restore(workspace: Workspace, source: Path) -> list[str]:
    """Bring private keys from a backup; each is held against the public key whose id it has.

    Returns:
        The ids of the keys that were brought.

    Raises:
        BadInputError: it is no backup of this stack, or a key in it is not what its name says.
        ToolchainError: the password is not the one that the keys were made with.
    """
    content = _content(source)
    name = f"{workspace.stack}.yaml"
    if name not in content:
        raise BadInputError(f"{source} is no backup of the keys of `{workspace.stack}`\n  mend: name the right file")
    brought: list[str] = []
    for entry, private in sorted(content.items()):
        if not entry.endswith(".key"):
            continue
        key = entry.removesuffix(".key")
        place = cosign.key_file(workspace.home, key)
        with files.incoming(place) as temporary:
            temporary.write_bytes(private)
            temporary.chmod(PRIVATE)
            secret = os.environ.get(cosign.PASSWORD_VARIABLE, DEV_PASSPHRASE)
            if key_id(cosign.public_half(workspace.home, cosign.Signer(temporary, secret))) != key:
                raise BadInputError(f"{source}: {entry} is another key\n  mend: take a backup that nobody changed")
        brought.append(key)
    committed = keyring_file(workspace.checkout, workspace.stack)
    if not committed.exists() and not own_file(workspace.home, workspace.stack).exists():
        files.write(committed, content[name])
    return brought


def password(stack: str) -> str:
    """The password of a new key: from the environment, else asked for twice without showing it.

    Raises:
        BadInputError: there is none, or it is a weak or a published one.
    """
    given = os.environ.get(cosign.PASSWORD_VARIABLE)
    if given is None:
        if not terminal.interactive():
            raise BadInputError(
                f"no password for the key of {stack!r}\n"
                f"  mend: set {cosign.PASSWORD_VARIABLE}, or run this on a terminal"
            )
        given = str(click.prompt("Password of the key", hide_input=True, confirmation_prompt=True, err=True))
    return check_passphrase(given, stack)


def own_file(home: Home, stack: str) -> Path:
    """Where the public keys are that slipway made by itself."""
    return home.keys / f"{stack}.yaml"


def shown(workspace: Workspace, file: Path) -> str:
    """A file's path as a person knows it."""
    return str(file.relative_to(workspace.checkout)) if file.is_relative_to(workspace.checkout) else str(file)


def today() -> datetime.date:
    """The day, the same everywhere."""
    return datetime.datetime.now(datetime.UTC).date()


def _new_key(home: Home, secret: str) -> Key:
    private, public = cosign.new_key(home, secret)
    key = key_id(public)
    files.write(cosign.key_file(home, key), private, PRIVATE)
    return Key(id=key, created=today().isoformat(), use="signing", public=public)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), PRIVATE
    archive.addfile(entry, io.BytesIO(content))


def _content(source: Path) -> dict[str, bytes]:
    """The files of a backup, by name; nothing is written."""
    try:
        with tarfile.open(source, "r:") as archive:
            found = {member.name: archive.extractfile(member) for member in archive.getmembers() if member.isfile()}
            return {name: file.read() for name, file in found.items() if file and "/" not in name}
    except (OSError, tarfile.TarError) as error:
        raise BadInputError(f"{source} cannot be read as a backup: {error}\n  mend: name the right file") from None
