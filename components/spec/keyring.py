"""The public keys of a stack, committed beside the stack files: `keys/<stack>.yaml`.

    keys:
      - id: 3f0c9a…
        created: '2026-11-22'
        use: signing
        public: |
          -----BEGIN PUBLIC KEY-----
          …

One key signs. The others have signed before, and what they signed is still trusted, until they are taken out. Private
keys are never here: they are kept, encrypted, by whoever signs.
"""

import base64
import datetime
import hashlib
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, Field, ValidationError

from components.spec.base import Items
from components.spec.checked import Checked, Checks
from components.spec.document import parse_value
from components.spec.problem import Problem, SpecError, path_text
from components.spec.refusal import KIND, Refusal, refused
from components.spec.waiver import Day

FOLDER = "keys"
"""The folder of the keyrings, below the project."""

LIFETIME_DAYS = 90
"""How long a key signs before it should be rotated."""

_BEGIN, _END = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"


def key_id(public: str) -> str:
    """What a key is called: 16 hexadecimal digits of the digest of its DER form.

    Raises:
        ValueError: the text is no public key in the PEM form.
    """
    text = public.strip()
    if not (text.startswith(_BEGIN) and text.endswith(_END)):
        raise ValueError("no public key in the PEM form")
    der = base64.b64decode(text.removeprefix(_BEGIN).removesuffix(_END), validate=False)
    return hashlib.sha256(der).hexdigest()[:16]


def _public(text: str) -> str:
    try:
        key_id(text)
    except ValueError:
        raise refused(
            Refusal(
                allowed="a public key in the PEM form, from `-----BEGIN PUBLIC KEY-----` on",
                mend="let `slipway keys` write this file",
            )
        ) from None
    return text


class Key(Checked):
    """A public key."""

    id: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    """What it is called: it follows from the key itself."""

    created: Day
    """The day on which it was made."""

    use: Literal["signing", "verifying"]
    """Whether it signs, or is only trusted for what it has signed."""

    public: Annotated[str, AfterValidator(_public)]
    """The key, in the PEM form."""

    def checks(self) -> Checks:
        """The id is the key's own."""
        yield self._own_id()

    def _own_id(self) -> Iterator[Refusal]:
        if key_id(self.public) != self.id:
            yield Refusal(
                at=("id",),
                found=f"`{self.id}`, for a key that is `{key_id(self.public)}`",
                allowed="the id that follows from the key",
                mend="let `slipway keys` write this file: somebody put another key in its place",
            )

    def age(self, today: datetime.date) -> int:
        """How many days old it is."""
        return (today - datetime.date.fromisoformat(self.created)).days


class Keyring(Checked):
    """The keys of one stack."""

    keys: Items[Key]
    """The keys, the newest first."""

    def checks(self) -> Checks:
        """One key signs."""
        yield self._one_signs()

    def _one_signs(self) -> Iterator[Refusal]:
        signing = [key.id for key in self.keys if key.use == "signing"]
        if len(signing) != 1:
            yield Refusal(
                at=("keys",),
                found=f"{len(signing)} keys that sign",
                allowed="one key with `use: signing`",
                mend="let `slipway keys` write this file",
            )

    @property
    def signing(self) -> Key:
        """The key that signs."""
        return next(key for key in self.keys if key.use == "signing")

    @property
    def public(self) -> list[str]:
        """Every key that is trusted, in the PEM form."""
        return [key.public for key in self.keys]


def keyring_file(project: FilePath, stack: str) -> FilePath:
    """Where the keys of a stack are."""
    return project / FOLDER / f"{stack}.yaml"


def read_keyring(file: FilePath) -> Keyring | None:
    """Reads a keyring, None if there is none.

    Raises:
        SpecError: it is malformed, or a key was put in the place of another.
    """
    name = f"{FOLDER}/{file.name}"
    try:
        written = parse_value(file.read_text(encoding="utf-8"))
        return Keyring.model_validate(written, by_alias=True, by_name=False)
    except FileNotFoundError:
        return None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SpecError([_problem(name, "", "text that is not YAML")]) from None
    except ValidationError as error:
        raise SpecError(list(_problems(name, error))) from None


def _problems(name: str, error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        if found["type"] != KIND:
            yield _problem(name, path_text(found["loc"]), found["msg"])
            continue
        for refusal in found.get("ctx", {})["refusals"]:
            at = path_text((*found["loc"], *refusal.at))
            yield Problem(name, at, refusal.found or "something else", refusal.allowed, refusal.mend, None)


def _problem(name: str, path: str, found: str) -> Problem:
    return Problem(name, path, found, "a list `keys`, as `slipway keys` writes it", "let `slipway keys` write it", None)


def written(ring: Keyring) -> str:
    """A keyring as it is committed."""
    lines = ["# The public keys of this stack's signatures; `slipway keys` writes this file.", "keys:"]
    for key in ring.keys:
        lines += [f"  - id: '{key.id}'", f"    created: '{key.created}'", f"    use: {key.use}", "    public: |"]
        lines += [f"      {line}" for line in key.public.strip().splitlines()]
    return "\n".join(lines) + "\n"
