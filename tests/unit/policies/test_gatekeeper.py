"""Gatekeeper's own test files get its verdicts, but for those listed with the reason (`../shared/corpora`)."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
import yaml

from policies.catalogue import ALL_RULES, POD_RULES, STACK_RULES, parameters
from policies.evaluate import compile_rules, evaluate
from policies.schema import problems
from policies.settings import WORKLOADS_LEVELS, schema
from policies.view import manifests
from policies.waivers import Waivers, read
from tests.unit.policies.gatekeeper import CONTROLS, Asked
from tests.unit.policies.joined import ask as joined
from tests.unit.policies.objects import Json
from tests.unit.policies.test_corpora import CORPORA, body_of, index

NAME = "gatekeeper-library"
DEFAULTS: Json = {name: parameter.default for name, parameter in parameters(POD_RULES).items()}
SCHEMA = schema(POD_RULES, WORKLOADS_LEVELS)

_EXACT = "Pod Security's conditions are exactly its own here: another list is a waiver"
_OVERRIDE = "Pod Security accepts no bad value of the pod, even where every container has a good one"
DISAGREEMENTS = {
    "apparmor/psp-apparmor/example_allowed_override.yaml": _OVERRIDE,
    "seccomp/psp-seccomp/example_allowed.yaml": "annotations that Kubernetes no longer reads",
    "seccomp/psp-seccomp/example_allowed2.yaml": "annotations that Kubernetes no longer reads",
    "seccomp/psp-seccomp/example_disallowed_localhost.yaml": _EXACT,
    "flexvolume-drivers/psp-flexvolume-drivers/example_allowed.yaml": _EXACT,
    "forbidden-sysctls/psp-forbidden-sysctls/example_allowed.yaml": _EXACT,
    "host-filesystem/psp-host-filesystem/example_allowed.yaml": _EXACT,
    "host-network-ports/psp-host-network-ports/example_allowed_in_range.yaml": _EXACT,
    "block-endpoint-edit-default-role/block-endpoint-edit-default-role/example_allowed.yaml": (
        "there rights on endpoints alone, here other far-reaching ones too"
    ),
    "httpsonly/ingress-https-only-tls-optional/example_allowed.yaml": (
        "an annotation of one ingress controller, instead of TLS in the Ingress"
    ),
}
"""By file: why the verdict is another one here. `docs/decisions/0015-gatekeeper-disagreements.md` says it at length."""
NOT_OURS = {"noupdateserviceaccount": "asks who changes the object; the object does not say"}


def cases() -> Iterator[tuple[str, Json]]:
    """Every case with its file, those of requests to change an object left out: there Gatekeeper looks away."""
    for file, entry in index(NAME).items():
        for case in entry.get("cases", [entry]):
            if case.get("role") != "inventory" and not case.get("admission_review"):
                yield file, case


def asked(case: Json) -> Asked:
    """The template of a case, said here. The storage classes that there are, are those that may be named."""
    said = CONTROLS[case["control"]](case["parameters"])
    classes = [
        body["metadata"]["name"]
        for file in case.get("inventory", [])
        for body in yaml.safe_load_all((CORPORA / NAME / file).read_text())
        if body and body.get("kind") == "StorageClass"
    ]
    if case["control"] == "storageclass" and "allowedStorageClasses" not in said.settings:
        return Asked(said.rules, {**said.settings, "allowedStorageClasses": classes}, said.waivers)
    return said


def violated(case: Json, file: str) -> bool:
    said = asked(case)
    rules = [POD_RULES[rule] for rule in said.rules if rule in POD_RULES]
    compiled = compile_rules(rules, {**DEFAULTS, **said.settings})
    waivers = Waivers(read(list(said.waivers))[0])
    body = body_of(NAME, file)
    others = [
        each for name in case.get("inventory", []) for each in yaml.safe_load_all((CORPORA / NAME / name).read_text())
    ]
    spaces = {each["metadata"].get("namespace", "default") for each in (body, *others) if each}
    known = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}} for space in sorted(spaces)]
    if any(joined(rule, [body, *others, *known]) for rule in said.rules if rule in STACK_RULES):
        return True
    return any(
        waivers.answer(finding).waiver is None
        for manifest in manifests(cast("Any", body_of(NAME, file)))
        for finding in evaluate(manifest, compiled)
    )


def test_every_template_is_said_here_or_listed() -> None:
    assert {case["control"] for _, case in cases()} == {*CONTROLS, *NOT_OURS}


def test_what_a_template_becomes_is_rules_that_there_are() -> None:
    assert {rule for _, case in cases() if case["control"] in CONTROLS for rule in asked(case).rules} <= set(ALL_RULES)


def test_what_a_template_becomes_is_a_configuration_that_holds() -> None:
    for file, case in cases():
        if case["control"] in CONTROLS:
            for name, value in asked(case).settings.items():
                assert list(problems(value, SCHEMA[name], name)) == [], file


def test_each_file_gets_its_verdict_but_for_the_listed_ones() -> None:
    agreed: dict[str, list[bool]] = {}
    disagreed: set[str] = set()
    for file, case in cases():
        if case["control"] in CONTROLS:
            same = violated(case, file) is (case["expected"] == "fail")
            agreed.setdefault(case["control"], []).append(same)
            if not same:
                disagreed.add(file.partition("/")[2])
    assert disagreed == set(DISAGREEMENTS)
    # Of what is judged by the same condition at all, every control agrees in all its cases.
    whole = {control for control, answers in agreed.items() if all(answers)}
    assert set(agreed) - whole == {file.partition("/")[0] for file in DISAGREEMENTS}
    assert (sum(map(sum, agreed.values())), sum(map(len, agreed.values()))) == (230, 242)


@pytest.mark.parametrize("control", CONTROLS)
def test_a_template_agrees_in_at_least_one_case_that_fails_and_one_that_passes(control: str) -> None:
    right = {
        case["expected"]
        for file, case in cases()
        if case["control"] == control and violated(case, file) is (case["expected"] == "fail")
    }
    there = {case["expected"] for _, case in cases() if case["control"] == control}
    # Where what fails, or passes, is another object's doing, nothing is left to agree on.
    lacking = {"flexvolume-drivers", "block-endpoint-edit-default-role"}
    assert right == there or control in lacking
