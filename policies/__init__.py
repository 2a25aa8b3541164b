"""The guardrails: one catalogue of rules. Stands alone; a copied `policies/` folder works."""

VERSION = "0.1.0"
"""The version of the catalogue, told in reports; the same as in the packs' `PulumiPolicy.yaml`."""
