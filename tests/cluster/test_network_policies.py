"""Network policies are enforced: what one allows passes, and the rest is refused."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from tests.cluster.support import Cluster, Object, node_port, pod, service, within
from tests.support.waiting import eventually, fetch
from toolchain import gobuild
from toolchain.home import Home
from toolchain.progress import Progress

REFUSED = "502:"
"""What the calling pod answers when its own call fails."""


@pytest.fixture
def caller(cluster: Cluster, namespace: str, responder: str) -> str:
    """A URL, on this machine, that lets the pod `caller` call the pod `called` of the same namespace."""
    cluster.apply(
        within(namespace, pod("caller", responder), pod("called", responder), service("caller", "NodePort"))
        + within(namespace, service("called"))
    )
    for name in ("caller", "called"):
        cluster.wait(f"pod/{name}", "condition=Ready", namespace)
    url = f"{node_port(cluster, namespace, 'caller')}/call?url=http://called.{namespace}/"
    assert eventually(lambda: fetch(url) == "called")
    return url


def policy(name: str, selected: str, **spec: Any) -> Object:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name},
        "spec": {"podSelector": {"matchLabels": {"app": selected}}, **spec},
    }


def allow_from(app: str) -> list[Object]:
    return [{"from": [{"podSelector": {"matchLabels": {"app": app}}}], "ports": [{"port": 8080}]}]


def refused(url: str) -> bool:
    return fetch(url).startswith(REFUSED)


def test_a_pod_that_nobody_may_call_cannot_be_called(cluster: Cluster, namespace: str, caller: str) -> None:
    cluster.apply(within(namespace, policy("closed", "called", policyTypes=["Ingress"])))

    assert eventually(lambda: refused(caller))


def test_who_is_allowed_may_call_and_others_may_not(cluster: Cluster, namespace: str, caller: str) -> None:
    # given a policy that allows a pod of another name
    cluster.apply(within(namespace, policy("narrow", "called", ingress=allow_from("somebody-else"))))
    assert eventually(lambda: refused(caller))

    # when it allows this one instead
    cluster.apply(within(namespace, policy("narrow", "called", ingress=allow_from("caller"))))

    # then it may call
    assert eventually(lambda: fetch(caller) == "called")


def test_a_pod_that_may_call_nobody_cannot_even_look_up_names(cluster: Cluster, namespace: str, caller: str) -> None:
    cluster.apply(within(namespace, policy("mute", "caller", policyTypes=["Egress"])))

    assert eventually(lambda: refused(caller))


def test_look_ups_and_a_peer_are_enough_to_call(cluster: Cluster, namespace: str, caller: str) -> None:
    # given a pod that may call nobody
    cluster.apply(within(namespace, policy("narrow", "caller", policyTypes=["Egress"])))
    assert eventually(lambda: refused(caller))

    # when names and one peer are allowed, by the label that every cluster's DNS has
    system = {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
    names = {"namespaceSelector": system, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    egress = [
        {"to": [names], "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
        {"to": [{"podSelector": {"matchLabels": {"app": "called"}}}]},
    ]
    cluster.apply(within(namespace, policy("narrow", "caller", policyTypes=["Egress"], egress=egress)))

    # then it can call, and nobody else
    if not eventually(lambda: fetch(caller) == "called"):
        pytest.fail(fetch(caller))
    assert refused(caller.partition("url=")[0] + "url=https://kubernetes.default.svc/")


def test_the_node_reaches_a_pod_that_nobody_may_call(cluster: Cluster, namespace: str, caller: str) -> None:
    # A policy is about pods; probes and node ports come from the node.
    cluster.apply(within(namespace, policy("closed", "caller", policyTypes=["Ingress"])))
    cluster.apply(within(namespace, policy("shut", "called", policyTypes=["Ingress"])))

    assert eventually(lambda: refused(caller))


def test_the_rules_that_follow_from_policies(home: Home) -> None:
    done = subprocess.run(
        [gobuild.find_go(home, Progress()), "test", "-trimpath", "./firewall"],
        cwd=gobuild.MODULES / "cluster",
        env={**os.environ, **gobuild.environment(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
