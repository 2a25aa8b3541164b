"""Asks one rule about one object: by the evaluator, and by the SDK's own service."""

import json
from collections import defaultdict
from functools import cache
from typing import Any, cast

from policies.catalogue import POD_RULES, parameters
from policies.evaluate import CompiledRules, compile_rules, evaluate
from policies.finding import Finding
from policies.pack import policies
from policies.plain import plain
from policies.rule import SingleRule
from policies.view import manifests
from tests.unit.policies.analyzer import Analyzer, Diagnostic
from tests.unit.policies.cases import CASES, Case
from tests.unit.policies.objects import Json, nodes, token

DEFAULTS: Json = {name: parameter.default for name, parameter in parameters(POD_RULES).items()}
OF_RULE: dict[str, list[Case]] = defaultdict(list)
for _case in CASES:
    OF_RULE[_case.rule].append(_case)


def compiled(rule: SingleRule, settings: Json) -> CompiledRules:
    """A rule with its settings; what they do not say has its default."""
    return compile_rules([rule], {**DEFAULTS, **settings})


def found(rules: CompiledRules, body: Any) -> list[Finding]:
    """What compiled rules find in an object, plain or proxied."""
    made, secrets = plain(body)
    return [f for manifest in manifests(cast("Json", made), secrets) for f in evaluate(manifest, rules)]


def ask(rule: str, body: Any, settings: Json) -> list[Finding]:
    """What a rule of the catalogue finds in an object."""
    return found(_compiled(rule, json.dumps(settings, sort_keys=True)), body)


def ask_service(rule: str, body: Json, settings: Json) -> list[Diagnostic]:
    """What the SDK's service says of an object when the pack holds this rule alone, as mandatory."""
    return _analyzer(rule, json.dumps(settings, sort_keys=True)).analyze(token(body), body)


def samples(rule: str) -> list[Case]:
    """Two violations and two passes with the most in them: what every leaf is replaced in."""
    by_size = sorted(OF_RULE[rule], key=lambda case: len(list(nodes(case.body))), reverse=True)
    return [*[c for c in by_size if c.violates][:2], *[c for c in by_size if not c.violates][:2]]


@cache
def _compiled(rule: str, settings: str) -> CompiledRules:
    return compiled(POD_RULES[rule], json.loads(settings))


@cache
def _analyzer(rule: str, settings: str) -> Analyzer:
    config = {"enforcementLevel": "mandatory", "rules": {rule: "mandatory"}, **json.loads(settings)}
    return Analyzer({"workloads": config}, policies({rule: POD_RULES[rule]}, {}))
