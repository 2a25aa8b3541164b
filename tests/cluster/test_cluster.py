"""The cluster does what a cluster does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.cluster.support import Cluster, node_port, pod, service, within
from tests.support.waiting import eventually, fetch
from toolchain.cluster import add_gpus, addresses, set_pretend_nodes, status
from toolchain.cluster.parts import PRETEND
from toolchain.cluster.pretend_nodes import LABEL

GPU = "nvidia.com/gpu"


@pytest.fixture
def answering(cluster: Cluster, namespace: str, responder: str) -> str:
    """The URL, on this machine, of a hardened pod `front` behind a service."""
    cluster.apply(within(namespace, pod("front", responder), service("front", "NodePort")))
    cluster.wait("pod/front", "condition=Ready", namespace)
    url = node_port(cluster, namespace, "front")
    # The proxy learns that the pod is ready a moment later than the API server.
    assert eventually(lambda: fetch(url) == "front")
    return url


def test_the_version_is_the_one_that_manifests_are_checked_against(cluster: Cluster) -> None:
    assert cluster.get("node", addresses.NODE_NAME)["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.36.")


def test_status_says_that_every_part_runs(cluster: Cluster) -> None:
    found = status(cluster.home, {"KUBECONFIG": str(cluster.kubeconfig)})

    assert found.ready
    assert found.used is not None
    assert found.used.own
    assert all(found.parts.values()), found.parts


def test_a_hardened_pod_answers_on_the_loopback_address(answering: str) -> None:
    assert fetch(answering) == "front"


def test_a_node_port_answers_on_no_other_address_of_this_machine(answering: str) -> None:
    port = int(answering.rpartition(":")[2])

    with socket.socket() as client:
        client.settimeout(2)
        assert client.connect_ex((addresses.HOST, port)) != 0


@pytest.mark.parametrize("name", ["back", "back.{namespace}", "back.{namespace}.svc.cluster.local"])
def test_a_pod_reaches_another_by_the_name_of_its_service(
    cluster: Cluster, namespace: str, responder: str, answering: str, name: str
) -> None:
    # given a second pod behind a service
    cluster.apply(within(namespace, pod("back", responder), service("back")))
    cluster.wait("pod/back", "condition=Ready", namespace)

    # when the first calls it by name, then it answers
    url = f"{answering}/call?url=http://{name.format(namespace=namespace)}/"
    assert eventually(lambda: fetch(url) == "back"), fetch(url)


def test_a_pod_reaches_itself_through_its_service(namespace: str, answering: str) -> None:
    assert eventually(lambda: fetch(f"{answering}/call?url=http://front.{namespace}/") == "front")


def test_a_pod_reaches_the_api_server_by_its_name(answering: str) -> None:
    said = fetch(f"{answering}/call?url=https://kubernetes.default.svc/version")

    # It answers with a certificate of the cluster's own authority, which the pod was not given.
    assert "certificate signed by unknown authority" in said


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hostNetwork": True}, "host namespaces"),
        ({"container": {"securityContext": {"privileged": True}}}, "privileged"),
        ({"securityContext": {}}, "runAsNonRoot"),
    ],
    ids=["host-network", "privileged", "root"],
)
def test_restricted_pod_security_refuses_a_bad_pod(
    cluster: Cluster, namespace: str, responder: str, change: dict[str, object], reason: str
) -> None:
    said = cluster.try_apply(within(namespace, pod("bad", responder, **change)))

    assert said.code != 0
    assert 'violates PodSecurity "restricted:latest"' in said.err
    assert reason in said.err


def test_an_unknown_field_is_refused(cluster: Cluster, namespace: str, responder: str) -> None:
    said = cluster.try_apply(within(namespace, pod("bad", responder, container={"imagePullPolice": "Never"})))

    assert said.code != 0
    assert "imagePullPolice" in said.err


def test_a_volume_keeps_its_data_when_its_pod_dies(cluster: Cluster, namespace: str, responder: str) -> None:
    # given a pod that wrote to its volume
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}},
    }
    keeper = pod(
        "keeper",
        responder,
        container={"volumeMounts": [{"name": "data", "mountPath": "/data"}]},
        volumes=[{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
    )
    cluster.apply(within(namespace, claim, keeper, service("keeper", "NodePort")))
    cluster.wait("pod/keeper", "condition=Ready", namespace)
    url = node_port(cluster, namespace, "keeper") + "/note"
    assert eventually(lambda: fetch(url, b"remember") == "")

    # when the pod dies and another takes its place
    cluster.kubectl("delete", "pod", "keeper", "--namespace", namespace, "--grace-period=0", "--force")
    cluster.wait("pod/keeper", "delete", namespace)
    cluster.apply(within(namespace, keeper))
    cluster.wait("pod/keeper", "condition=Ready", namespace)

    # then the data is there
    assert eventually(lambda: fetch(url) == "remember")


def test_a_claim_for_what_no_folder_can_be_stays_pending_and_says_why(
    cluster: Cluster, namespace: str, responder: str
) -> None:
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "shared"},
        "spec": {"accessModes": ["ReadWriteMany"], "resources": {"requests": {"storage": "1Mi"}}},
    }
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "shared"}}]
    cluster.apply(within(namespace, claim, pod("sharing", responder, volumes=volumes)))

    def said() -> str:
        return cluster.kubectl("get", "events", "--namespace", namespace, "--output=jsonpath={.items[*].message}")

    assert eventually(lambda: "access mode ReadWriteMany is not to be had" in said())
    assert cluster.get("pvc", "shared", "--namespace", namespace)["status"]["phase"] == "Pending"


def test_metrics_of_nodes_and_pods_are_answered(cluster: Cluster) -> None:
    def measured(path: str) -> bool:
        said = cluster.try_kubectl("get", "--raw", f"/apis/metrics.k8s.io/v1beta1/{path}")
        return said.code == 0 and '"cpu":' in said.out

    assert eventually(lambda: measured("nodes"), 60)
    assert eventually(lambda: measured("namespaces/kube-system/pods"), 60)


def test_an_autoscaler_reads_the_load_of_its_pods(cluster: Cluster, namespace: str, responder: str) -> None:
    template = pod("scaled", responder)
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "scaled"},
        "spec": {
            "selector": {"matchLabels": {"app": "scaled"}},
            "template": {"metadata": {"labels": {"app": "scaled"}}, "spec": template["spec"]},
        },
    }
    resource = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "scaled"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "scaled"},
            "minReplicas": 1,
            "maxReplicas": 2,
            "metrics": [{"type": "Resource", "resource": resource}],
        },
    }
    cluster.apply(within(namespace, deployment, autoscaler))

    cluster.wait("hpa/scaled", "condition=ScalingActive", namespace, 90)


@pytest.fixture
def two_gpus(cluster: Cluster) -> Iterator[str]:
    """The product of two pretend GPUs of the node."""
    add_gpus(cluster.kubeconfig, 2, "NVIDIA-L4")
    yield "NVIDIA-L4"
    add_gpus(cluster.kubeconfig, 0)


def test_a_pod_runs_on_the_pretend_gpus_that_it_asks_for(
    cluster: Cluster, namespace: str, responder: str, two_gpus: str
) -> None:
    resources = {"limits": {"cpu": "1", "memory": "64Mi", GPU: 2}}
    selector = {"nvidia.com/gpu.product": two_gpus}
    cluster.apply(within(namespace, pod("model", responder, container={"resources": resources}, nodeSelector=selector)))

    cluster.wait("pod/model", "condition=Ready", namespace)


def test_a_pod_that_asks_for_more_gpus_than_there_are_waits(
    cluster: Cluster, namespace: str, responder: str, two_gpus: str
) -> None:
    resources = {"limits": {"cpu": "1", "memory": "64Mi", GPU: 3}}
    cluster.apply(within(namespace, pod("model", responder, container={"resources": resources})))

    cluster.wait("pod/model", "condition=PodScheduled=false", namespace)
    conditions = cluster.get("pod", "model", "--namespace", namespace)["status"]["conditions"]
    assert any(f"Insufficient {GPU}" in condition.get("message", "") for condition in conditions)


def test_pods_are_spread_over_pretend_nodes(cluster: Cluster, namespace: str, responder: str) -> None:
    # given five pretend nodes
    set_pretend_nodes(cluster.kubeconfig, 5)
    spread = pod(
        "spread",
        responder,
        tolerations=[{"key": PRETEND, "operator": "Exists"}],
        nodeSelector={LABEL: "true"},
        topologySpreadConstraints=[
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "DoNotSchedule",
                "labelSelector": {"matchLabels": {"app": "spread"}},
            }
        ],
    )
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "spread"},
        "spec": {
            "replicas": 5,
            "selector": {"matchLabels": {"app": "spread"}},
            "template": {"metadata": spread["metadata"], "spec": spread["spec"]},
        },
    }

    # when as many pods are to be spread evenly, then each is said to run on a node of its own
    cluster.apply(within(namespace, deployment))
    cluster.wait("deployment/spread", "condition=Available", namespace)
    pods = cluster.get("pods", "--namespace", namespace)["items"]
    assert sorted(one["spec"]["nodeName"] for one in pods) == [f"pretend-{number}" for number in range(5)]

    # and when the nodes go, so do they
    set_pretend_nodes(cluster.kubeconfig, 0)
    assert [node["metadata"]["name"] for node in cluster.get("nodes")["items"]] == [addresses.NODE_NAME]


class _Greeting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Nothing on standard error."""


@pytest.fixture
def open_port() -> Iterator[int]:
    """The port of a program that listens on every address of this machine, the link's included."""
    with HTTPServer(("0.0.0.0", 0), _Greeting) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_pods_reach_nothing_on_this_machine_but_the_registry(answering: str, open_port: int) -> None:
    assert fetch(f"{answering}/call?url=http://{addresses.HOST}:{open_port}/").startswith("502:")


def test_pods_reach_nothing_beyond_this_machine(answering: str) -> None:
    # An address that is reserved for documentation; nothing is sent to it.
    assert "unreachable" in fetch(f"{answering}/call?url=http://198.51.100.1/")
