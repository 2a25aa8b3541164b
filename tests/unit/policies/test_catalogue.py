"""The catalogue as a whole."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies import VERSION
from policies.catalogue import ALL_RULES, POD_RULES, STACK_RULES, parameters, python_only_rules
from policies.left_out import LEFT_OUT
from policies.rule import Rule


def test_what_is_more_than_data_says_why() -> None:
    reasons = python_only_rules()
    assert {"image-digest", "verified-image"} <= set(reasons)
    assert "run-as-non-root" not in reasons
    assert all(reasons.values())


@pytest.mark.parametrize("rule", ALL_RULES.values(), ids=ALL_RULES)
def test_every_rule_says_why_it_is_and_how_to_mend(rule: Rule) -> None:
    about = rule.about
    assert about.rationale.endswith(".")
    assert about.mend[0].islower()
    assert not about.mend.endswith(".")
    ast.parse(about.snippet)


def test_a_parameter_means_the_same_for_every_rule_that_reads_it() -> None:
    for rules in (POD_RULES, STACK_RULES):
        found: dict[str, Any] = parameters(rules)
        for rule in rules.values():
            assert all(found[parameter.name] is parameter for parameter in rule.parameters)


def test_every_check_that_other_tools_have_is_a_rule_or_is_left_out_with_a_reason() -> None:
    file = Path(__file__).parents[3] / "policies" / "comparison.json"
    checks = {check for check in json.loads(file.read_text()) if not check.startswith("dockerfile-")}
    assert len(checks) == 121
    assert checks - set(LEFT_OUT) <= set(ALL_RULES)
    assert set(LEFT_OUT) == checks - set(ALL_RULES)
    assert all(reason.endswith(".") for reason in LEFT_OUT.values())


def test_the_packs_have_the_catalogues_version() -> None:
    for file in (Path(__file__).parents[3] / "policies" / "packs").glob("*/PulumiPolicy.yaml"):
        assert yaml.safe_load(file.read_text())["version"] == VERSION
