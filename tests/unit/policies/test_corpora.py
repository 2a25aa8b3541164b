"""The verdicts of Pod Security's own test files, where those are at hand (`../shared/corpora`)."""

import json
from pathlib import Path

import pytest
import yaml

from policies.catalogue import POD_RULES
from tests.unit.policies.forms import moved, turned, wrapped
from tests.unit.policies.objects import Json, findings, token

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"


def index(name: str) -> Json:
    file = CORPORA / name / "index.json"
    if not file.is_file():
        pytest.skip(f"no corpus at {file}")
    return json.loads(file.read_text())


def body_of(name: str, file: str) -> Json:
    (body,) = yaml.safe_load_all((CORPORA / name / file).read_text())
    return body


def fails(body: Json, level: str) -> bool:
    rules = tuple(rule_id for rule_id, rule in POD_RULES.items() if level in rule.about.profiles)
    return bool(findings(body, token(body), rules, kubernetesVersion="1.37"))


def test_pod_securitys_own_files_get_its_verdicts_in_every_form() -> None:
    cases = index("pss")
    assert len(cases) == 148
    for file, case in cases.items():
        body = body_of("pss", file)
        for form in (body, turned(body), *wrapped(body), *moved(body)):
            assert fails(form, case["level"]) is (case["expected"] == "fail"), (file, form["kind"])


# What a user namespace makes harmless, from 1.35 on.
HARMLESS = {"baseline": {"procMount"}, "restricted": {"runAsNonRoot", "runAsUser"}}


def test_a_user_namespace_changes_the_verdicts_that_it_should_and_no_others() -> None:
    for file, case in index("pss").items():
        body = body_of("pss", file)
        body["spec"]["hostUsers"] = False
        # A file that fails restricted for what harms nobody there may still be one that is about a value at baseline.
        still = case["expected"] == "fail" and case["control"] not in HARMLESS[case["level"]]
        assert fails(body, case["level"]) is still, file
