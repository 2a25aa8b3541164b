"""Configurations: what is shipped holds, what is wrong is said, defaults are filled in."""

import json
from pathlib import Path
from typing import Any

import pytest

from policies.catalogue import POD_RULES, STACK_RULES, parameters
from policies.settings import STACK_LEVELS, WORKLOADS_LEVELS, SettingsError, check, load

FOLDER = Path(__file__).parents[3] / "policies" / "config"


@pytest.mark.parametrize(("stack", "level"), [("dev", "advisory"), ("staging", "mandatory"), ("prod", "mandatory")])
def test_the_shipped_configuration_of_each_stack_holds(stack: str, level: str) -> None:
    document = json.loads((FOLDER / f"{stack}.json").read_text())
    assert check(document) == []
    assert {policy["enforcementLevel"] for policy in document.values()} == {level}
    assert document["workloads"]["allowedRegistries"]


def test_every_configuration_belongs_to_a_stack() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {"dev", "staging", "prod"}


def test_defaults_are_filled_in() -> None:
    settings = load({}, POD_RULES, WORKLOADS_LEVELS)
    assert settings.parameters == {name: each.default for name, each in parameters(POD_RULES).items()}
    assert settings.parameters["kubernetesVersion"] == "1.36"
    assert settings.report_unknown
    assert settings.level(POD_RULES["cpu-limit"].about) is None


def test_what_is_said_counts() -> None:
    said = {"kubernetesVersion": "1.30", "rules": {"cpu-limit": "disabled"}, "reportUnknown": False}
    settings = load(said, POD_RULES, WORKLOADS_LEVELS)
    assert settings.parameters["kubernetesVersion"] == "1.30"
    assert settings.level(POD_RULES["cpu-limit"].about) == "disabled"
    assert not settings.report_unknown


def test_a_stack_rule_can_only_be_disabled() -> None:
    with pytest.raises(SettingsError, match=r"rules\.verified-image is 'advisory'; it must be one of disabled"):
        load({"rules": {"verified-image": "advisory"}}, STACK_RULES, STACK_LEVELS)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "must be an object"),
        ({"workload": {}}, "workload is no policy of this pack; there are workloads, stack"),
        ({"workloads": 7}, "workloads must be a level or an object"),
        ({"workloads": "strict"}, "workloads is 'strict'; it must be one of disabled, advisory, mandatory, remediate"),
        ({"stack": {"enforcementLevel": "remediate"}}, "stack.enforcementLevel is 'remediate'"),
        ({"workloads": {"remediate": ["job-ttl"]}}, "workloads.remediate names rules to mend, which only happens at"),
        (
            {"workloads": {"enforcementLevel": "remediate", "remediate": ["privileged"]}},
            "workloads.remediate[0] is 'privileged'; it must be one of allow-privilege-escalation",
        ),
        ({"workloads": {"allowedRegistry": []}}, "workloads.allowedRegistry is not known"),
        ({"workloads": {"allowedRegistries": []}}, "workloads.allowedRegistries is empty"),
        ({"workloads": {"allowedRegistries": ["docker.io/a:1"]}}, "workloads.allowedRegistries[0] is 'docker.io/a:1'"),
        ({"workloads": {"allowedRegistries": ["team"]}}, "must be a registry with an optional path"),
        ({"workloads": {"disallowedTags": ["a b"]}}, "must be an image tag"),
        ({"workloads": {"kubernetesVersion": 1.36}}, "workloads.kubernetesVersion is 1.36; it must be of type string"),
        ({"workloads": {"kubernetesVersion": "1.24"}}, "workloads.kubernetesVersion is '1.24'; it must be one of 1.25"),
        ({"workloads": {"rules": {"nope": "advisory"}}}, "workloads.rules.nope is not known"),
        ({"workloads": {"rules": {"cpu-limit": "warn"}}}, "workloads.rules.cpu-limit is 'warn'"),
        ({"workloads": {"reportUnknown": "no"}}, "workloads.reportUnknown is 'no'; it must be of type boolean"),
        ({"stack": {"verifiedImages": ["nginx@sha256:a"]}}, "stack.verifiedImages[0] is 'nginx@sha256:a'"),
    ],
)
def test_each_mistake_is_named_with_its_place(document: Any, problem: str) -> None:
    (found,) = check(document)
    assert problem in found


def test_a_level_alone_is_a_configuration() -> None:
    assert check({"workloads": "advisory", "stack": "disabled"}) == []


@pytest.mark.parametrize(
    "registry",
    ["docker.io", "registry.example.com/team/a", "127.0.0.1:5001", "[::1]:5000/a", "localhost", "localhost/a"],
)
def test_a_registry_with_or_without_a_path_is_accepted(registry: str) -> None:
    assert check({"workloads": {"allowedRegistries": [registry]}}) == []
