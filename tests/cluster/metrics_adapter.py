"""Kubernetes' adapter for Prometheus, as a platform team would run it: autoscalers then see what Prometheus knows.

It serves the API group `external.metrics.k8s.io`, of which a cluster has one server.
"""

from __future__ import annotations

import json

from tests.cluster.support import Cluster, Object, pod, within

NAME = "metrics-adapter"
PORT = 6443
GROUP = "external.metrics.k8s.io"
PACKAGE = "sigs.k8s.io/prometheus-adapter/cmd/adapter"

RULES = {
    "externalRules": [
        {
            "seriesQuery": '{__name__=~".+",workload!=""}',
            "resources": {"namespaced": False},
            "metricsQuery": "sum(<<.Series>>{<<.LabelMatchers>>})",
        }
    ]
}
"""Every series of a workload, summed over its pods."""


def objects(namespace: str, image: str, prometheus: str) -> list[Object]:
    """The adapter in a namespace, asking the Prometheus at a URL."""
    serving = (
        f"--prometheus-url={prometheus}",
        f"--secure-port={PORT}",
        "--cert-dir=/tmp/certificates",
        "--config=/etc/adapter/config.yaml",
        "--metrics-relist-interval=2s",
        "--metrics-max-age=30s",
    )
    running = pod(
        NAME,
        image,
        container={
            "args": list(serving),
            "ports": [{"containerPort": PORT}],
            "readinessProbe": {"httpGet": {"path": "/readyz", "port": PORT, "scheme": "HTTPS"}, "periodSeconds": 1},
            "resources": {"requests": {"cpu": "20m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
            "volumeMounts": [
                {"name": "config", "mountPath": "/etc/adapter"},
                {"name": "tmp", "mountPath": "/tmp"},
            ],
        },
        volumes=[{"name": "config", "configMap": {"name": NAME}}, {"name": "tmp", "emptyDir": {}}],
        serviceAccountName=NAME,
        automountServiceAccountToken=True,
    )
    return [
        *within(
            namespace,
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": NAME}},
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": NAME},
                "data": {"config.yaml": json.dumps(RULES)},
            },
            running,
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": NAME},
                "spec": {"selector": {"app": NAME}, "ports": [{"port": 443, "targetPort": PORT}]},
            },
        ),
        *_rights(namespace),
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": f"v1beta1.{GROUP}"},
            "spec": {
                "group": GROUP,
                "version": "v1beta1",
                "service": {"name": NAME, "namespace": namespace},
                "insecureSkipTLSVerify": True,
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
            },
        },
    ]


def _rights(namespace: str) -> list[Object]:
    """The adapter may ask who calls, and the autoscaler may call."""
    itself = {"kind": "ServiceAccount", "name": NAME, "namespace": namespace}
    autoscaler = {"kind": "ServiceAccount", "name": "horizontal-pod-autoscaler", "namespace": "kube-system"}
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": f"{NAME}-reader"},
            "rules": [{"apiGroups": [GROUP], "resources": ["*"], "verbs": ["get", "list"]}],
        },
        _binding("reader", f"{NAME}-reader", autoscaler),
        _binding("delegator", "system:auth-delegator", itself),
        {
            **_binding("authentication", "extension-apiserver-authentication-reader", itself, kind="Role"),
            "metadata": {"name": f"{NAME}-authentication", "namespace": "kube-system"},
        },
    ]


def _binding(name: str, role: str, subject: Object, kind: str = "ClusterRole") -> Object:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": f"{kind}Binding",
        "metadata": {"name": f"{NAME}-{name}"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": role},
        "subjects": [subject],
    }


def remove(cluster: Cluster) -> None:
    """Take away what is not in the adapter's namespace."""
    cluster.kubectl("delete", "--ignore-not-found", "apiservice", f"v1beta1.{GROUP}")
    cluster.kubectl("delete", "--ignore-not-found", "clusterrole", f"{NAME}-reader")
    for name in ("reader", "delegator"):
        cluster.kubectl("delete", "--ignore-not-found", "clusterrolebinding", f"{NAME}-{name}")
    cluster.kubectl(
        "delete", "--ignore-not-found", "rolebinding", f"{NAME}-authentication", "--namespace", "kube-system"
    )
