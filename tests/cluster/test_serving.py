"""Workloads with GPUs and models of every kind are what the API server takes, strictly, and without a warning."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.support import Cluster
from tests.cluster.test_strict_validation import Verdict, objects_of, strictly
from tests.support.serving import BATCH, SAMPLE, batch, serving
from tests.unit.components.program import run


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """The name of a namespace that is gone afterwards."""
    name = f"serving-{uuid.uuid4().hex[:8]}"
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


def test_workloads_with_every_kind_of_gpu_and_model_are_accepted(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, namespace: str
) -> None:
    # given one stack of them all, and its namespace
    environment = {"tier": "dev", "namespace": namespace, "owner": "platform"}
    workloads: dict[str, Any] = {f"{gpu}-{model}": serving(gpu, model) for gpu, model in SAMPLE}
    workloads |= {f"{gpu}-{model}-{job}": batch(gpu, model, job) for gpu, model, job in BATCH}
    declared = objects_of(
        run(monkeypatch, "dev", preview=False, environment=environment, workloads=workloads, supplyChain=None)
    )
    cluster.apply(each for each in declared if each["kind"] == "Namespace")

    verdicts = strictly(cluster, declared)

    assert set(verdicts) == {Verdict("", ())}
    assert len(workloads) == 48 + 12
    assert {each["kind"] for each in declared} >= {
        "Deployment",
        "StatefulSet",
        "Job",
        "CronJob",
        "ResourceClaimTemplate",
    }
