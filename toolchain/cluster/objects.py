"""What a fresh cluster holds: names, storage, rights, metrics."""

import base64
from collections.abc import Iterable
from typing import Any

import yaml

from toolchain.cluster import addresses
from toolchain.cluster.configurations import corefile
from toolchain.cluster.identities import IDENTITIES
from toolchain.cluster.parts import VOLUME_PROVISIONER

Object = dict[str, Any]

SYSTEM = "kube-system"

DNS_PORT = 53
"""In the pod, too: policies name the port that a packet arrives at. The container runtime lets anybody listen there."""

STORAGE_CLASS = "local-path"
"""The name that other one-machine clusters give it, too."""

DNS_LABELS = {"k8s-app": "kube-dns"}
"""By convention: network policies allow look-ups by this label."""

METRICS_GROUP = "metrics.k8s.io"


def objects(dns_image: str, authority: bytes) -> str:
    """All of them, as YAML.

    Args:
        dns_image: CoreDNS' image.
        authority: The certificate, in PEM, that signed that of the metrics server.
    """
    return yaml.safe_dump_all(
        [*names(dns_image), *storage(), *policies(), *pretending(), *metrics(authority)], sort_keys=False
    )


def names(image: str) -> Iterable[Object]:
    """CoreDNS."""
    meta = {"name": "coredns", "namespace": SYSTEM}
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
    rules = [
        _rule([""], ["endpoints", "services", "pods", "namespaces"], ["list", "watch"]),
        _rule(["discovery.k8s.io"], ["endpointslices"], ["list", "watch"]),
    ]
    account = {"kind": "ServiceAccount", "name": "coredns", "namespace": SYSTEM}
    yield from _cluster_role("slipway:coredns", rules, account)
    yield {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": meta,
        "data": {"Corefile": corefile(DNS_PORT)},
    }
    yield {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {**meta, "labels": DNS_LABELS},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": DNS_LABELS},
            "template": {"metadata": {"labels": DNS_LABELS}, "spec": _dns_pod(image)},
        },
    }
    ports = [
        {"name": f"dns-{protocol.lower()}", "protocol": protocol, "port": 53, "targetPort": DNS_PORT}
        for protocol in ("UDP", "TCP")
    ]
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "kube-dns", "namespace": SYSTEM, "labels": DNS_LABELS},
        "spec": {"clusterIP": addresses.DNS_SERVICE, "selector": DNS_LABELS, "ports": ports},
    }


def _dns_pod(image: str) -> Object:
    probe = {"periodSeconds": 1, "failureThreshold": 3}
    return {
        "serviceAccountName": "coredns",
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "enableServiceLinks": False,
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "coredns",
                "image": image,
                "imagePullPolicy": "Never",
                "args": ["-conf", "/etc/coredns/Corefile"],
                "ports": [{"containerPort": DNS_PORT, "protocol": protocol} for protocol in ("UDP", "TCP")],
                "resources": {"requests": {"cpu": "50m", "memory": "70Mi"}, "limits": {"memory": "170Mi"}},
                "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, **probe},
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
            }
        ],
        "volumes": [{"name": "config", "configMap": {"name": "coredns"}}],
    }


def storage() -> Iterable[Object]:
    """The storage class, and what the provisioner may do."""
    yield {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": STORAGE_CLASS,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": VOLUME_PROVISIONER,
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
    }
    rules = [
        _rule([""], ["persistentvolumes"], ["get", "list", "watch", "create", "update", "patch", "delete"]),
        _rule([""], ["persistentvolumeclaims"], ["get", "list", "watch", "update", "patch"]),
        _rule([""], ["nodes"], ["get", "list", "watch"]),
        _rule([""], ["events"], ["create", "update", "patch"]),
        _rule(["storage.k8s.io"], ["storageclasses"], ["get", "list", "watch"]),
    ]
    yield from _cluster_role("slipway:volumes", rules, _user("volumes"))


def policies() -> Iterable[Object]:
    """What the program that enforces network policies may see."""
    rules = [
        _rule([""], ["pods", "namespaces"], ["list", "watch"]),
        _rule(["networking.k8s.io"], ["networkpolicies"], ["list", "watch"]),
    ]
    yield from _cluster_role("slipway:firewall", rules, _user("firewall"))


def pretending() -> Iterable[Object]:
    """What kwok may do: it speaks for nodes, and for the pods on them."""
    rules = [
        _rule([""], ["nodes"], ["get", "list", "watch", "patch", "update"]),
        _rule([""], ["nodes/status", "pods/status"], ["patch", "update"]),
        _rule([""], ["pods"], ["get", "list", "watch", "patch", "update", "delete"]),
        _rule([""], ["events"], ["create", "patch", "update"]),
        _rule(["coordination.k8s.io"], ["leases"], ["get", "list", "watch", "create", "patch", "update", "delete"]),
    ]
    yield from _cluster_role("slipway:kwok", rules, _user("kwok"))


def metrics(authority: bytes) -> Iterable[Object]:
    """The metrics API, served by a process of the node, for autoscalers and `kubectl top`."""
    rules = [
        _rule([""], ["nodes/metrics"], ["get"]),
        _rule([""], ["pods", "nodes", "namespaces"], ["get", "list", "watch"]),
    ]
    yield from _cluster_role("slipway:metrics-server", rules, _user("metrics-server"))
    yield _cluster_binding("slipway:metrics-server:delegator", "system:auth-delegator", _user("metrics-server"))
    yield {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "slipway:metrics-server:authentication", "namespace": SYSTEM},
        "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": "extension-apiserver-authentication-reader"},
        "subjects": [_user("metrics-server")],
    }
    for subject in ("admin", "edit", "view"):
        yield {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {
                "name": f"slipway:metrics-reader:{subject}",
                "labels": {f"rbac.authorization.k8s.io/aggregate-to-{subject}": "true"},
            },
            "rules": [_rule([METRICS_GROUP], ["pods", "nodes"], ["get", "list", "watch"])],
        }
    meta = {"name": "metrics-server", "namespace": SYSTEM}
    port = {"name": "https", "protocol": "TCP", "port": addresses.METRICS_PORT}
    yield {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": meta,
        "spec": {"ports": [{**port, "port": 443, "targetPort": addresses.METRICS_PORT}]},
    }
    yield {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {**meta, "labels": {"kubernetes.io/service-name": "metrics-server"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [addresses.NODE], "conditions": {"ready": True}}],
        "ports": [port],
    }
    yield {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"v1beta1.{METRICS_GROUP}"},
        "spec": {
            "group": METRICS_GROUP,
            "version": "v1beta1",
            "service": {**meta, "port": 443},
            "caBundle": base64.b64encode(authority).decode(),
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
        },
    }


_RBAC = "rbac.authorization.k8s.io"


def _rule(groups: list[str], resources: list[str], verbs: list[str]) -> Object:
    return {"apiGroups": groups, "resources": resources, "verbs": verbs}


def _user(part: str) -> Object:
    return {"apiGroup": _RBAC, "kind": "User", "name": IDENTITIES[part].user}


def _cluster_role(name: str, rules: list[Object], subject: Object) -> Iterable[Object]:
    yield {"apiVersion": f"{_RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    yield _cluster_binding(name, name, subject)


def _cluster_binding(name: str, role: str, subject: Object) -> Object:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    }
