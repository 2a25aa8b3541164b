"""Asks one rule about one thing: by the evaluator, and by the SDK's own service.

What a case holds depends on what its rule is about (`cases.case`): an object, a program's resource, or the objects of
a run. Here is the only place that knows the difference.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

from policies.asking import Questions
from policies.catalogue import ALL_RULES, SINGLE_RULES, STACK_RULES, parameters
from policies.evaluate import compile_rules, evaluate, join
from policies.finding import Finding
from policies.pack import policies
from policies.plain import Path, plain
from policies.rule import ObjectRule, Rule, StackRule
from policies.rules.supply_chain import COMPONENT_TYPE, declared
from policies.together import Together
from policies.view import Manifest, manifests
from tests.unit.policies.analyzer import Analyzer, Diagnostic
from tests.unit.policies.cases import CASES, Case
from tests.unit.policies.joined import facts, typed
from tests.unit.policies.objects import Json, nodes, token

DEFAULTS: Json = {
    name: parameter.default
    for rules in (parameters(SINGLE_RULES), parameters(STACK_RULES))
    for name, parameter in rules.items()
}
OF_RULE: dict[str, list[Case]] = defaultdict(list)
for _case in CASES:
    OF_RULE[_case.rule].append(_case)

TELL_SECRETS = frozenset({"plain-credential", "plain-secret-data"})
"""Rules to which what is secret is no flaw."""

Asked = Callable[[Any], list[Finding]]
"""A rule made ready: what it finds in what `read` makes of a body."""


def of_programs(rule: Rule) -> bool:
    """Whether a rule is about a program's resources, Dockerfiles among them."""
    return isinstance(rule, ObjectRule) and rule.subject != "object"


def read(rule: Rule, body: Any) -> Any:
    """A body as a rule is asked about it: plain, its secrets known, taken apart."""
    if isinstance(rule, StackRule):
        verified = plain(body["verified"])[0]
        listed = [component(each) for each in cast("list[Any]", verified)] if isinstance(verified, list) else None
        return facts(body["objects"]), listed
    if of_programs(rule):
        inputs, secrets = plain(body["inputs"])
        return body["type"], inputs, secrets, body["options"]
    made, secrets = plain(body)
    return list(manifests(cast("Json", made), secrets))


def ready(rule: Rule, settings: Mapping[str, Any]) -> Asked:
    """A rule with its settings; what they do not say has its default."""
    values = {**DEFAULTS, **settings}
    if isinstance(rule, StackRule):
        return lambda made: list(join([rule], asked_of(made[0], made[1], values)))
    if of_programs(rule):
        questions = Questions([rule], values)
        return lambda made: list(questions.of_resource(*made))
    compiled = compile_rules([rule], values)
    return lambda made: [f for manifest in cast("list[Manifest]", made) for f in evaluate(manifest, compiled)]


def component(image: Any) -> Json:
    """The outputs of a VerifiedImage component, of which a case may name the reference alone."""
    return cast("Json", image) if isinstance(image, dict) and "reference" in image else {"reference": image}


def asked_of(objects: Any, components: list[Json] | None, values: Mapping[str, Any]) -> Together:
    """The objects of a stack, beside its VerifiedImage components."""
    if components is None:
        return Together(objects, values)
    references, doubtful = declared(components, values)
    return Together(objects, values, references=references, doubtful=doubtful)


def ask(rule: str, body: Any, settings: Json) -> list[Finding]:
    """What a rule of the catalogue finds."""
    return _ready(rule, json.dumps(settings, sort_keys=True))(read(ALL_RULES[rule], body))


def ask_service(rule: str, body: Json, settings: Json) -> list[Diagnostic]:
    """What the SDK's service says when the pack holds this rule alone, as mandatory."""
    asked = ALL_RULES[rule]
    analyzer = _analyzer(rule, json.dumps(settings, sort_keys=True))
    if isinstance(asked, StackRule):
        components = [(COMPONENT_TYPE, component(image)) for image in body["verified"]]
        resources = [*(typed(each) for each in body["objects"]), *components]
        return analyzer.analyze_stack([(type_, f"res{n}", props) for n, (type_, props) in enumerate(resources)])
    if of_programs(asked):
        return analyzer.analyze(body["type"], body["inputs"], options=body["options"])
    return analyzer.analyze(token(body), body)


def told_by_the_engine(body: Json) -> bool:
    """Whether the engine tells a pack all that is said here, as a scan of files knows it."""
    return body.get("verified", ()) is not None and "retainOnDelete" not in body.get("options", ())


def _named(body: Json, path: Path) -> bool:
    """Whether a path leads to a reference that stands for a component."""
    return path[:-1] == ("verified",) and not isinstance(body["verified"][cast("int", path[1])], dict)


def leaves(rule: str, body: Json) -> list[Path]:
    """All that can be unknown or secret; what an object is, its resource's type says, too."""
    asked = ALL_RULES[rule]
    if isinstance(asked, StackRule):
        inside = [path for path in nodes(body) if len(path) > 2 or _named(body, path)]
        return [path for path in inside if path[2:3] not in (("apiVersion",), ("kind",))]
    if of_programs(asked):
        return [("inputs", *path) for path in nodes(body["inputs"])]
    return [path for path in nodes(body) if path[0] not in ("apiVersion", "kind")]


def known(rule: str) -> list[Case]:
    """The cases that are decided, and that a pack can be asked about."""
    return [case for case in OF_RULE[rule] if case.violates is not None and told_by_the_engine(case.body)]


def samples(rule: str) -> list[Case]:
    """What every leaf is replaced in: two violations and two passes with the most in them."""
    by_size = sorted(known(rule), key=lambda case: len(list(nodes(case.body))), reverse=True)
    return [*[c for c in by_size if c.violates][:2], *[c for c in by_size if not c.violates][:2]]


@cache
def _ready(rule: str, settings: str) -> Asked:
    return ready(ALL_RULES[rule], json.loads(settings))


@cache
def _analyzer(rule: str, settings: str) -> Analyzer:
    asked = ALL_RULES[rule]
    given = {"enforcementLevel": "mandatory", **json.loads(settings)}
    if isinstance(asked, StackRule):
        return Analyzer({"stack": {**given, "profiles": list(asked.about.profiles)}}, policies({}, {rule: asked}))
    return Analyzer({"workloads": {**given, "rules": {rule: "mandatory"}}}, policies({rule: asked}, {}))
