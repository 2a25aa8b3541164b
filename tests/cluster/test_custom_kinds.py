"""Objects of kinds that somebody else installs are what these take: nothing of them is unknown, and nothing dropped."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.support import Cluster, Object
from tests.cluster.test_strict_validation import Verdict, objects_of, strictly
from tests.support.custom_kinds import SCALED_OBJECT
from tests.unit.components.given import BUILD
from tests.unit.components.program import run

KINDS = (SCALED_OBJECT,)
KEDA = {"server": "http://prometheus:9090", "pollingSeconds": 15, "cooldownSeconds": 120, "fallbackReplicas": 2}
QUEUE = {"metric": "requests_waiting", "target": 5, "labels": {"queue": "api"}, "source": "external"}
SCALED: dict[str, Any] = {
    "min": 0,
    "max": 4,
    "cpuUtilisation": 60,
    "scaleDownSeconds": 120,
    "queueDepth": QUEUE,
    "latency": {"metric": "request_seconds", "target": 500},
    "keda": KEDA,
}


@pytest.fixture(scope="module")
def defined(cluster: Cluster) -> Iterator[None]:
    """The definitions of these kinds, as far as our objects use them."""
    cluster.apply(KINDS)
    names = [f"crd/{each['metadata']['name']}" for each in KINDS]
    cluster.kubectl("wait", "--for=condition=Established", *names, "--timeout=60s")
    yield
    cluster.kubectl("delete", *names)


@pytest.fixture(scope="module")
def place(cluster: Cluster) -> Iterator[str]:
    """The name of a namespace that is gone afterwards."""
    name = f"kinds-{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(name)
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false")


def declared(monkeypatch: pytest.MonkeyPatch, namespace: str, kind: str, **blocks: Any) -> list[Object]:
    """The objects of a kind that a stack declares."""
    environment = {"tier": "dev", "namespace": namespace, "owner": "platform"}
    recording = run(monkeypatch, "dev", preview=False, environment=environment, supplyChain=None, **blocks)
    return [each for each in objects_of(recording) if each["kind"] == kind]


@pytest.mark.parametrize("scaling", [SCALED, {"min": 1, "max": 3, "keda": KEDA}], ids=["signals", "processors"])
@pytest.mark.usefixtures("defined")
def test_keda_takes_a_scaled_object_and_refuses_an_unknown_field(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, place: str, scaling: dict[str, Any]
) -> None:
    workloads = {"api": {"image": BUILD, "autoscaling": scaling}}
    (scaled,) = declared(monkeypatch, place, "ScaledObject", workloads=workloads)

    assert strictly(cluster, [scaled]) == [Verdict("", ())]
    scaled["spec"]["advanced"]["horizontalPodAutoscalerConfig"]["behaviour"] = {}
    (verdict,) = strictly(cluster, [scaled])
    assert "behaviour: field not declared in schema" in verdict.refusal
