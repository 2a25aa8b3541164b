"""The failures that are provoked on a real cluster, and what the official plugin said of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.cluster.failure_page import Row
from tests.cluster.live import PROBE, Failure, container, pod_spec, workload
from toolchain.plugins.base_values import Properties

TIMED_OUT = "timed out waiting to be Ready"
LIMIT_S = 15


@dataclass(frozen=True)
class Case:
    """One failure.

    Attributes:
        title: What is wrong.
        declared: The object that fails, for the actor's image.
        says: What the message must hold, as a pattern.
        official: What the official plugin said, after its "failed to fully initialize …: "; "" if not recorded.
        within_s: The longest that it may take.
        exists: Whether the object is there afterwards, and recorded.
        before: Objects that are made first.
        stands: What the cluster itself has to have done first: arguments of `kubectl get` that then print something.
    """

    title: str
    declared: Callable[[str], Properties]
    says: str
    official: str
    within_s: float = LIMIT_S + 10
    exists: bool = True
    before: tuple[Properties, ...] = ()
    stands: tuple[str, ...] = ()


def _deployment(image: str, *args: str, limit_s: int = 0, **fields: object) -> Properties:
    annotations = {"pulumi.com/timeoutSeconds": str(limit_s)} if limit_s else None
    pod = {key: fields.pop(key) for key in ("nodeSelector",) if key in fields}
    spec = pod_spec(container(image, *args, **fields), **pod)
    return workload("Deployment", "web", spec, annotations=annotations)


def _config_map(name: str, **metadata: str) -> Properties:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}, "data": {"a": "b"}}


_QUOTA: Properties = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "small"},
    "spec": {"hard": {"requests.memory": "1Mi"}},
}

CASES: Mapping[str, Case] = {
    "crash": Case(
        "The program crashes, and there is no readiness probe",
        lambda image: _deployment(image, "-say=boom", "-code=3"),
        r"(?s)container 'main' ended 4 times; last: exit code 3.*boom",
        "success: the crash counts as rolled out",
        within_s=75,
    ),
    "no-program": Case(
        "There is no such program in the image",
        lambda image: _deployment(image, command=["/absent"]),
        r'container \'main\' ended 2 times.*exec: "/absent"',
        "",
    ),
    "never-ready": Case(
        "The readiness probe never succeeds",
        lambda image: _deployment(
            image,
            "-serve",
            "-say=I am up",
            limit_s=LIMIT_S,
            readinessProbe={**PROBE, "httpGet": {"path": "/", "port": 9}},
        ),
        r"(?s)after 15 s.*Readiness probe failed.*I am up",
        TIMED_OUT,
    ),
    "pull": Case(
        "The image does not exist",
        lambda _: _deployment("127.0.0.1:5001/none:1"),
        r"image 127.0.0.1:5001/none:1 cannot be pulled: .*not found",
        TIMED_OUT,
    ),
    "podsecurity": Case(
        "Pod Security refuses the pods",
        lambda image: workload("Deployment", "web", {"containers": [{"name": "main", "image": image}]}),
        r'its pods are refused: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
        TIMED_OUT,
        within_s=12,
    ),
    "quota": Case(
        "A quota is exceeded",
        lambda image: _deployment(image, "-serve"),
        r"its pods are refused: exceeded quota: small, requested: requests.memory=16Mi",
        "",
        within_s=60,
        before=(_QUOTA,),
        stands=("resourcequota", "small", "--output=jsonpath={.status.hard}"),
    ),
    "unschedulable": Case(
        "No node fits",
        lambda image: _deployment(image, "-serve", limit_s=LIMIT_S, nodeSelector={"x": "y"}),
        r"fits on no node: .*didn't match Pod's node affinity/selector",
        TIMED_OUT,
    ),
    "pvc": Case(
        "A volume claim names a storage class that does not exist",
        lambda _: {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "v", "annotations": {"pulumi.com/timeoutSeconds": str(LIMIT_S)}},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
                "storageClassName": "none",
            },
        },
        r'its storage: storageclass.storage.k8s.io "none" not found',
        "Resource operation was cancelled for 'v'",
    ),
    "job": Case(
        "A job fails",
        lambda image: {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": "j"},
            "spec": {
                "backoffLimit": 0,
                "template": {"spec": pod_spec(container(image, "-say=no luck", "-code=1"), restartPolicy="Never")},
            },
        },
        r"(?s)'j' failed: Job has reached the specified backoff limit.*exit code 1.*no luck",
        "Resource 'j' was created but failed to initialize",
    ),
    "exists": Case(
        "The object exists already",
        lambda _: _config_map("kube-root-ca.crt"),
        r'configmaps "kube-root-ca.crt" already exists \(made by kube-controller-manager\)',
        'configmaps "kube-root-ca.crt" already exists (and what to do about it)',
        exists=False,
        stands=("configmap", "kube-root-ca.crt", "--output=name"),
    ),
    "no-namespace": Case(
        "Its namespace does not exist",
        lambda _: _config_map("a", namespace="absent"),
        r'namespaces "absent" not found',
        'namespaces "absent" not found',
        exists=False,
    ),
    "no-crd": Case(
        "Its kind is not defined",
        lambda _: {"apiVersion": "a.example/v1", "kind": "Boat", "metadata": {"name": "b"}},
        r'no matches for kind "Boat" in version "a.example/v1"',
        'no matches for kind "ServiceMonitor" in version "monitoring.coreos.com/v1"',
        exists=False,
    ),
    "unknown-field": Case(
        "A field is misspelt",
        lambda image: workload("Deployment", "web", pod_spec(container(image)), replicaz=1),
        r"\.spec\.replicaz: field not declared in schema",
        "nothing of it: the field is lost without a word",
        exists=False,
    ),
    "selector": Case(
        "The selector does not match the pods' labels",
        lambda image: {
            **workload("Deployment", "web", pod_spec(container(image))),
            "spec": {
                "selector": {"matchLabels": {"a": "b"}},
                "template": {"metadata": {"labels": {"a": "c"}}, "spec": pod_spec(container(image))},
            },
        },
        r"`selector` does not match template `labels`",
        "`selector` does not match template `labels`",
        exists=False,
    ),
}


def rows(found: Mapping[str, Failure], namespaces: Mapping[str, str]) -> list[Row]:
    """The page's rows, from what the cases said."""
    return [
        (case.title, case.official, _ours(found[name], namespaces[name]), found[name].seconds)
        for name, case in CASES.items()
    ]


def _ours(failure: Failure, namespace: str) -> str:
    words = failure.words.split("The resource already exists in the cluster. This can happen when")[0].strip()
    for lead in ("fully initialize or become live: ", "by the Kubernetes API server: ", "have been created: "):
        words = words.split(lead, 1)[-1]
    return words.replace(namespace, "ai")
