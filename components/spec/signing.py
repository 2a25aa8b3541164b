"""Who signs images, and who must have signed them: keys of the stack's own, identities, or a Notary certificate."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from components.spec.base import Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.refusal import Refusal, refused
from components.spec.values import AbsolutePath, HttpUrl, ProjectPath

_NOT_GO = re.compile(r"\(\?(?:[=!<>#(]|P[=>])|\\[1-9Z]")
"""What Go's expressions, by which cosign and the admission controllers match, do not have."""


def _expression(text: str) -> str:
    try:
        if _NOT_GO.search(text):
            raise ValueError("it looks ahead, behind or back, or asks for something else that Go does not have")
        re.compile(text)
    except (re.error, ValueError) as error:
        raise refused(
            Refusal(
                allowed="a regular expression as Go has them, for the whole identity",
                mend=f"correct it: {error}",
            )
        ) from None
    return text


class Identity(Checked):
    """Who must have signed: whom an OpenID issuer knows by this name, when a certificate was made out to it."""

    issuer: Annotated[HttpUrl, Field(examples=["https://token.actions.githubusercontent.com"])]
    """Who vouches for the identity."""

    identity: (
        Annotated[
            str,
            Field(
                min_length=1, examples=["https://github.com/acme/shop/.github/workflows/deliver.yml@refs/heads/main"]
            ),
        ]
        | None
    ) = None
    """The identity, as the certificate names it: an address, or the URI of a workflow."""

    identity_reg_exp: (
        Annotated[
            str,
            AfterValidator(_expression),
            Field(examples=[r"https://github\.com/acme/shop/\.github/workflows/deliver\.yml@refs/tags/v[0-9.]+"]),
        ]
        | None
    ) = None
    """A regular expression in its place. The whole identity must match it."""

    trusted_root: Annotated[ProjectPath, Field(examples=["sigstore/trusted-root.json"])] | None = None
    """The certificates and keys of a Sigstore of your own, as `cosign trusted-root create` writes them; left out, those
    of Sigstore's public instance, which cosign fetches."""

    def checks(self) -> Checks:
        """One identity, or one expression for several."""
        yield self._one_identity()

    def _one_identity(self) -> Iterator[Refusal]:
        yield from exactly_one(
            self,
            ("identity", "identity_reg_exp"),
            "exactly one of `identity` and `identityRegExp`",
            "name who signs: a certificate alone says only that somebody did",
        )

    @property
    def subject(self) -> str:
        """The identity, or an expression that matches nothing but the whole of one."""
        return self.identity or f"^(?:{self.identity_reg_exp})$"


class Instance(Checked):
    """The services of a Sigstore of one's own."""

    fulcio: Annotated[HttpUrl, Field(examples=["https://fulcio.example.com"])]
    """Makes out certificates. With TLS, unless it is on this machine: it is sent the OpenID token."""

    rekor: Annotated[HttpUrl, Field(examples=["https://rekor.example.com"])] | None = None
    """The transparency log."""

    timestamps: Annotated[HttpUrl, Field(examples=["https://timestamps.example.com/api/v1/timestamp"])] | None = None
    """The timestamp authority, with its whole path."""

    def checks(self) -> Checks:
        """Something says when it was signed, and who signs is told to nobody else."""
        yield self._knows_when()
        yield self._keeps_the_token()

    def _knows_when(self) -> Iterator[Refusal]:
        if not (self.rekor or self.timestamps):
            yield Refusal(
                found="neither `rekor` nor `timestamps`",
                allowed="at least one of them",
                mend="name one: a certificate holds for minutes, so somebody else must say that it held when it signed",
            )

    def _keeps_the_token(self) -> Iterator[Refusal]:
        if not re.match(r"https://|http://(?:127\.0\.0\.1|localhost)(?=[:/]|$)", self.fulcio):
            yield Refusal(
                at=("fulcio",),
                found=self.fulcio,
                allowed="an address with `https://`, or one of this machine",
                mend="give it TLS: it is sent the OpenID token, and who reads that on its way signs in your name",
            )


class Keyless(Identity):
    """Signs as whoever runs the delivery, with a certificate that holds for minutes, and no key that must be kept."""

    instance: Instance | None = None
    """The services of a Sigstore of your own, beside `trustedRoot`; left out, Sigstore's public instance: what is
    signed, and by whom, is then public for ever."""

    token_file: AbsolutePath | None = None
    """The file with the OpenID token; left out, the one in `SIGSTORE_ID_TOKEN`, or the one that a CI service gives."""

    def checks(self) -> Checks:
        """An instance comes with what is trusted of it."""
        yield from super().checks()
        yield self._whole_instance()

    def _whole_instance(self) -> Iterator[Refusal]:
        if (self.instance is None) != (self.trusted_root is None):
            yield Refusal(
                found="only one of `instance` and `trustedRoot`",
                allowed="both, or neither for Sigstore's public instance",
                mend="give both: the services that sign, and the certificates by which others know them",
            )


class NotationKey(Spec):
    """A private key in a file of the machine that signs."""

    file: Annotated[AbsolutePath, Field(examples=["/run/secrets/notary.key"])]
    """The key, in the PEM form. Only who signs needs it."""

    chain: Annotated[ProjectPath, Field(examples=["notary/deliver.pem"])]
    """Its certificate, then those of its authorities, in the PEM form."""


class NotationPlugin(Spec):
    """A key in a key store that a plugin of notation's reaches."""

    name: Annotated[str, Field(min_length=1, examples=["azure-kv"])]
    """The plugin, as it is installed on the machine that signs."""

    key: Annotated[str, Field(min_length=1, examples=["https://shop.vault.azure.net/keys/deliver/0123"])]
    """What the plugin calls the key."""


def _distinguished_name(text: str) -> str:
    """Holds a name to what notation takes: https://github.com/notaryproject/specifications, trust policies."""
    parts = [part.partition("=")[0].strip() for part in re.split(r"(?<!\\),", text)]
    kinds = ["ST" if part == "S" else part for part in parts]
    if not {"C", "ST", "O"} <= set(kinds) or len(set(kinds)) < len(kinds):
        raise refused(
            Refusal(
                allowed="a distinguished name with `C`, `ST` and `O`, each part once",
                mend="take it from a certificate: `openssl x509 -noout -subject -nameopt RFC2253`",
            )
        )
    return text


class Notation(Checked):
    """Signatures in the form of the Notary Project."""

    certificates: Annotated[ProjectPath, Field(examples=["notary/authorities.pem"])]
    """The authorities whose certificates count, in the PEM form."""

    subject: (
        Annotated[str, Field(min_length=1, examples=["C=DE,ST=Berlin,O=shop"]), AfterValidator(_distinguished_name)]
        | None
    ) = None
    """Whom a certificate must be made out to, with at least `C`, `ST` and `O`; left out, anybody whom the authorities
    have certified."""

    key: NotationKey | None = None
    """Who signs what the stack builds: a key in a file."""

    plugin: NotationPlugin | None = None
    """Who signs what the stack builds: a key that a plugin reaches."""

    def checks(self) -> Checks:
        """One key signs, if any."""
        yield self._one_key()

    def _one_key(self) -> Iterator[Refusal]:
        if self.key and self.plugin:
            yield Refusal(found="`key` and `plugin`", allowed="at most one of them", mend="keep the one that signs")


class Signing(Checked):
    """Who signs the images that a stack builds, and must have signed those that it promotes."""

    keyless: Keyless | None = None
    """An identity, in the place of the keys of `slipway keys`."""

    notation: Notation | None = None
    """Certificates, in the form of the Notary Project, in the place of those keys."""

    def checks(self) -> Checks:
        """One way to sign."""
        yield self._one_way()

    @property
    def with_keys(self) -> bool:
        """Whether the keys of `slipway keys` sign."""
        return self.keyless is None and self.notation is None

    def _one_way(self) -> Iterator[Refusal]:
        if self.keyless and self.notation:
            yield Refusal(found="`keyless` and `notation`", allowed="at most one of them", mend="keep one way to sign")
