"""Who signs an image, and how it is known that they did: a key, or an identity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from provider import attached
from provider.repository import Repository
from toolchain import cosign
from toolchain.home import Home
from toolchain.keyless import Identity, KeylessSigner


class Signatory(Protocol):
    """Who has signed an image, or is about to."""

    @property
    def name(self) -> str:
        """What somebody is called: the id of a key, or an identity."""
        ...

    @property
    def mend(self) -> str:
        """What to do when somebody signed and it does not verify."""
        ...

    def sign(self, images: Sequence[str]) -> None:
        """Signs.

        Args:
            images: one by digest, and what its index lists.
        """
        ...

    def signed(self, repository: Repository, digest: str) -> bool:
        """Whether an image has a valid signature by them."""
        ...

    def state(self, reference: str, kind: str, predicate: Mapping[str, Any]) -> None:
        """Attaches a signed statement to an image."""
        ...

    def stated(self, reference: str, kind: str) -> list[dict[str, Any]]:
        """What they have stated about an image, of a type: the predicates."""
        ...


@dataclass(frozen=True)
class Cosign:
    """Somebody who signs with cosign.

    Attributes:
        home: where cosign is.
        insecure: whether the registry speaks plain HTTP.
        name: what they are called.
        by: how their signatures are known.
        keyless: how they sign without a key; None with a key, whose id the name is.
    """

    home: Home
    insecure: bool
    name: str
    by: cosign.Trusted
    keyless: KeylessSigner | None = None

    @property
    def mend(self) -> str:
        """What to do when they signed and it does not verify."""
        if self.keyless is None:
            return (
                "the private key is not the other half of the public one: restore it from its backup "
                "(`slipway keys restore FILE`)"
            )
        return (
            "correct `issuer`, `identity` and `trustedRoot` of `signing.keyless`, "
            "or run this as whom they name: the OpenID token says who signs"
        )

    @property
    def _key(self) -> cosign.Signer | KeylessSigner:
        return self.keyless or cosign.signer(self.home, self.name)

    def sign(self, images: Sequence[str], *, older: bool = False) -> None:
        """Signs an image, and what its index lists, which cosign finds itself."""
        cosign.sign(self.home, images[0], self._key, insecure=self.insecure, older=older)

    def signed(self, repository: Repository, digest: str) -> bool:
        """Whether an image has a valid signature by them."""
        reference = f"{repository.name}@{digest}"
        return attached.believed(
            repository, digest, lambda: cosign.signed(self.home, reference, self.by, insecure=self.insecure)
        )

    def signed_for_admission(self, reference: str) -> bool:
        """Whether an image has a valid signature by them in the older form."""
        return cosign.signed(self.home, reference, self.by, insecure=self.insecure, older=True)

    def state(self, reference: str, kind: str, predicate: Mapping[str, Any]) -> None:
        """Attaches a signed statement to an image."""
        cosign.attest(self.home, reference, kind, predicate, self._key, insecure=self.insecure)

    def stated(self, reference: str, kind: str) -> list[dict[str, Any]]:
        """What they have stated about an image, of a type: the predicates."""
        found = cosign.attested(self.home, reference, kind, self.by, insecure=self.insecure)
        return [statement["predicate"] for statement in found]


def signatory(inputs: Mapping[str, Any]) -> Signatory:
    """Who signs, from what a step is told.

    Args:
        inputs: `insecure`, and `key` and `public`, or `keyless`: `issuer`, `subject`, `expression`, `trustedRoot` (as
            JSON, empty for the public instance), `services` and `tokenFile`.
    """
    home, insecure = Home.from_environment(), inputs["insecure"]
    told = inputs.get("keyless")
    if told is None:
        return Cosign(home, insecure, inputs["key"], inputs["public"])
    by = _identity(told)
    return Cosign(
        home, insecure, by.subject, by, KeylessSigner(told["services"], by.issuer, by.root, told["tokenFile"])
    )


def trusted(inputs: Mapping[str, Any]) -> list[Signatory]:
    """Whose signatures count, from what a step is told.

    Args:
        inputs: `insecure`, and `trusted`: by name a public key in PEM, or an identity as `issuer`, `subject`,
            `expression` and `trustedRoot`.
    """
    home, insecure = Home.from_environment(), inputs["insecure"]
    return [
        Cosign(home, insecure, name, by if isinstance(by, str) else _identity(by))
        for name, by in sorted(inputs["trusted"].items())
    ]


def _identity(told: Mapping[str, Any]) -> Identity:
    return Identity(told["issuer"], told["subject"], told["expression"], told["trustedRoot"])
