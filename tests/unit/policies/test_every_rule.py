"""What holds for every rule: on unknown and secret values none raises, passes silently or prints a value."""

import json
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy.proxy import unknown_checking_proxy

from policies.finding import Finding
from policies.pack import policies
from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE, Path
from policies.rule import ALL_CONTAINERS, PodRule, SingleRule
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.objects import (
    FIRST,
    Json,
    at,
    bad_pod_spec,
    deployment,
    findings,
    good_pod_spec,
    nodes,
    replaced,
    token,
)

CANARY = "canary-5d1f"
CONFIG = {
    "workloads": {"enforcementLevel": "mandatory", "allowedRegistries": ["registry.example.com/slipway"]},
    "stack": {"enforcementLevel": "disabled"},
}
GOOD = deployment(good_pod_spec())
BAD = deployment(bad_pod_spec())
# Where the object says what it is, the resource's type says it too; an unknown there changes nothing.
PATHS = [path for path in nodes(GOOD) if path[0] in ("spec", "metadata")]


def keys(found: list[Finding]) -> set[tuple[str, Path, str]]:
    return {(finding.about.id, finding.path, finding.verdict) for finding in found}


def secret(value: Any) -> Json:
    return {SIGNATURE: SECRET_SIGNATURE, "value": value}


@pytest.mark.parametrize("rule", FIRST.values(), ids=FIRST)
def test_every_container_that_a_rule_looks_at_can_violate_it(rule: SingleRule) -> None:
    roles = {finding.container.role for finding in findings(BAD, rules=(rule.about.id,)) if finding.container}
    assert isinstance(rule, PodRule)
    assert roles == set(rule.roles) - {"sidecar"}


@pytest.mark.parametrize("rule", FIRST)
def test_a_good_object_passes(rule: str) -> None:
    assert findings(GOOD, rules=(rule,)) == []


@pytest.mark.parametrize("body", [GOOD, BAD], ids=["good", "bad"])
def test_an_unknown_value_hides_no_violation_elsewhere_and_makes_none(body: Json) -> None:
    before = findings(body)
    for path, sentinel in zip(PATHS, cycle(sorted(SENTINELS)), strict=False):
        for form in (replaced(body, path, sentinel), unknown_checking_proxy(replaced(body, path, sentinel))):
            after = findings(form)
            violated = {(f.about.id, f.path) for f in after if f.verdict == "violation"}
            waiting = {f.about.id for f in after if f.verdict == "unknown"}
            assert violated <= {(f.about.id, f.path) for f in before}
            for finding in before:
                assert (finding.about.id, finding.path) in violated or finding.about.id in waiting, path


@pytest.mark.parametrize("rule", FIRST.values(), ids=FIRST)
def test_each_field_that_a_rule_reads_leaves_it_undecided_while_unknown(rule: SingleRule) -> None:
    for check in rule.checks:
        scope = "containers" if check.scope == "container" else None
        base: Path = ("spec", "template", "spec", *((scope, 0) if scope else ()))
        path = (*base, *check.at.path)
        found = findings(replaced(GOOD, path, min(SENTINELS)), rules=(rule.about.id,))
        assert [(f.verdict, f.path) for f in found] == [("unknown", path)]


def test_one_unknown_image_leaves_the_other_containers_checked() -> None:
    path: Path = ("spec", "template", "spec", "containers", 0, "image")
    found = findings(replaced(BAD, path, min(SENTINELS)), rules=("image-digest",))
    assert [(f.container_name(), f.verdict) for f in found] == [
        ("app", "unknown"),
        ("side", "violation"),
        ("setup", "violation"),
        ("debug", "violation"),
    ]


@pytest.mark.parametrize("body", [GOOD, BAD], ids=["good", "bad"])
def test_a_secret_is_judged_by_its_value(body: Json) -> None:
    for path in PATHS:
        assert keys(findings(replaced(body, path, secret(at(body, path))))) == keys(findings(body)), path


@pytest.mark.parametrize("body", [GOOD, BAD], ids=["good", "bad"])
def test_the_service_never_prints_a_secret(body: Json) -> None:
    analyzer = Analyzer(CONFIG, policies(FIRST))
    for path in PATHS:
        said = analyzer.analyze(token(body), replaced(body, path, secret(CANARY)))
        assert CANARY not in json.dumps(said), path


@pytest.mark.parametrize("body", [GOOD, BAD], ids=["good", "bad"])
def test_the_service_answers_whatever_is_unknown(body: Json) -> None:
    analyzer = Analyzer(CONFIG, policies(FIRST))
    for path, sentinel in zip(PATHS, cycle(sorted(SENTINELS)), strict=False):
        said = analyzer.analyze(token(body), replaced(body, path, sentinel))
        waiting = [d for d in said if "not checked yet" in d.message]
        assert all(d.level == "advisory" for d in waiting)
        assert len(waiting) <= 1
        assert all(d.policy == "workloads" for d in said if d not in waiting)
        assert sentinel not in json.dumps(said)


WORDS = sorted({str(step) for body in (GOOD, BAD) for path in nodes(body) for step in path if isinstance(step, str)})
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.sampled_from(sorted(SENTINELS)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=20,
)


@given(st.sampled_from(PATHS), JUNK, st.sampled_from(["apps/v1:Deployment", "argoproj.io/v1alpha1:Rollout"]))
def test_no_rule_fails_in_itself_on_whatever_it_is_given(path: Path, junk: Any, kind: str) -> None:
    body = replaced(BAD, path, junk)
    for form in (body, unknown_checking_proxy(body)):
        found = findings(form, f"kubernetes:{kind}")
        assert not any("could not be checked" in finding.problem for finding in found)


def test_every_role_is_in_the_objects_here() -> None:
    spec = at(GOOD, ("spec", "template", "spec"))
    assert {"containers", "initContainers", "ephemeralContainers"} <= set(spec)
    assert set(ALL_CONTAINERS) == {"container", "init", "sidecar", "ephemeral"}
