"""The program as a whole, for each committed stack."""

import pytest

from components.configuration import Refused
from tests.unit.components.program import run
from tests.unit.components.recorder import DIGEST, UNKNOWN, Recording, clear_texts


def test_an_update_of_dev_runs_the_digest_that_it_built(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=False)

    reference = f"127.0.0.1:5001/slipway/python-api@{DIGEST}"
    deployment = recording.one("Deployment").inputs
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == reference
    assert recording.one("VerifiedImage").inputs["reference"] == reference


def test_the_stack_tells_images_addresses_and_where_manifests_are(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=False)

    assert recording.exports == {
        "images": {"python-api": f"127.0.0.1:5001/slipway/python-api@{DIGEST}"},
        "workloads": {"python-api": "http://python-api.slipway-dev.svc.cluster.local:8000"},
        "manifests": ".rendered/dev",
        "capacity": {
            "workloads": {
                "python-api": {"usual": 1, "most": 1, "peak": 2, "gpus": {}, "cpu": "200m", "memory": "256Mi"}
            },
            "peak": {"pods": 2, "gpus": {}, "cpu": "200m", "memory": "256Mi"},
            "quota": {"pods": 30, "gpus": {}, "cpu": "4", "memory": "8Gi"},
            "fleet": None,
        },
    }


def test_a_first_preview_shows_every_object_with_only_the_digest_unknown(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=True)

    deployment = recording.one("Deployment").inputs
    objects = [each for each in recording.resources if each.type.startswith("kubernetes:")]
    unknown = [text for each in objects for text in clear_texts(each.inputs)].count(UNKNOWN)
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == UNKNOWN
    assert unknown == 1


def test_a_promoting_stack_previews_before_anything_is_recorded(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "prod", preview=True)

    assert recording.one("Deployment").inputs["spec"]["template"]["spec"]["containers"][0]["image"] == UNKNOWN
    assert recording.of_type("Image") == []


def test_an_update_without_a_recorded_digest_is_refused_before_anything_is_declared(monkeypatch: pytest.MonkeyPatch):
    recording = Recording()

    with pytest.raises(Refused, match=r"promotions/prod\.yaml"):
        run(monkeypatch, "prod", preview=False, into=recording)

    assert recording.resources == []


def references(recording: Recording) -> dict[str, str]:
    """What was verified, by name."""
    return {each.name: each.inputs["reference"] for each in recording.of_type("VerifiedImage")}


def test_prod_runs_the_digest_that_staging_built_from_the_same_registry(monkeypatch: pytest.MonkeyPatch):
    # given what staging builds and runs
    built = references(run(monkeypatch, "staging", preview=False))
    # when prod is told of those digests
    recorded = {("staging", name): reference.partition("@")[2] for name, reference in built.items()}
    promoted = references(run(monkeypatch, "prod", preview=False, promotions=recorded))
    # then it runs the very same images
    assert set(built) == {"python-api", "prometheus", "alertmanager"}
    assert promoted == built


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_a_stack_that_matters_has_quota_autoscaling_and_a_disruption_budget(
    monkeypatch: pytest.MonkeyPatch, stack: str
):
    recording = run(monkeypatch, stack, preview=True)

    labels = recording.one("Namespace").inputs["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert recording.one("HorizontalPodAutoscaler").inputs["spec"]["minReplicas"] >= 2
    assert "replicas" not in recording.one("Deployment").inputs["spec"]
    assert recording.of_type("ResourceQuota")
    assert recording.of_type("PodDisruptionBudget")


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_no_output_is_turned_into_text_by_mistake(monkeypatch: pytest.MonkeyPatch, stack: str):
    recording = run(monkeypatch, stack, preview=True)

    assert not [text for each in recording.resources for text in clear_texts(each.inputs) if "Calling __str__" in text]


def test_every_component_registers_its_outputs(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=True)

    components = [each for each in recording.resources if each.type.startswith("slipway:")]
    assert components
    assert all(each.outputs is not None for each in components)


def test_every_object_belongs_to_a_component(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=True)

    objects = [
        each for each in recording.resources if each.type.startswith(("kubernetes:", "docker-build:", "random:"))
    ]
    assert all("slipway:index:" in each.parent for each in objects)


def test_a_bad_configuration_declares_nothing(monkeypatch: pytest.MonkeyPatch):
    recording = Recording()

    with pytest.raises(Refused, match=r"slipway:registry\.address"):
        run(monkeypatch, "dev", preview=False, into=recording, registry={"address": "https://registry.example.com"})

    assert recording.resources == []


def test_an_override_reaches_the_objects(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SLIPWAY__WORKLOADS__PYTHON_API__REPLICAS", "3")

    recording = run(monkeypatch, "dev", preview=True)

    assert recording.one("Deployment").inputs["spec"]["replicas"] == 3
