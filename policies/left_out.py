"""What other tools check and these rules do not, with the reason."""

from __future__ import annotations

LEFT_OUT: dict[str, str] = {
    "image-signature": "Whether an image has a signature, a provenance or an SBOM is written in the registry, and only "
    "known by asking it. `verified-image` asks for images that the stack has verified, which is where signatures are "
    "checked.",
    "schema": "Whether an object has the fields that its kind has is known to the API server of the target version, "
    "with the custom resources it serves. The Kubernetes provider asks it in every preview that reaches a cluster; a "
    "field that a rule reads and that has a wrong type is a violation here too.",
}
"""Checks that need a running cluster or what is in an image, by the ids that are in `comparison.json`."""
