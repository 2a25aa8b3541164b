"""The signature of an image that was built here, and the check of one that was built elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from provider import attached
from provider.repository import Repository
from provider.step import RefusedError
from toolchain import cosign
from toolchain.home import Home


def signature(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Signs an image, its index and what that lists; a valid signature by the same key is accepted as it is.

    Args:
        inputs: `reference`, `insecure`, `key` (the id of the key that signs), `public` (the same key, in PEM),
            `admission` (whether admission controllers check it, too).

    Returns:
        `signedBy`, the key's id.

    Raises:
        RefusedError: what was signed does not verify.
        ToolchainError: the private key is not here, or its password is another one.
    """
    reference, insecure, public = inputs["reference"], inputs["insecure"], inputs["public"]
    home = Home.from_environment()
    images = _images(reference, insecure=insecure)
    if not all(_signed(home, *image, public, insecure=insecure) for image in images):
        cosign.sign(home, reference, cosign.signer(home, inputs["key"]), insecure=insecure)
        for repository, digest in images:
            if not _signed(home, repository, digest, public, insecure=insecure):
                raise RefusedError(
                    f"{repository.name}@{digest} was signed, but not by the key {inputs['key']}",
                    "the private key is not the other half of the public one: restore it from its backup "
                    "(`slipway keys restore FILE`)",
                )
    if inputs.get("admission"):
        _sign_for_admission(home, inputs, [f"{repository.name}@{digest}" for repository, digest in images])
    return {"signedBy": inputs["key"]}


def _sign_for_admission(home: Home, inputs: Mapping[str, Any], images: Sequence[str]) -> None:
    """Signs in the older form, too: the only one that admission controllers check with a key."""
    insecure, public = inputs["insecure"], inputs["public"]

    def done() -> bool:
        return all(cosign.signed(home, image, public, insecure=insecure, older=True) for image in images)

    if not done():
        key = cosign.signer(home, inputs["key"])
        cosign.sign(home, inputs["reference"], key, insecure=insecure, older=True)
        if not done():
            raise RefusedError(
                f"{inputs['reference']} was signed for admission, but the signature by {inputs['key']} does not verify",
                "find out whether the registry keeps tags that begin with `sha256-`",
            )


def verification(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Lets an image through that a trusted key has signed. Reads only: a preview does it, too.

    Args:
        inputs: `reference`, `insecure`, `trusted` (id → public key in PEM), `source` (the stack whose keys they are).

    Returns:
        `signedBy`, the id of the key.

    Raises:
        RefusedError: it has no valid signature by any of the keys, or is not in the registry.
        ToolchainError: the registry fails, so that nothing is known.
    """
    reference, insecure = inputs["reference"], inputs["insecure"]
    home = Home.from_environment()
    images = _images(reference, insecure=insecure)
    for key, public in sorted(inputs["trusted"].items()):
        if all(_signed(home, *image, public, insecure=insecure) for image in images):
            return {"signedBy": key}
    keys = ", ".join(sorted(inputs["trusted"]))
    raise RefusedError(
        f"{reference} has no valid signature by a key of `{inputs['source']}` ({keys})",
        f"promote a digest that `slipway up -s {inputs['source']}` signed; if its keys were rotated, commit "
        f"keys/{inputs['source']}.yaml; if nobody should have changed the image, find out who did",
    )


def _signed(home: Home, repository: Repository, digest: str, public: str, *, insecure: bool) -> bool:
    reference = f"{repository.name}@{digest}"
    return attached.believed(repository, digest, lambda: cosign.signed(home, reference, public, insecure=insecure))


def _images(reference: str, *, insecure: bool) -> list[tuple[Repository, str]]:
    """The image, and what its index lists, by digest.

    Raises:
        RefusedError: it is not in the registry.
        ToolchainError: the registry does not answer, or gives something else than the digest.
    """
    repository, digest = attached.repository_of(reference, insecure=insecure)
    below = attached.manifests(repository, digest)
    return [(repository, each) for each in dict.fromkeys([digest, *below])]
