"""The program on a Docker host."""

import json
from typing import Any

import pytest

from tests.unit.components.judging import judged
from tests.unit.components.program import run
from tests.unit.components.recorder import DIGEST, UNKNOWN, Recording, clear_texts

STORE: dict[str, Any] = {
    "image": {"build": {"folder": "images/python-api"}},
    "volumes": [{"name": "data", "path": "/data", "size": "1Gi"}],
    "network": {"allowFrom": [{"workload": "api"}]},
}
API: dict[str, Any] = {
    "image": {"build": {"folder": "images/python-api"}},
    "dependsOn": ["store"],
    "secrets": ["token"],
    "publish": [{"port": 8000, "hostPort": 18000}],
    "network": {"allowTo": [{"workload": "store"}]},
}


def recorded(monkeypatch: pytest.MonkeyPatch, *, preview: bool = False, **changes: Any) -> Recording:
    described: dict[str, Any] = {
        "target": {"kind": "docker"},
        "workloads": {"api": API, "store": STORE},
        "secrets": {"token": {"generated": {}}},
    }
    return run(monkeypatch, "dev", preview=preview, **(described | changes))


def test_each_workload_is_one_container_of_the_image_that_was_pulled_by_digest(monkeypatch: pytest.MonkeyPatch):
    recording = recorded(monkeypatch)

    assert {each.name for each in recording.of_type("Container")} == {"api", "api-files", "store"}
    assert recording.named("api-image").inputs["name"] == f"127.0.0.1:5001/slipway/api@{DIGEST}"


def test_a_workload_starts_after_those_that_it_depends_on(monkeypatch: pytest.MonkeyPatch):
    recording = recorded(monkeypatch)

    (api,) = [each for each in recording.of_type("Container") if each.name == "api"]
    assert {urn.rsplit("::", 1)[-1] for urn in api.dependencies} >= {"store", "api-kept", "environment-store"}


def test_a_secret_is_in_no_plain_input_of_any_resource(monkeypatch: pytest.MonkeyPatch):
    recording = recorded(monkeypatch)

    plain = [text for each in recording.resources for text in clear_texts(each.inputs)]
    assert plain
    assert not [text for text in plain if "generated-canary" in text]


def test_another_secret_is_another_container(monkeypatch: pytest.MonkeyPatch):
    def labels(rotation: int) -> dict[str, str]:
        recording = recorded(monkeypatch, secrets={"token": {"generated": {"rotation": rotation}}})
        (api,) = [each for each in recording.of_type("Container") if each.name == "api"]
        return {each["label"]: each["value"] for each in api.inputs["labels"]}

    assert labels(1)["slipway/files"] != labels(2)["slipway/files"]


def test_the_stack_tells_where_the_host_publishes_and_where_workloads_meet(monkeypatch: pytest.MonkeyPatch):
    assert recorded(monkeypatch).exports["workloads"] == {
        "api": "http://127.0.0.1:18000",
        "store": "http://store.slipway-dev.svc.cluster.local:8000",
    }


def test_nothing_of_kubernetes_is_declared(monkeypatch: pytest.MonkeyPatch):
    assert not [each for each in recorded(monkeypatch).resources if each.type.startswith("kubernetes:")]


def test_a_preview_shows_every_container_with_only_its_image_unknown(monkeypatch: pytest.MonkeyPatch):
    recording = recorded(monkeypatch, preview=True, secrets={}, workloads={"store": {**STORE, "network": {}}})

    (store,) = recording.of_type("Container")
    assert clear_texts(store.inputs).count(UNKNOWN) == json.dumps(store.inputs).count(UNKNOWN) <= 1


def test_a_workload_of_a_group_that_is_not_wanted_is_not_there(monkeypatch: pytest.MonkeyPatch):
    alone: dict[str, Any] = {**STORE, "network": {}}
    recording = recorded(monkeypatch, workloads={"api": alone, "backup": {**alone, "profiles": ["backup"]}})

    assert {each.name for each in recording.of_type("Container")} == {"api"}


def test_no_rule_that_production_requires_objects_to_what_is_declared(monkeypatch: pytest.MonkeyPatch):
    verdict = judged(recorded(monkeypatch), "127.0.0.1:5001/slipway")

    assert {"api", "api-files", "api-image", "file-keeper-image", "store"} <= verdict.concerned
    assert verdict.found == ()


def test_every_component_registers_its_outputs(monkeypatch: pytest.MonkeyPatch):
    components = [each for each in recorded(monkeypatch).resources if each.type.startswith("slipway:")]

    assert all(each.outputs is not None for each in components)


def test_a_profile_of_its_own_reaches_the_host_as_text(monkeypatch: pytest.MonkeyPatch):
    with_profile = {**STORE, "seccompProfile": "tests/support/profiles/worker.json"}
    (store,) = [
        each
        for each in recorded(monkeypatch, workloads={"api": API, "store": with_profile}).of_type("Container")
        if each.name == "store"
    ]

    assert any(option.startswith("seccomp={") and "mkdir" in option for option in store.inputs["securityOpts"])
