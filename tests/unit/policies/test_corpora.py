"""The verdicts of Kubernetes' and Gatekeeper's own test files, where those are at hand (`../shared/corpora`)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.policies.objects import Json, deployment, violations

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
PSS = ("run-as-non-root", "run-as-user-zero")
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


def variants(body: Json) -> Iterator[Json]:
    """The pod as it is, in a Deployment, and with every container moved to each of the other lists."""
    yield body
    yield deployment(body["spec"])
    for target in ("initContainers", "ephemeralContainers"):
        spec = {key: value for key, value in body["spec"].items() if not key.endswith("ontainers")}
        spec[target] = [*body["spec"].get("initContainers", []), *body["spec"]["containers"]]
        yield {**body, "spec": spec}


def test_pod_securitys_own_files_get_its_verdicts() -> None:
    cases = index("pss")
    judged = 0
    for file, case in cases.items():
        controls = [rule for rule in PSS if rule in case["canonical"]]
        # A file that passes its level passes both rules; one that fails for another reason says nothing of them.
        passing = case["expected"] == "pass" and case["level"] == "restricted"
        for rule in PSS if passing else controls:
            for body in variants(body_of("pss", file)):
                assert bool(violations(body, rule, kubernetesVersion="1.37")) is not passing, (file, rule)
                judged += 1
    assert judged > 100


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
