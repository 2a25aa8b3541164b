"""The dev stack's services on a real cluster, from the stack file as it is, but for its target and its namespace."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster import metrics_adapter, programs
from tests.cluster.load import Load
from tests.cluster.stacks import Stack, new_namespace
from tests.cluster.stacks import checkout as checkout_in
from tests.cluster.support import Cluster
from tests.support import services
from tests.support.waiting import eventually
from toolchain.cluster import add_gpus
from toolchain.cluster.addresses import NODE_NAME
from toolchain.home import Home

GPU = "NVIDIA-L4"
GPUS = 2
MORE = {"requests": {"cpu": "4", "memory": "8Gi"}, "limits": {"cpu": "12", "memory": "24Gi"}, "gpus": GPUS}
"""Room for the monitoring, and for as many models as there are GPUs."""
SLOW = {"APP_MAX_WAIT_SECONDS": "0.5"}
"""A model that waits for company: what comes meanwhile is in the queue."""
SCALING = {
    "min": 1,
    "max": GPUS,
    "queueDepth": {
        "metric": "model_queue_depth",
        "target": 4,
        "labels": {"workload": "model-service"},
        "source": "external",
    },
    "scaleDownSeconds": 5,
}
MANY, FEW = 40, 2
"""Requests per second: of which half are in the queue, and one."""
SCALED_S = 180
ONE_GPU = {"whole": {"count": 1, "product": GPU}}
READY_S = 120


@pytest.fixture(scope="module")
def measuring(cluster: Cluster) -> Iterator[str]:
    """A namespace for what a cluster's platform runs."""
    name = f"measuring-{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(name)
    yield name
    metrics_adapter.remove(cluster)
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="module")
def stack(cluster: Cluster, measuring: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The stack, deployed; its model asks for a GPU of a node that pretends to have two."""
    add_gpus(cluster.kubeconfig, GPUS, GPU)
    with checkout_in(tmp_path_factory.mktemp("services") / "checkout", cluster, whole=True) as workbench:
        made = Stack(workbench, cluster, "dev")
        described = made.config["environment"]
        made.write(
            environment={**described, "namespace": new_namespace(), "quota": {**described["quota"], **MORE}},
            target={"kind": "kubernetes", "context": NODE_NAME},
            # The steps of these images have a test of their own.
            supplyChain=None,
            monitoring={
                "prometheus": {"scrapeSeconds": 1, "storage": "64Mi", "allowFrom": [{"namespace": measuring}]},
                "alertmanager": {"storage": "16Mi"},
            },
        )
        made.change("model-service", gpu=ONE_GPU, replicas=None, autoscaling=SCALING, env=SLOW)
        made.deploy()
        yield made
    add_gpus(cluster.kubeconfig, 0)


def reached(stack: Stack, service: str) -> str:
    """A service's address, once it answers there."""
    address = stack.outside(service, stack.config["workloads"][service]["port"])
    assert eventually(lambda: services.ask(f"{address}/health")[0] == 200, READY_S), f"{service} does not answer"
    return address


def test_every_service_of_the_stack_has_its_work_tried(stack: Stack) -> None:
    assert services.WORK.keys() == stack.config["workloads"].keys()


@pytest.mark.parametrize("service", services.WORK)
def test_a_service_does_its_work(stack: Stack, service: str) -> None:
    services.WORK[service](reached(stack, service))


@pytest.mark.parametrize("end", ["death", "drain", "deployment"])
def test_vectors_outlive_their_pod(stack: Stack, end: str) -> None:
    # given vectors that were put in
    address = reached(stack, "vector-service")
    services.vectors(address)
    before = set(stack.pods("vector-service"))
    # when the pod dies, is driven off the node, or takes the place of another version
    if end == "deployment":
        stack.change("vector-service", env={"APP_LOG_LEVEL": "debug"})
        stack.deploy()
    else:
        stack.end_pods("vector-service", end)
    # then another has taken its place, and finds them
    assert eventually(lambda: bool(set(stack.ready("vector-service")) - before), READY_S)
    assert eventually(lambda: services.nearest(address) == "b", READY_S), services.nearest(address)


def test_the_model_scales_out_on_its_queue_and_back_and_loses_no_request(
    stack: Stack, measuring: str, home: Home, embedded_registry: str, tmp_path: Path
) -> None:
    # given a cluster whose autoscaler sees what the stack's Prometheus knows
    image = programs.image("adapter", home, embedded_registry, tmp_path, metrics_adapter.PACKAGE)
    prometheus = f"http://prometheus.{stack.namespace}.svc:9090"
    stack.cluster.apply(metrics_adapter.objects(measuring, image, prometheus))
    stack.cluster.wait(f"apiservice/v1beta1.{metrics_adapter.GROUP}", "condition=Available", measuring, SCALED_S)
    url = f"{reached(stack, 'model-service')}/predict"
    loader = programs.build("loader", home, tmp_path)
    body = json.dumps({"rows": [[0.0] * services.PIXELS]})

    def scaled_to(pods: int) -> bool:
        return len(stack.pods("model-service")) == len(stack.ready("model-service")) == pods

    # when more is asked than one pod is to have waiting, and then little
    found: list[dict[str, Any]] = []
    for rate, pods in ((MANY, GPUS), (FEW, 1)):
        load = Load(loader, url, rate, body)
        reached_it = eventually(lambda pods=pods: scaled_to(pods), SCALED_S)
        found.append(load.end())
        assert reached_it, stack.cluster.try_kubectl("describe", "hpa", "--namespace", stack.namespace).out
    # then every request was answered
    assert [each["failures"] for each in found] == [[], []]
    assert sum(each["sent"] for each in found) > MANY
