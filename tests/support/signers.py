"""Keys of a test's own, made by the real cosign."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from components.spec.keyring import key_id
from toolchain import cosign
from toolchain.environment import DEV_PASSPHRASE
from toolchain.home import Home


@dataclass(frozen=True)
class Signer:
    """A key whose private half is in the home; `public` is in the PEM form."""

    id: str
    public: str


@contextmanager
def a_signer() -> Generator[Signer]:
    """A key inside the block."""
    home = Home.from_environment()
    private, public = cosign.new_key(home, DEV_PASSPHRASE)
    place = cosign.key_file(home, key_id(public))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(private)
    try:
        yield Signer(key_id(public), public)
    finally:
        place.unlink()
