"""The verdicts of Kubernetes' and Gatekeeper's own test files, where those are at hand (`../shared/corpora`)."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.catalogue import POD_RULES
from tests.unit.policies.forms import moved, turned, wrapped
from tests.unit.policies.objects import Json, findings, token, violations

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
GATEKEEPER = {
    "imagedigests": ("image-digest",),
    "disallowedtags": ("image-tag",),
    "allowedrepos": ("image-registry",),
    "containerlimits": ("cpu-limit", "memory-limit"),
}
DISAGREEMENTS = {
    "containerlimits/container-must-have-limits/example_disallowed.yaml": "a ceiling of limits is another rule",
    "containerlimits/container-ignore-cpu-limits/example_allowed.yaml": "there the CPU limit is switched off",
    "disallowedtags/container-image-must-not-have-latest-tag/example_exempt_image_w_disallowed_tag.yaml": (
        "an exempted image is a matter of waivers"
    ),
}


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


def test_gatekeepers_files_get_its_verdicts_but_for_the_listed_ones() -> None:
    cases = index("gatekeeper-library")
    disagreed: set[str] = set()
    judged = 0
    for file, case in cases.items():
        short = file.partition("/")[2]
        if case["control"] in GATEKEEPER and case["kind"] == "Pod":
            body = body_of("gatekeeper-library", file)
            found = [path for rule in GATEKEEPER[case["control"]] for path in violations(body, rule, **settings(case))]
            judged += 1
            if bool(found) is not (case["expected"] == "fail"):
                disagreed.add(short)
    assert disagreed == set(DISAGREEMENTS)
    assert judged == 19


def settings(case: Json) -> dict[str, Any]:
    given = case["parameters"]
    if case["control"] == "disallowedtags":
        return {"disallowedTags": given["tags"]}
    if case["control"] == "allowedrepos":
        # There a prefix of the text as written; here a registry and whole path segments.
        return {"allowedRegistries": [f"docker.io/{repo.removesuffix('/')}" for repo in given["repos"]]}
    return {}
