"""Whatever GPUs and models are combined: the objects keep every guardrail, and say what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from components.manifests.autoscaler import autoscaler
from components.manifests.config_map import config_map
from components.manifests.deployment import deployment
from components.manifests.job import job, job_claims
from components.manifests.manifest import Manifest
from components.manifests.network_policy import network_policy
from components.manifests.pod_disruption_budget import pod_disruption_budget
from components.manifests.resource_claim import resource_claim_template
from components.manifests.service import service
from components.manifests.service_account import service_account
from components.manifests.stateful_set import stateful_set
from components.spec.workload import Workload
from policies.asking import Questions
from policies.catalogue import SINGLE_RULES
from policies.settings import WORKLOADS_LEVELS, load
from tests.support.serving import BATCH, DIGEST, GPUS, MODELS, SAMPLE, batch, serving
from tests.unit.components.given import environment, workload
from tests.unit.policies.objects import token

IMAGE = f"registry.example.com/server@{DIGEST}"
NONE: frozenset[tuple[str | int, ...]] = frozenset()
PROFILES = ("baseline", "restricted", "production", "gpu", "release")


def objects(gpu: str, model: str, work: str = "") -> Iterator[Manifest]:
    where = environment(tier="prod", quota=_QUOTA)
    spec = workload(**(batch(gpu, model, work) if work else serving(gpu, model)))
    made = (
        job(where, "llm", spec, spec.job, IMAGE, {})
        if spec.job
        else (stateful_set if spec.volumes else deployment)(where, "llm", spec, IMAGE, {}),
        *job_claims(where, "llm", spec).values(),
        service(where, "llm", spec),
        service_account(where, "llm", spec, pulls_with_secret=False),
        network_policy(where, "llm", spec),
        config_map(where, "llm", spec),
        pod_disruption_budget(where, "llm", spec),
        autoscaler(where, "llm", spec),
        resource_claim_template(where, "llm", spec),
    )
    return (each for each in made if each is not None)


_QUOTA = {"requests": {"cpu": "99", "memory": "1Ti"}, "limits": {"cpu": "99", "memory": "1Ti"}, "pods": 99, "gpus": 99}


@cache
def guardrails() -> Questions:
    """The rules of every pack."""
    asked = load({"profiles": list(PROFILES)}, SINGLE_RULES, WORKLOADS_LEVELS)
    return Questions((rule for rule in SINGLE_RULES.values() if asked.asked(rule.about)), asked.parameters)


def container(gpu: str, model: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The pod's spec and its container."""
    pods = next(iter(objects(gpu, model)))["spec"]["template"]["spec"]
    return pods, pods["containers"][0]


def spec(gpu: str, model: str) -> Workload:
    return workload(**serving(gpu, model))


@pytest.mark.parametrize(("gpu", "model"), [(gpu, model) for gpu in GPUS for model in MODELS])
def test_every_object_keeps_the_guardrails(gpu: str, model: str) -> None:
    found = [each for body in objects(gpu, model) for each in guardrails().of_resource(token(body), body, NONE, {})]

    assert [each.message() for each in found] == []


@pytest.mark.parametrize(("gpu", "model", "work"), BATCH)
def test_every_object_of_a_job_keeps_the_guardrails(gpu: str, model: str, work: str) -> None:
    made = list(objects(gpu, model, work))

    assert {"Job", "CronJob"} & {body["kind"] for body in made}
    assert not {"Service", "PodDisruptionBudget"} & {body["kind"] for body in made}
    kept = {"retainOnDelete": True}  # as a claim is applied
    found = [each for body in made for each in guardrails().of_resource(token(body), body, NONE, kept)]
    assert [each.message() for each in found] == []


def test_the_guardrails_see_these_objects() -> None:
    body = next(iter(objects("count", "claim")))
    body["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] = "0"

    found = {each.about.id for each in guardrails().of_resource(token(body), body, NONE, {})}
    assert "gpu" in found


@pytest.mark.parametrize(("gpu", "model"), SAMPLE)
def test_each_bound_of_the_objects_is_within_the_next(gpu: str, model: str) -> None:
    pods, found = container(gpu, model)
    made = next(iter(objects(gpu, model)))
    probe, times = found["startupProbe"], spec(gpu, model).times

    budget = probe["failureThreshold"] * probe["periodSeconds"]
    assert budget >= times.least_startup
    assert budget < made["spec"].get("progressDeadlineSeconds", times.progress) < times.rollout
    stop = spec(gpu, model).shutdown
    assert pods["terminationGracePeriodSeconds"] >= stop.pre_stop_seconds + stop.drain_seconds


@pytest.mark.parametrize(
    ("model", "source"),
    [
        ("claim", {"persistentVolumeClaim": {"claimName": "weights", "readOnly": True}}),
        ("nodes", {"persistentVolumeClaim": {"claimName": "weights", "readOnly": True}}),
        (
            "image",
            {"image": {"reference": f"registry.example.com/models/llama@{DIGEST}", "pullPolicy": "IfNotPresent"}},
        ),
    ],
)
def test_a_model_of_others_is_mounted_read_only(model: str, source: dict[str, Any]) -> None:
    pods, found = container("count", model)

    assert {"name": "model", **source} in pods["volumes"]
    assert {"name": "model", "mountPath": "/models", "readOnly": True} in found["volumeMounts"]


@pytest.mark.parametrize("model", ["preloaded", "nothing", "volume"])
def test_a_model_of_its_own_is_not_mounted_again(model: str) -> None:
    pods, _ = container("count", model)

    assert "model" not in [volume["name"] for volume in pods["volumes"]]


def test_a_model_has_started_when_it_answers_and_not_when_its_server_lives() -> None:
    assert container("count", "claim")[1]["startupProbe"]["httpGet"]["path"] == "/ready"
    assert container("count", "nothing")[1]["startupProbe"]["httpGet"]["path"] == "/health"


@pytest.mark.parametrize("gpu", GPUS)
def test_a_model_on_nodes_is_looked_for_on_nodes_that_have_it(gpu: str) -> None:
    pods, _ = container(gpu, "nodes")

    required = pods["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    label = {"key": "models.example.com/llama", "operator": "In", "values": ["present"]}
    assert all(label in term["matchExpressions"] for term in required["nodeSelectorTerms"])


@pytest.mark.parametrize("gpu", ["claim", "first"])
def test_a_claim_is_made_for_each_pod_from_a_template_that_it_names(gpu: str) -> None:
    pods, found = container(gpu, "nothing")
    template = next(each for each in objects(gpu, "nothing") if each["kind"] == "ResourceClaimTemplate")

    assert pods["resourceClaims"] == [{"name": "gpu", "resourceClaimTemplateName": template["metadata"]["name"]}]
    assert found["resources"]["claims"] == [{"name": "gpu"}]
    assert set(found["resources"]["limits"]) == {"cpu", "memory", "ephemeral-storage"}


def test_a_claim_for_something_else_has_another_name() -> None:
    names = {
        each["metadata"]["name"]
        for gpu in ("claim", "first")
        for each in objects(gpu, "nothing")
        if each["kind"] == "ResourceClaimTemplate"
    }
    assert len(names) == 2


def test_alternatives_of_a_claim_are_in_their_order() -> None:
    template = next(each for each in objects("first", "nothing") if each["kind"] == "ResourceClaimTemplate")

    (request,) = template["spec"]["spec"]["devices"]["requests"]
    assert [each["name"] for each in request["firstAvailable"]] == ["hopper", "slice"]
    assert request["firstAvailable"][0]["selectors"][0]["cel"]["expression"].startswith("device.")
