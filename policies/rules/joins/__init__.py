"""Rules that join objects, by what they are about; `RULES` has them all."""

from __future__ import annotations

from policies.rules.joins import ingresses, isolation, names, scaling, services

RULES = (*services.RULES, *ingresses.RULES, *isolation.RULES, *scaling.RULES, *names.RULES)
