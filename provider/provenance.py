"""The provenance: from what, and by whom, an image was built, as a signed statement in the form of SLSA v1.

https://slsa.dev/spec/v1.0/provenance
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from provider import attached
from provider.signers import signatory
from provider.step import RefusedError

TYPE = "slsaprovenance1"
"""cosign's word for https://slsa.dev/provenance/v1."""

BUILD_TYPE = "urn:slipway:dockerfile:v1"
"""What `predicate` states about: a Dockerfile, built by BuildKit."""

PARAMETERS = ("folder", "dockerfile", "target", "args", "contexts", "platforms")
"""What a person decided of a build."""

BUILDER = "urn:slipway:buildkit"


def provenance(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """States what an image was built from; a valid statement of the same by the same signer is accepted as it is.

    Args:
        inputs: `reference`, `insecure`, who signs (see `provider.signers`), `source` (what it was built from), `sbom`
            (the digests of its SBOMs), `version` (slipway's).

    Returns:
        `statement`, the digest of what is stated.

    Raises:
        RefusedError: what was stated does not verify.
        ToolchainError: the private key or the token is not here, or the password is another one.
    """
    reference, signer = inputs["reference"], signatory(inputs)
    wanted = predicate(inputs["source"], inputs["sbom"], inputs["version"])

    def done() -> bool:
        return any(stated(each) == stated(wanted) for each in signer.stated(reference, TYPE))

    image = attached.repository_of(reference, insecure=inputs["insecure"])
    if not attached.believed(*image, done):
        signer.state(reference, TYPE, wanted)
        if not attached.believed(*image, done):
            raise RefusedError(f"the provenance of {reference} was signed, but not by {signer.name}", signer.mend)
    return {"statement": stated(wanted)}


def predicate(source: Mapping[str, Any], sboms: Mapping[str, Any], version: str) -> dict[str, Any]:
    """What is stated. Nothing in it changes while the source stays: no time, no commit, no machine.

    Args:
        source: `folder`, `dockerfile`, `target`, `args`, `contexts`, `platforms`; `bases`, the references of the
            project's images that it was built on, by build argument; `context`, the digest of all that the build was
            given; `from`, the images that its Dockerfile names; `folders`, the digest of each folder of `contexts`.
        sboms: the digests of the attached SBOMs, by format.
        version: slipway's.
    """
    parameters = {name: source[name] for name in PARAMETERS}
    return {
        "buildDefinition": {
            "buildType": BUILD_TYPE,
            "externalParameters": {name: value for name, value in parameters.items() if value},
            "internalParameters": {"reproducible": True},
            "resolvedDependencies": [
                {"name": "context", "uri": f"file:{source['folder']}", "digest": {"sha256": source["context"]}},
                *(
                    {"name": f"context {name}", "uri": f"file:{folder}", "digest": {"sha256": source["folders"][name]}}
                    for name, folder in sorted(source["contexts"].items())
                ),
                *(_image(argument, base) for argument, base in sorted(source["bases"].items())),
                *(_image("base", base) for base in source["from"]),
            ],
        },
        "runDetails": {
            "builder": {"id": BUILDER, "version": {"slipway": version}},
            "byproducts": [
                {"name": f"sbom ({form})", "digest": {"sha256": digest.partition(":")[2]}}
                for form, digests in sorted(sboms.items())
                for digest in digests
            ],
        },
    }


def _image(name: str, reference: str) -> dict[str, Any]:
    """An image that a build began from; one that is named by a tag only has no digest that could be stated."""
    _, _, digest = reference.rpartition("@sha256:") if "@sha256:" in reference else ("", "", "")
    return {"name": name, "uri": f"oci://{reference}", **({"digest": {"sha256": digest}} if digest else {})}


def stated(predicate: Mapping[str, Any]) -> str:
    """The digest of what is stated, however it is written."""
    text = json.dumps(predicate, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
