"""Who signs an image, and how it is known that they did: a key, an identity, or a certificate."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from provider import attached
from provider.repository import Repository
from toolchain import cosign, notation, oci
from toolchain.home import Home
from toolchain.keyless import Identity, KeylessSigner

IN_TOTO = "application/vnd.in-toto+json"
"""The type of a statement that notation signs."""

STATEMENT = "https://in-toto.io/Statement/v1"

TYPES = {"slsaprovenance1": "https://slsa.dev/provenance/v1"}
"""The URIs of what is stated, by cosign's words for them."""


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


@dataclass(frozen=True)
class Notary:
    """Somebody who signs with notation.

    Attributes:
        home: where notation is.
        insecure: whether the registry speaks plain HTTP.
        name: what they are called.
        trust: how their signatures are known.
        key: with what they sign; None where they only have signed.
    """

    home: Home
    insecure: bool
    name: str
    trust: notation.Trust
    key: notation.KeyFile | notation.Plugin | None = None

    @property
    def mend(self) -> str:
        """What to do when they signed and it does not verify."""
        return (
            "correct `certificates` and `subject` of `signing.notation`, or sign with a key that these authorities "
            "have certified, whose certificate still holds"
        )

    def sign(self, images: Sequence[str]) -> None:
        """Signs an image, and what its index lists."""
        if self.key is None:
            raise AssertionError("only who is told of a key signs")
        notation.sign(self.home, images, self.key, insecure=self.insecure)

    def signed(self, repository: Repository, digest: str) -> bool:
        """Whether an image has a valid signature by them."""
        reference = f"{repository.name}@{digest}"
        return attached.believed(
            repository, digest, lambda: notation.signed(self.home, reference, self.trust, insecure=self.insecure)
        )

    def state(self, reference: str, kind: str, predicate: Mapping[str, Any]) -> None:
        """Attaches a statement to an image and signs that: notation itself states nothing."""
        repository, digest = attached.repository_of(reference, insecure=self.insecure)
        subject = {"name": repository.name, "digest": {"sha256": digest.removeprefix("sha256:")}}
        said = {"_type": STATEMENT, "subject": [subject], "predicateType": TYPES[kind], "predicate": predicate}
        artifact = attached.attach(repository, digest, IN_TOTO, oci.canonical(said))
        self.sign([f"{repository.name}@{artifact}"])

    def stated(self, reference: str, kind: str) -> list[dict[str, Any]]:
        """What they have stated about an image, of a type: the predicates."""
        repository, digest = attached.repository_of(reference, insecure=self.insecure)
        return [
            predicate
            for artifact, document in attached.documents(repository, digest, IN_TOTO)
            if (predicate := _predicate(document, kind, digest)) is not None and self.signed(repository, artifact)
        ]


def _predicate(document: bytes, kind: str, digest: str) -> dict[str, Any] | None:
    """What a statement says of an image; None for one of another type or image, or what is none: anybody attaches."""
    with contextlib.suppress(ValueError, LookupError, TypeError):
        said = json.loads(document)
        if said["predicateType"] == TYPES[kind] and f"sha256:{said['subject'][0]['digest']['sha256']}" == digest:
            return said["predicate"]
    return None


def signatory(inputs: Mapping[str, Any]) -> Signatory:
    """Who signs, from what a step is told.

    Args:
        inputs: `insecure`, and one of: `key` and `public`; `keyless`: `issuer`, `subject`, `expression`, `trustedRoot`
            (as JSON, empty for the public instance), `services` and `tokenFile`; `notation`: `name`, `certificates`,
            `subject`, and `keyFile` and `chain`, or `plugin` and `pluginKey`.
    """
    home, insecure = Home.from_environment(), inputs["insecure"]
    if told := inputs.get("notation"):
        return _notary(home, told, insecure=insecure)
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
        inputs: `insecure`, and `trusted`: by name a public key in PEM, an identity as `issuer`, `subject`, `expression`
            and `trustedRoot`, or `name`, `certificates` and `subject` of the Notary Project.
    """
    home, insecure = Home.from_environment(), inputs["insecure"]
    found: list[Signatory] = []
    for name, by in sorted(inputs["trusted"].items()):
        if isinstance(by, str):
            found.append(Cosign(home, insecure, name, by))
        elif "certificates" in by:
            found.append(_notary(home, by, insecure=insecure))
        else:
            found.append(Cosign(home, insecure, name, _identity(by)))
    return found


def _identity(told: Mapping[str, Any]) -> Identity:
    return Identity(told["issuer"], told["subject"], told["expression"], told["trustedRoot"])


def _notary(home: Home, told: Mapping[str, Any], *, insecure: bool) -> Notary:
    key: notation.KeyFile | notation.Plugin | None = None
    if "keyFile" in told:
        key = notation.KeyFile(told["keyFile"], told["chain"])
    elif "plugin" in told:
        key = notation.Plugin(told["plugin"], told["pluginKey"])
    return Notary(home, insecure, told["name"], notation.Trust(told["certificates"], told["subject"]), key)
