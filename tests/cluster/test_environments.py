"""Development, staging and production side by side, brought up as the documentation says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.support import Cluster, Object, node_port, pod, service, within
from tests.support.docs.pages import CHECKOUT, snippets
from tests.support.docs.running import run
from tests.support.waiting import eventually, fetch
from tests.support.workbench import Workbench, copy_checkout

PAGE = CHECKOUT / "docs" / "run-on-this-machine.md"
PODS = {"slipway-dev": 1, "slipway-staging": 2, "slipway-prod": 2}
"""The namespaces, and how many pods of the API each must have."""

INGRESS = "ingress-nginx"


@pytest.fixture(scope="module")
def environments(
    cluster: Cluster, embedded_registry: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    """A checkout with the three stacks up, after all that the page on one machine says."""
    workbench = copy_checkout(tmp_path_factory.mktemp("environments") / "checkout")
    for snippet in snippets(PAGE):
        if snippet.info == "sh cluster":
            run(snippet, workbench)
    yield workbench
    cluster.kubectl("delete", "namespace", *PODS, "--wait=false", "--ignore-not-found")


def pods(cluster: Cluster, namespace: str) -> list[Object]:
    selector = "--selector=app.kubernetes.io/name=python-api"
    return cluster.get("pods", "--namespace", namespace, selector, "--field-selector=status.phase=Running")["items"]


@pytest.mark.parametrize("namespace", PODS)
def test_each_environment_has_its_pods_at_the_sizes_of_a_laptop(
    environments: Workbench, cluster: Cluster, namespace: str
) -> None:
    assert eventually(lambda: len(pods(cluster, namespace)) == PODS[namespace], 60)
    for each in pods(cluster, namespace):
        [container] = each["spec"]["containers"]
        assert container["resources"]["limits"].items() >= {"cpu": "500m", "memory": "256Mi"}.items()


def test_production_runs_the_digest_that_staging_built(environments: Workbench, cluster: Cluster) -> None:
    images = [
        each["spec"]["containers"][0]["image"] for name in PODS if name != "slipway-dev" for each in pods(cluster, name)
    ]
    assert len(set(images)) == 1
    assert "@sha256:" in images[0]


@pytest.mark.parametrize("namespace", PODS)
def test_restricted_pod_security_is_in_force(
    environments: Workbench, cluster: Cluster, responder: str, namespace: str
) -> None:
    bad = pod("bad", responder, container={"securityContext": {"privileged": True}})
    said = cluster.try_apply(within(namespace, bad))
    assert said.code != 0
    assert 'violates PodSecurity "restricted:latest"' in said.err


@pytest.fixture(scope="module")
def ingress(environments: Workbench, cluster: Cluster, responder: str) -> Iterator[str]:
    """A URL on this machine that lets a pod of the namespace `ingress-nginx`, which staging and prod name, call."""
    cluster.make_namespace(INGRESS)
    cluster.apply(within(INGRESS, pod("caller", responder), service("caller", "NodePort")))
    cluster.wait("pod/caller", "condition=Ready", INGRESS)
    yield f"{node_port(cluster, INGRESS, 'caller')}/call?url="
    cluster.kubectl("delete", "namespace", INGRESS, "--wait=false")


@pytest.mark.parametrize("namespace", ["slipway-staging", "slipway-prod"])
def test_a_workload_answers_at_its_services_name_and_address(ingress: str, cluster: Cluster, namespace: str) -> None:
    found = cluster.get("service", "python-api", "--namespace", namespace)["spec"]
    for host in (f"python-api.{namespace}.svc.cluster.local", found["clusterIP"]):
        url = f"{ingress}http://{host}:8000/health"
        assert eventually(lambda url=url: fetch(url) == '{"status":"ok"}'), fetch(url)


@pytest.mark.parametrize("address", ["slipway-prod:9090", "slipway-dev:8000"])
def test_who_is_not_let_in_gets_no_connection(ingress: str, address: str) -> None:
    url = f"{ingress}http://python-api.{address}/"
    assert eventually(lambda: "no route to host" in fetch(url)), fetch(url)
