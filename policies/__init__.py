"""The guardrails: one catalogue of rules. Stands alone; a copied `policies/` folder works."""
