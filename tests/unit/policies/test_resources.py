"""States and previews of Pulumi are scanned like manifests, with their secrets and unknowns kept apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from policies.__main__ import main
from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE
from tests.unit.policies.objects import Json, bad_pod_spec, deployment, good_pod_spec

URN = "urn:pulumi:dev::shop::kubernetes:apps/v1:Deployment::web"


def resource(inputs: Json, **fields: Any) -> Json:
    return {"type": "kubernetes:apps/v1:Deployment", "urn": URN, "inputs": inputs, **fields}


def state(*resources: Json) -> Json:
    return {"version": 3, "deployment": {"resources": [{"type": "pulumi:pulumi:Stack", "urn": "u"}, *resources]}}


def preview(*steps: Json) -> Json:
    return {"config": {}, "steps": list(steps)}


def report(tmp_path: Path, body: Json, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, Json]:
    file = tmp_path / "x.json"
    file.write_text(json.dumps(body))
    code = main(["scan", str(file), "--format", "json", *options])
    return code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("form", ["state", "preview"])
def test_every_resource_is_a_document(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = resource({"spec": deployment(bad_pod_spec())["spec"]})
    step = {"op": "create", "newState": bad}
    body = state(bad) if form == "state" else preview({"op": "same"}, step)
    code, found = report(tmp_path, body, capsys, "--rule", "image-tag")
    assert code == 1
    assert {(f["document"], f["kind"], f["name"]) for f in found["findings"]} == {(1, "Deployment", "web")}


def test_what_goes_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = resource({"spec": deployment(bad_pod_spec())["spec"]})
    assert report(tmp_path, state({**bad, "delete": True}), capsys)[0] == 0
    assert report(tmp_path, preview({"op": "delete", "newState": bad, "oldState": bad}), capsys)[0] == 0


@pytest.mark.parametrize(
    "image",
    [
        "[secret]",
        min(SENTINELS),
        {SIGNATURE: SECRET_SIGNATURE, "ciphertext": "v1:abc"},
    ],
)
def test_what_cannot_be_seen_is_not_known_yet(image: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = deployment(good_pod_spec())
    body["spec"]["template"]["spec"]["containers"][0]["image"] = image
    code, found = report(tmp_path, state(resource(body)), capsys, "--rule", "image-digest")
    assert code == 0
    assert [f["verdict"] for f in found["findings"]] == ["unknown"]


def test_a_secret_that_is_shown_is_judged_and_not_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = deployment(good_pod_spec())
    secret = {SIGNATURE: SECRET_SIGNATURE, "plaintext": json.dumps("canary:latest")}
    body["spec"]["template"]["spec"]["containers"][0]["image"] = secret
    code, found = report(tmp_path, state(resource(body)), capsys, "--rule", "image-tag")
    assert code == 1
    assert "canary" not in json.dumps(found)
