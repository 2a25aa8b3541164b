"""Rules over programs: secrets, options, and what hides its objects."""

from typing import Any

import pytest

from policies.catalogue import SINGLE_RULES
from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE
from policies.rule import ObjectRule
from policies.rules.pulumi import STATEFUL
from policies.settings import WORKLOADS_LEVELS, load
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.cases.case import Json

UNKNOWN = min(SENTINELS)
DATABASE, SECRET, RELEASE = "aws:rds/instance:Instance", "kubernetes:core/v1:Secret", "kubernetes:helm.sh/v3:Release"
CONTAINER = "docker:index/container:Container"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
RULES = {k for k, rule in SINGLE_RULES.items() if isinstance(rule, ObjectRule) and rule.subject == "resource"}


def secret(value: Any) -> Json:
    return {SIGNATURE: SECRET_SIGNATURE, "value": value}


def said(rule: str, type_: str, inputs: Json, options: Json | None = None, **settings: Any) -> list[str]:
    """What the pack says of a resource, each line without the policy's own words."""
    config: Json = {"enforcementLevel": "mandatory", "profiles": ["gpu"], "rules": {rule: "mandatory"}, **settings}
    found = Analyzer({"workloads": config}).analyze(type_, inputs, options=options)
    return [d.message.split("\n")[1] for d in found]


PASSES: list[tuple[str, str, Json, Json]] = [
    ("plain-credential", DATABASE, {"password": secret("x"), "name": "x", "tokens": ["", None, 3]}, {}),
    ("plain-credential", DATABASE, {"outer": secret({"password": "x"}), "list": [secret("x")]}, {}),
    ("plain-credential", DATABASE, {"passwordLength": "16", "secretName": "x", "url": "https://a.b/c"}, {}),
    ("plain-credential", DEPLOYMENT, {"password": "x"}, {}),
    ("plain-secret-data", SECRET, {"stringData": {"a": secret("x"), "b": ""}, "data": secret({"a": "x"})}, {}),
    ("plain-secret-data", "kubernetes:core/v1:ConfigMap", {"data": {"a": "x"}}, {}),
    ("ignored-security", DEPLOYMENT, {}, {"ignoreChanges": ["spec.replicas", 'metadata.annotations["a.b/image-tag"]']}),
    ("ignored-security", "aws:s3/bucket:Bucket", {}, {"ignoreChanges": ["*"]}),
    *(("protected-state", type_, {}, {"protect": True}) for type_ in STATEFUL),
    ("protected-state", DEPLOYMENT, {}, {}),
    ("opaque-release", "kubernetes:helm.sh/v4:Chart", {"chart": "x"}, {}),
]
FAILS: list[tuple[str, str, Json, Json, str]] = [
    ("plain-credential", DATABASE, {"password": "canary"}, {}, "(password is in plain text)"),
    ("plain-credential", DATABASE, {"a": [{"dbPassword": "canary"}]}, {}, "(a[0].dbPassword is in plain text)"),
    ("plain-credential", DATABASE, {"apiKeys": ["", "canary"]}, {}, "(apiKeys[1] is in plain text)"),
    ("plain-credential", DATABASE, {"url": "https://me:canary@a.b/"}, {}, "(url is in plain text)"),
    (
        "plain-credential",
        RELEASE,
        {"values": {"auth": {"password": "canary"}}},
        {},
        "(values.auth.password is",
    ),
    (
        "plain-credential",
        "docker:index/container:Container",
        {"envs": ["A=-----BEGIN PRIVATE KEY-----"]},
        {},
        "envs[0]",
    ),
    ("plain-secret-data", SECRET, {"stringData": {"a": "canary"}}, {}, "inputs.stringData.a must be a secret"),
    ("plain-secret-data", SECRET, {"data": {"a": "canary"}}, {}, "inputs.data.a must be a secret"),
    ("plain-secret-data", "kubernetes:core/v1:SecretPatch", {"data": {"a": "canary"}}, {}, "inputs.data.a"),
    *(
        ("ignored-security", type_, {}, {"ignoreChanges": ["spec.replicas", path]}, "options.ignoreChanges[1]")
        for type_, path in (
            (DEPLOYMENT, "*"),
            (DEPLOYMENT, "spec"),
            (DEPLOYMENT, "spec.template"),
            (DEPLOYMENT, "spec.template.spec"),
            (DEPLOYMENT, "spec.template.spec.containers[0].image"),
            (DEPLOYMENT, "spec.template.spec.containers[*].securityContext.privileged"),
            ("kubernetes:rbac.authorization.k8s.io/v1:Role", "rules"),
            (CONTAINER, "privileged"),
        )
    ),
    *(("protected-state", type_, {}, {}, "options.protect must be true") for type_ in STATEFUL),
    ("opaque-release", RELEASE, {"chart": "redis"}, {}, "inputs.chart must be one of the allowed ones"),
]
WAITS: list[tuple[str, str, Json]] = [
    ("plain-credential", DATABASE, {"password": UNKNOWN}),
    ("plain-secret-data", SECRET, {"stringData": {"a": UNKNOWN}}),
    ("plain-secret-data", SECRET, {"data": UNKNOWN}),
    ("opaque-release", RELEASE, {"chart": UNKNOWN}),
]


def ids(cases: list[Any]) -> list[str]:
    return [f"{case[0]}-{number}" for number, case in enumerate(cases)]


@pytest.mark.parametrize(("rule", "type_", "inputs", "options"), PASSES, ids=ids(PASSES))
def test_a_resource_without_the_flaw_passes(rule: str, type_: str, inputs: Json, options: Json) -> None:
    assert said(rule, type_, inputs, options) == []


@pytest.mark.parametrize(("rule", "type_", "inputs", "options", "what"), FAILS, ids=ids(FAILS))
def test_a_flaw_is_named_and_no_value_is_told(rule: str, type_: str, inputs: Json, options: Json, what: str) -> None:
    (found,) = said(rule, type_, inputs, options)
    assert found.startswith(f"{rule} (")
    assert what in found
    assert "canary" not in found


@pytest.mark.parametrize(("rule", "type_", "inputs"), WAITS, ids=ids(WAITS))
def test_what_is_not_known_yet_is_not_claimed(rule: str, type_: str, inputs: Json) -> None:
    (found,) = said(rule, type_, inputs)
    assert found.startswith("not checked yet")
    assert rule in found


def test_every_rule_has_its_cases() -> None:
    assert {case[0] for case in PASSES} == RULES
    assert {case[0] for case in FAILS} == RULES


def test_a_release_may_be_allowed_by_its_chart() -> None:
    assert said("opaque-release", RELEASE, {"chart": "redis"}, allowedReleases=["redis"]) == []


def test_a_deeply_nested_input_ends_the_search_not_the_pack() -> None:
    nested: Any = "canary"
    for _ in range(60):
        nested = {"a": nested}
    assert said("plain-credential", DATABASE, {"x": nested}) == []


def test_the_rules_are_of_production() -> None:
    settings = load({}, SINGLE_RULES, WORKLOADS_LEVELS)
    assert all(settings.asked(SINGLE_RULES[rule].about) for rule in RULES)
