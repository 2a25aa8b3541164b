"""An image on its way to being verified, with the real engine, syft, cosign and a container: every step."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from provider.provenance import stated
from tests.support.canary import CANARY
from tests.support.evidence import attachments, steps
from tests.support.workbench import Result, Workbench, copy_checkout
from toolchain import cosign
from toolchain.home import Home

EVERY = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}


def up(workbench: Workbench, **extra: str) -> Result:
    return workbench.slipway("up", "--stack", "dev", **extra)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workbench, str, list[Result]]:
    """The Python API, through every step, with a secret that its build reads: checkout, image, and what was said."""
    workbench = copy_checkout(tmp_path_factory.mktemp("delivered") / "checkout", supply_chain=True)
    stack = workbench.stack_file()
    build = stack["config"]["slipway:workloads"]["python-api"]["image"]["build"]
    build["secrets"] = {"canary": {"env": "CANARY_TOKEN"}}
    workbench.write_stack_file(stack)
    dockerfile = workbench.folder / "images" / "python-api" / "Dockerfile"
    step = f'RUN --mount=type=secret,id=canary,mode=0444 ["/bin/grep", "-q", "{CANARY[:6]}", "/run/secrets/canary"]'
    dockerfile.write_text(f"{dockerfile.read_text()}\n{step}\n")
    said = [up(workbench, CANARY_TOKEN=CANARY)]
    assert said[0].code == 0, said[0].text
    return workbench, str(steps(workbench)["Provenance"]["reference"]), said


def test_an_image_goes_through_every_step(delivered: tuple[Workbench, str, list[Result]]) -> None:
    workbench, reference, _ = delivered
    found = steps(workbench)
    assert found["Lint"]["findings"].keys() <= {"low"}
    assert found["ImageTest"]["answered"] == "/health 200, /ready 200"
    assert found["Sbom"]["packages"] > 10
    assert found["Scan"]["checked"] > 5
    assert found["Scan"]["notChecked"].keys() >= {"Debian:12"}
    assert {each["reference"] for name, each in found.items() if name != "Lint"} == {reference}


def test_a_second_up_does_nothing(delivered: tuple[Workbench, str, list[Result]]) -> None:
    workbench, _, said = delivered
    said.append(again := up(workbench, CANARY_TOKEN=CANARY))
    assert re.search(r"\n\d+ unchanged in ", again.out), again.text


def test_the_sbom_names_the_packages_that_the_image_runs_on(delivered: tuple[Workbench, str, list[Result]]) -> None:
    _, reference, _ = delivered
    documents = {each.kind: json.loads(each.data) for each in attachments(reference) if "json" in each.kind[-5:]}
    cyclonedx = {each["name"] for each in documents["application/vnd.cyclonedx+json"]["components"]}
    spdx = {each["name"] for each in documents["application/spdx+json"]["packages"]}
    assert {"fastapi", "h11", "uvicorn"} <= cyclonedx & spdx


def test_the_provenance_says_what_the_image_was_built_from(delivered: tuple[Workbench, str, list[Result]]) -> None:
    workbench, reference, _ = delivered
    inputs = steps(workbench)["Provenance"]
    # A registry that outlives the tests may hold what an earlier version stated about the same digest.
    found = cosign.attested(Home.from_environment(), reference, "slsaprovenance1", inputs["public"], insecure=True)
    (statement,) = [each for each in found if stated(each["predicate"]) == inputs["statement"]]
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    assert statement["subject"][0]["digest"]["sha256"] == reference.rpartition(":")[2]
    build = statement["predicate"]["buildDefinition"]
    assert build["externalParameters"]["folder"] == "images/python-api"
    assert build["resolvedDependencies"][0]["digest"]["sha256"] == inputs["source"]["context"]
    sbom = {each["digest"]["sha256"] for each in statement["predicate"]["runDetails"]["byproducts"]}
    assert {digest.removeprefix("sha256:") for digest in inputs["sbom"]["cyclonedx"]} <= sbom


def test_what_runs_is_scanned_against_what_is_known_today(delivered: tuple[Workbench, str, list[Result]]) -> None:
    # given a stack that is up: what is known today refuses nothing of it
    workbench, reference, _ = delivered
    calm = workbench.slipway("scan", "--stack", "dev")
    assert calm.code == 0, calm.text
    assert reference in calm.out
    # when something is found out about a package that runs
    folder = workbench.folder / "advisories" / "PyPI"
    news: dict[str, Any] = {"id": "GHSA-news", "database_specific": {"severity": "HIGH"}}
    news["affected"] = [{"package": {"ecosystem": "PyPI", "name": "fastapi"}, "ranges": [EVERY]}]
    (folder / "GHSA-news.json").write_text(json.dumps(news))
    try:
        told = workbench.slipway("scan", "--stack", "dev", "--sarif", "scan.sarif")
    finally:
        (folder / "GHSA-news.json").unlink()
    # then it is told, and to the code host, too
    assert told.code == 1, told.text
    assert re.search(r"refused  fastapi \S+ \(PyPI\)  GHSA-news  high  no fix yet", told.out), told.text
    (run,) = json.loads((workbench.folder / "scan.sarif").read_text())["runs"]
    levels = {each["ruleId"]: each["level"] for each in run["results"]}
    assert levels["GHSA-news"] == "error"
    assert levels["not-checked"] == "warning"
