from __future__ import annotations

import pytest

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.kinds import kind_of_object
from toolchain.plugins.kubernetes.live.readiness import Related, readiness_of
from toolchain.plugins.kubernetes.live.verdict import Phase, Verdict
from toolchain.plugins.kubernetes.objects import kind_of

APPS = "apps/v1"


def look(api_version: str, kind: str, status: Properties, related: Related | None = None, **spec: Value) -> Verdict:
    obj: Properties = {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"generation": 2},
        "spec": {**spec},
        "status": {"observedGeneration": 2, **status},
    }
    readiness = readiness_of(kind_of(obj))
    assert readiness is not None
    return readiness.check(obj, related or {})


def condition(kind: str, status: str = "True", **more: str) -> Properties:
    return {"conditions": [{"type": kind, "status": status, **more}]}


GOOD: Properties = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}


@pytest.mark.parametrize(
    ("status", "phase", "words"),
    [
        (GOOD, Phase.READY, ""),
        ({**GOOD, "observedGeneration": 1}, Phase.WAITING, "waiting for its controller"),
        ({**GOOD, "updatedReplicas": 1}, Phase.WAITING, "1 of 2 new pods made"),
        ({**GOOD, "replicas": 3}, Phase.WAITING, "1 old pods to go"),
        ({**GOOD, "availableReplicas": 1}, Phase.WAITING, "1 of 2 pods ready"),
        ({}, Phase.WAITING, "0 of 2 new pods made"),
        (
            {**GOOD, **condition("Progressing", "False", reason="ProgressDeadlineExceeded")},
            Phase.FAILED,
            "did not make progress within 9 s",
        ),
    ],
)
def test_a_deployment_is_ready_when_its_new_pods_are(status: Properties, phase: Phase, words: str) -> None:
    assert look(APPS, "Deployment", status, replicas=2, progressDeadlineSeconds=9) == Verdict(phase, words)


def test_a_paused_deployment_is_not_waited_for() -> None:
    assert look(APPS, "Deployment", {}, paused=True).phase is Phase.READY


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet"])
def test_no_replicas_are_ready(kind: str) -> None:
    assert look(APPS, kind, {}, replicas=0).phase is Phase.READY


SETTLED: Properties = {"replicas": 3, "availableReplicas": 3, "currentRevision": "a", "updateRevision": "a"}
HALFWAY: Properties = {**SETTLED, "updateRevision": "b", "updatedReplicas": 1}


@pytest.mark.parametrize(
    ("status", "spec", "phase"),
    [
        (SETTLED, {}, Phase.READY),
        (HALFWAY, {}, Phase.WAITING),
        (HALFWAY, {"updateStrategy": {"rollingUpdate": {"partition": 2}}}, Phase.READY),
        (HALFWAY, {"updateStrategy": {"type": "OnDelete"}}, Phase.READY),
        ({**SETTLED, "availableReplicas": 2}, {}, Phase.WAITING),
        ({**SETTLED, "replicas": 4}, {}, Phase.WAITING),
    ],
)
def test_a_stateful_set_is_ready_when_the_pods_that_are_due_are(
    status: Properties, spec: Properties, phase: Phase
) -> None:
    assert look(APPS, "StatefulSet", status, None, replicas=3, **spec).phase is phase


@pytest.mark.parametrize(
    ("updated", "available", "phase"), [(2, 2, Phase.READY), (1, 2, Phase.WAITING), (2, 1, Phase.WAITING)]
)
def test_a_daemon_set_is_ready_on_every_node(updated: int, available: int, phase: Phase) -> None:
    status: Properties = {
        "desiredNumberScheduled": 2,
        "updatedNumberScheduled": updated,
        "numberAvailable": available,
    }
    assert look(APPS, "DaemonSet", status).phase is phase


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        (condition("Complete"), Phase.READY),
        (condition("Failed", message="backoff limit"), Phase.FAILED),
        ({"active": 1}, Phase.WAITING),
    ],
)
def test_a_job_is_ready_when_it_is_done(status: Properties, phase: Phase) -> None:
    assert look("batch/v1", "Job", status).phase is phase


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ({"phase": "Running", **condition("Ready")}, Phase.READY),
        ({"phase": "Succeeded"}, Phase.READY),
        ({"phase": "Failed"}, Phase.FAILED),
        ({"phase": "Pending"}, Phase.WAITING),
        ({"phase": "Running", **condition("Ready", "False")}, Phase.WAITING),
    ],
)
def test_a_pod_is_ready_when_it_serves_or_has_done_its_work(status: Properties, phase: Phase) -> None:
    assert look("v1", "Pod", status).phase is phase


SELECTOR: Properties = {"app": "web"}
POD: Properties = {"metadata": {"name": "web-1"}}


def endpoint(*, ready: bool) -> Properties:
    return {"endpoints": [{"conditions": {"ready": ready}}]}


@pytest.mark.parametrize(
    ("spec", "related", "phase"),
    [
        ({"selector": SELECTOR}, {}, Phase.READY),
        ({"selector": SELECTOR}, {"pods": [POD]}, Phase.WAITING),
        ({"selector": SELECTOR}, {"pods": [POD], "slices": [endpoint(ready=False)]}, Phase.WAITING),
        ({"selector": SELECTOR}, {"pods": [POD], "slices": [endpoint(ready=True)]}, Phase.READY),
        ({}, {"pods": [POD]}, Phase.READY),
        ({"type": "ExternalName"}, {}, Phase.READY),
        ({"type": "LoadBalancer"}, {}, Phase.WAITING),
    ],
)
def test_a_service_is_ready_when_a_pod_behind_it_is_or_there_is_none(
    spec: Properties, related: Related, phase: Phase
) -> None:
    assert look("v1", "Service", {}, related, **spec).phase is phase


@pytest.mark.parametrize(
    ("phase_of_claim", "mode", "phase"),
    [
        ("Bound", "Immediate", Phase.READY),
        ("Pending", "Immediate", Phase.WAITING),
        ("Pending", "WaitForFirstConsumer", Phase.READY),
        ("Lost", "Immediate", Phase.FAILED),
    ],
)
def test_a_claim_is_ready_when_it_is_bound_or_waits_for_a_pod(phase_of_claim: str, mode: str, phase: Phase) -> None:
    related: Related = {"classes": [{"volumeBindingMode": mode}]}

    assert look("v1", "PersistentVolumeClaim", {"phase": phase_of_claim}, related).phase is phase


@pytest.mark.parametrize(
    ("api_version", "kind", "ready", "not_ready"),
    [
        ("v1", "Namespace", {"phase": "Active"}, {}),
        ("networking.k8s.io/v1", "Ingress", {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}, {"loadBalancer": {}}),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", condition("Established"), {}),
        ("apps/v1", "ReplicaSet", {"availableReplicas": 1}, {}),
    ],
)
def test_other_kinds_are_ready_by_their_status(
    api_version: str, kind: str, ready: Properties, not_ready: Properties
) -> None:
    assert look(api_version, kind, ready).phase is Phase.READY
    assert look(api_version, kind, not_ready).phase is Phase.WAITING


def test_a_definition_whose_names_are_taken_fails() -> None:
    taken = condition("NamesAccepted", "False", message="plural is in use")

    assert look("apiextensions.k8s.io/v1", "CustomResourceDefinition", taken).phase is Phase.FAILED


@pytest.mark.parametrize(("api_version", "kind"), [("v1", "ConfigMap"), ("example.com/v1", "Deployment")])
def test_other_objects_are_ready_as_soon_as_they_exist(api_version: str, kind: str) -> None:
    assert readiness_of(kind_of_object(api_version, kind)) is None
