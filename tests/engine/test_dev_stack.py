"""The main job, with the real engine: build, push, check, render; unchanged; changed; destroyed."""

from __future__ import annotations

import json
import os
import re
import urllib.request

import yaml

from tests.support.workbench import Workbench


def digest_of(workbench: Workbench) -> str:
    """The Python API's `repository@sha256:…` as the stack's outputs say it."""
    outputs = json.loads(workbench.pulumi("stack", "output", "--stack", "dev", "--json").out)
    return str(outputs["images"]["python-api"])


def exists_in_registry(reference: str) -> bool:
    """Ask the registry itself for the manifest."""
    host, _, rest = reference.partition("/")
    repository, _, digest = rest.partition("@")
    request = urllib.request.Request(
        f"http://{host}/v2/{repository}/manifests/{digest}",
        headers={
            "Accept": "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
            "application/vnd.docker.distribution.manifest.v2+json"
        },
        method="HEAD",
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status == 200


def test_up_prints_the_digest_and_the_manifests_folder(deployed: Workbench) -> None:
    # given a dev stack that is up, when it is brought up again
    said = deployed.slipway("up", "--stack", "dev")
    # then the digest and the folder are named, and nothing changed
    assert said.code == 0, said.text
    assert re.search(r"python-api.*@sha256:[0-9a-f]{64}", said.out), said.out
    assert ".rendered/dev" in said.out
    assert re.search(r"\d+ unchanged", said.text)
    assert not re.search(r"\d+ (created|updated|replaced|deleted)", said.text)


def test_the_manifests_name_the_digest_that_the_registry_holds(deployed: Workbench) -> None:
    reference = digest_of(deployed)
    assert exists_in_registry(reference)
    deployments = [
        document
        for text in deployed.rendered().values()
        for document in yaml.safe_load_all(text)
        if document["kind"] == "Deployment"
    ]
    images = [
        container["image"]
        for deployment in deployments
        for container in deployment["spec"]["template"]["spec"]["containers"]
    ]
    assert images == [reference]


def test_a_changed_source_file_changes_only_the_image_and_what_names_its_digest(deployed: Workbench) -> None:
    # given
    before = deployed.rendered()
    source = next((deployed.folder / "images" / "python-api").rglob("__init__.py"))
    source.write_text(source.read_text() + '\nMARK = "changed"\n')
    # when
    said = deployed.slipway("up", "--stack", "dev")
    # then
    assert said.code == 0, said.text
    after = deployed.rendered()
    assert before.keys() == after.keys()
    assert [name for name in before if before[name] != after[name]] == [name for name in before if "deployment" in name]


def test_destroy_removes_what_the_stack_declared(deployed: Workbench) -> None:
    said = deployed.slipway("destroy", "--stack", "dev", "--yes")
    assert said.code == 0, said.text
    assert deployed.rendered() == {}
    assert deployed.resources() == {}


def test_the_checkout_stays_clean(deployed: Workbench) -> None:
    deployed.run(["git", "add", "-A"])
    listed = deployed.run(["git", "ls-files"]).out.split()
    assert not [name for name in listed if name.startswith((".state", ".rendered", ".venv/"))]


def test_the_same_source_built_again_gives_the_same_digest(deployed: Workbench) -> None:
    # given an image, and sources that a fresh clone would date anew
    before = digest_of(deployed)
    for source in (deployed.folder / "images" / "python-api").rglob("*.py"):
        os.utime(source)
    # when the stack is brought up anew, without the image
    assert deployed.slipway("destroy", "--stack", "dev", "--yes").code == 0
    assert deployed.slipway("up", "--stack", "dev").code == 0
    # then
    assert digest_of(deployed) == before


def test_plain_pulumi_does_what_up_does_in_a_checkout_that_was_never_up(workbench: Workbench) -> None:
    # when a person evaluates `slipway env` and runs the plain CLI
    said = workbench.pulumi("up", "--stack", "dev", "--yes")
    # then the stack is up, its objects were checked, and `slipway up` finds nothing left to do
    assert said.code == 0, said.text
    assert "slipway@v" in said.text  # the policy pack, by name
    again = workbench.slipway("up", "--stack", "dev")
    assert not re.search(r"\d+ (created|updated|replaced|deleted)", again.out), again.out
