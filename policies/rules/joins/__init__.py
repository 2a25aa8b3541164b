"""Rules that join objects, by what they are about; `RULES` has them all."""

from __future__ import annotations

from policies.rules.joins import isolation, names, scaling, services

RULES = (*services.RULES, *isolation.RULES, *scaling.RULES, *names.RULES)
