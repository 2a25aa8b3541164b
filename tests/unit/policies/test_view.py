"""The pod template is found in every kind that carries one, with all its containers."""

from typing import Any

import pytest

from policies.plain import UNKNOWN
from policies.view import Manifest, carries_pods, manifests, render, resource_manifests

CONTAINERS = [{"name": "app", "image": "a"}]
SPEC = {"containers": CONTAINERS}


def only(body: dict[str, Any]) -> Manifest:
    (manifest,) = manifests(body)
    return manifest


def where(manifest: Manifest) -> list[tuple[str, str]]:
    return [(render(container.path), container.role) for pod in manifest.pods for container in pod.containers]


CARRIERS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("v1", "Pod", {"spec": SPEC}, ["spec.containers[0]"]),
    ("v1", "PodTemplate", {"template": {"spec": SPEC}}, ["template.spec.containers[0]"]),
    *(
        (group, kind, {"spec": {"template": {"spec": SPEC}}}, ["spec.template.spec.containers[0]"])
        for group, kind in [
            ("v1", "ReplicationController"),
            ("apps/v1", "Deployment"),
            ("apps/v1", "ReplicaSet"),
            ("apps/v1", "StatefulSet"),
            ("apps/v1", "DaemonSet"),
            ("batch/v1", "Job"),
            ("extensions/v1beta1", "Deployment"),
            ("argoproj.io/v1alpha1", "Rollout"),
            ("serving.knative.dev/v1", "Service"),
        ]
    ),
    (
        "batch/v1",
        "CronJob",
        {"spec": {"jobTemplate": {"spec": {"template": {"spec": SPEC}}}}},
        ["spec.jobTemplate.spec.template.spec.containers[0]"],
    ),
    (
        "leaderworkerset.x-k8s.io/v1",
        "LeaderWorkerSet",
        {"spec": {"leaderWorkerTemplate": {"leaderTemplate": {"spec": SPEC}, "workerTemplate": {"spec": SPEC}}}},
        [
            "spec.leaderWorkerTemplate.leaderTemplate.spec.containers[0]",
            "spec.leaderWorkerTemplate.workerTemplate.spec.containers[0]",
        ],
    ),
    (
        "ray.io/v1",
        "RayJob",
        {
            "spec": {
                "submitterPodTemplate": {"spec": SPEC},
                "rayClusterSpec": {
                    "headGroupSpec": {"template": {"spec": SPEC}},
                    "workerGroupSpecs": [{"template": {"spec": SPEC}}],
                },
            }
        },
        [
            "spec.submitterPodTemplate.spec.containers[0]",
            "spec.rayClusterSpec.headGroupSpec.template.spec.containers[0]",
            "spec.rayClusterSpec.workerGroupSpecs[0].template.spec.containers[0]",
        ],
    ),
    (
        "kubeflow.org/v1",
        "PyTorchJob",
        {"spec": {"pytorchReplicaSpecs": {"Master": {"template": {"spec": SPEC}}}}},
        ["spec.pytorchReplicaSpecs.Master.template.spec.containers[0]"],
    ),
    (
        "serving.kserve.io/v1beta1",
        "InferenceService",
        {"spec": {"predictor": {"model": {"modelFormat": {"name": "onnx"}}}, "transformer": SPEC}},
        ["spec.predictor.model", "spec.transformer.containers[0]"],
    ),
    (
        "batch.volcano.sh/v1alpha1",
        "Job",
        {"spec": {"tasks": [{"template": {"spec": SPEC}}]}},
        ["spec.tasks[0].template.spec.containers[0]"],
    ),
]


@pytest.mark.parametrize(
    ("api_version", "kind", "fields", "paths"), CARRIERS, ids=[f"{a}-{k}" for a, k, _, _ in CARRIERS]
)
def test_the_containers_of_every_carrier_are_found(
    api_version: str, kind: str, fields: dict[str, Any], paths: list[str]
) -> None:
    manifest = only({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, **fields})
    assert [path for path, _ in where(manifest)] == paths
    group_version = api_version if "/" in api_version else f"core/{api_version}"
    assert carries_pods(f"kubernetes:{group_version}:{kind}")


def test_all_three_lists_are_read_and_sidecars_told_apart() -> None:
    spec = {
        "containers": CONTAINERS,
        "initContainers": [{"name": "a"}, {"name": "b", "restartPolicy": "Always"}],
        "ephemeralContainers": [{"name": "c"}],
    }
    assert [role for _, role in where(only({"apiVersion": "v1", "kind": "Pod", "spec": spec}))] == [
        "container",
        "init",
        "sidecar",
        "ephemeral",
    ]


@pytest.mark.parametrize(
    "resource_type",
    [
        "pulumi:pulumi:Stack",
        "aws:s3/bucket:Bucket",
        "kubernetes:core/v1:ConfigMap",
        "kubernetes:core/v1:Service",
        "kubernetes:rbac.authorization.k8s.io/v1:Role",
        "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:yaml:ConfigFile",
        "kubernetes:yaml/v2:ConfigGroup",
        "kubernetes:index:Provider",
    ],
)
def test_what_carries_no_pod_is_known_by_its_type(resource_type: str) -> None:
    assert not carries_pods(resource_type)


@pytest.mark.parametrize(("kind", "partial"), [("Deployment", False), ("DeploymentPatch", True)])
def test_a_patch_is_known_by_its_type(kind: str, partial: bool) -> None:
    body: dict[str, Any] = {"spec": {"template": {"spec": SPEC}}}
    (manifest,) = resource_manifests(f"kubernetes:apps/v1:{kind}", body)
    assert (manifest.kind, manifest.partial, len(manifest.pods)) == ("Deployment", partial, 1)


def test_a_list_is_its_items() -> None:
    pod = {"spec": SPEC}
    (manifest,) = resource_manifests("kubernetes:core/v1:PodList", {"items": [pod]}, frozenset({("items", 0, "spec")}))
    assert (manifest.kind, manifest.path, where(manifest)) == (
        "Pod",
        ("items", 0),
        [("spec.containers[0]", "container")],
    )
    assert manifest.secrets == {("spec",)}
    assert carries_pods("kubernetes:core/v1:PodList")


def test_a_list_of_anything_is_its_items() -> None:
    items = [{"apiVersion": "v1", "kind": "Pod", "spec": SPEC}, {"apiVersion": "v1", "kind": "ConfigMap"}, "junk"]
    assert [m.kind for m in manifests({"apiVersion": "v1", "kind": "List", "items": items})] == ["Pod", "ConfigMap"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"spec": UNKNOWN}, "spec"),
        ({"spec": {"template": UNKNOWN}}, "spec.template"),
        ({"spec": {"template": {"spec": UNKNOWN}}}, "spec.template.spec"),
        ({"spec": {"template": {"spec": {"containers": UNKNOWN}}}}, "spec.template.spec.containers"),
        ({"spec": {"template": {"spec": {"containers": [UNKNOWN]}}}}, "spec.template.spec.containers[0]"),
    ],
)
@pytest.mark.parametrize(("api_version", "kind"), [("apps/v1", "Deployment"), ("argoproj.io/v1alpha1", "Rollout")])
def test_an_unknown_part_stands_for_a_container_of_which_nothing_is_known(
    fields: dict[str, Any], path: str, api_version: str, kind: str
) -> None:
    manifest = only({"apiVersion": api_version, "kind": kind, **fields})
    assert where(manifest) == [(path, "container")]
    assert manifest.pods[0].containers[0].body is UNKNOWN


def test_a_container_that_is_no_mapping_is_one_without_fields() -> None:
    manifest = only({"apiVersion": "v1", "kind": "Pod", "spec": {"containers": ["app", None]}})
    assert [container.body for container in manifest.pods[0].containers] == [{}, {}]


def test_a_custom_resources_list_of_names_is_no_list_of_containers() -> None:
    spec: dict[str, Any] = {"containers": ["app"], "rest": {"containers": []}}
    assert only({"apiVersion": "example.com/v1", "kind": "X", "spec": spec}).pods == ()


def test_an_operators_container_without_an_image_may_have_its_fields_elsewhere() -> None:
    body = {"apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus", "spec": {"containers": [{"name": "p"}]}}
    assert only(body).pods[0].containers[0].partial


def test_the_search_ends_in_a_document_without_bottom() -> None:
    deep: dict[str, Any] = {"containers": CONTAINERS}
    for _ in range(200):
        deep = {"x": deep}
    assert only({"apiVersion": "example.com/v1", "kind": "X", "spec": deep}).pods == ()


def test_a_path_is_written_the_way_people_do() -> None:
    assert render(("metadata", "annotations", "a.b/c", 0)) == 'metadata.annotations["a.b/c"][0]'
