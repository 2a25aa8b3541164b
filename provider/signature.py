"""The signature of an image that was built here, and the check of one that was built elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from provider import attached
from provider.repository import Repository
from provider.signers import Cosign, Signatory, signatory, trusted
from provider.step import RefusedError


def signature(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Signs an image, its index and what that lists; a valid signature by the same is accepted as it is.

    Args:
        inputs: `reference`, `insecure`, who signs (see `provider.signers`), `admission` (whether admission controllers
            check the key, too).

    Returns:
        `signedBy`, the key's id, or the identity.

    Raises:
        RefusedError: what was signed does not verify.
        ToolchainError: the private key or the token is not here, or the password is another one.
    """
    signer = signatory(inputs)
    images = _images(inputs["reference"], insecure=inputs["insecure"])
    named = [f"{repository.name}@{digest}" for repository, digest in images]
    if not _all_signed(signer, images):
        signer.sign(named)
        for repository, digest in images:
            if not signer.signed(repository, digest):
                raise RefusedError(
                    f"{repository.name}@{digest} was signed, but not by {signer.name}",
                    signer.mend,
                )
    if inputs.get("admission") and isinstance(signer, Cosign):
        _sign_for_admission(signer, named)
    return {"signedBy": signer.name}


def _sign_for_admission(signer: Cosign, images: Sequence[str]) -> None:
    """Signs in the older form, too: the only one that admission controllers check with a key."""

    def done() -> bool:
        return all(signer.signed_for_admission(image) for image in images)

    if not done():
        signer.sign(images, older=True)
        if not done():
            raise RefusedError(
                f"{images[0]} was signed for admission, but the signature by {signer.name} does not verify",
                "find out whether the registry keeps tags that begin with `sha256-`",
            )


def verification(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Lets an image through that somebody trusted has signed. Reads only: a preview does it, too.

    Args:
        inputs: `reference`, `insecure`, `trusted` (whose signatures count, see `provider.signers`), `source` (the stack
            that they sign for; left out for somebody else's image).

    Returns:
        `signedBy`, the id of the key, or the identity.

    Raises:
        RefusedError: it has no valid signature by any of them, or is not in the registry.
        ToolchainError: the registry fails, so that nothing is known.
    """
    reference, source = inputs["reference"], inputs.get("source")
    images = _images(reference, insecure=inputs["insecure"])
    if not source:
        images = images[:1]  # an index names what it lists by digest, and others sign the index alone
    known = trusted(inputs)
    for each in known:
        if _all_signed(each, images):
            return {"signedBy": each.name}
    names = ", ".join(each.name for each in known)
    if not source:
        raise RefusedError(
            f"{reference} has no valid signature by {names}",
            "name a digest that they have signed, or correct `external.signedBy`; "
            "if nobody should have changed the image, find out who did",
        )
    raise RefusedError(
        f"{reference} has no valid signature by a signer of `{source}` ({names})",
        f"promote a digest that `slipway up -s {source}` signed; if its keys were rotated, commit "
        f"keys/{source}.yaml; if nobody should have changed the image, find out who did",
    )


def _all_signed(by: Signatory, images: Sequence[tuple[Repository, str]]) -> bool:
    return all(by.signed(*image) for image in images)


def _images(reference: str, *, insecure: bool) -> list[tuple[Repository, str]]:
    """The image, and what its index lists, by digest.

    Raises:
        RefusedError: it is not in the registry.
        ToolchainError: the registry does not answer, or gives something else than the digest.
    """
    repository, digest = attached.repository_of(reference, insecure=insecure)
    below = attached.manifests(repository, digest)
    return [(repository, each) for each in dict.fromkeys([digest, *below])]
