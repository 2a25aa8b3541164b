"""GPUs."""

from policies.rules.gpu import NAMES
from tests.unit.policies.cases.case import Case, Json, fails, passes, pod_of, with_container, workload
from tests.unit.policies.cases.pod_security import in_containers

GPU = "nvidia.com/gpu"
TAINT = {"key": GPU, "operator": "Exists"}
SIZES = {"cpu": "1", "memory": "1Gi", "ephemeral-storage": "1Gi"}
CHOICE = {"nodeSelector": {"gpu": "a100"}}


def gpu(spec: Json | None = None, name: str = GPU, part: str = "limits", **fields: object) -> Json:
    """A Pod of two containers, of which the second has a GPU."""
    served = {"name": "app", "resources": {part: {name: 1}}, **fields}
    return pod_of(spec, [{"name": "side"}, served] if not fields else [served])


def job(kind: str, spec: Json, pod: Json | None = None, **resources: object) -> Json:
    return workload(kind, spec, {"containers": [{"name": "a", "resources": resources}], **(pod or {})})


FULL: Json = {"limits": {GPU: 1, "memory": "1Gi"}, "requests": {"cpu": 1}}
CASES: list[Case] = [
    *in_containers(
        "gpu",
        "resources",
        (None, {"limits": {GPU: 1}}, {"limits": {GPU: "8"}, "requests": {GPU: 8}}, {"limits": {"cpu": "0.5"}}),
        (
            {"requests": {GPU: 1}},
            {"limits": {GPU: "500m"}},
            {"limits": {GPU: "1500m"}},
            {"limits": {GPU: 0}},
            {"limits": {GPU: 2}, "requests": {GPU: 1}},
            {"limits": {GPU: 9}},
            {"limits": {"amd.com/gpu": "x"}},
        ),
    ),
    *passes("gpu", with_container(resources={"limits": {GPU: 9}}), mostGpus=16),
    *(
        case
        for name in NAMES
        for part in ("limits", "requests")
        for case in (
            *fails("gpu", gpu(name=name, part="requests")),
            *fails("gpu-placement", gpu(name=name, part=part), pod_of({"tolerations": [{"key": name}]})),
            *passes("gpu-placement", gpu({"tolerations": [{"key": name}], **CHOICE}, name, part)),
            *fails("gpu-memory", gpu(name=name, part=part)),
            *fails("gpu-deadline", job("batch/v1/Job", {}, None, **{part: {name: 1}})),
            *fails("gpu-model-read-only", gpu(None, name, part, volumeMounts=[{"name": "models"}])),
        )
    ),
    *passes("gpu-memory", pod_of(), with_container(resources=FULL)),
    *fails("gpu-memory", with_container(resources={"limits": {GPU: 1, "memory": "1Gi"}})),
    *fails("gpu-memory", with_container(resources={"limits": {GPU: 1}, "requests": {"cpu": 1}})),
    *in_containers(
        "gpu-bypass",
        "env",
        (
            None,
            [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "void"}],
            [{"name": "NVIDIA_VISIBLE_DEVICES", "value": "none"}],
            [{"name": "NVIDIA_VISIBLE_DEVICES", "value": ""}],
            [{"name": "OTHER", "value": "all"}],
        ),
        ([{"name": "A", "value": "b"}, {"name": "NVIDIA_VISIBLE_DEVICES", "value": "all"}],),
    ),
    *fails(
        "gpu-bypass",
        *(pod_of({"volumes": [{"name": "v", "hostPath": {"path": f"/dev/{d}"}}]}) for d in ("nvidia0", "kfd", "dri")),
    ),
    *passes(
        "gpu-bypass",
        pod_of({"volumes": [{"name": "v", "hostPath": {"path": "/dev/null"}}, {"name": "e", "emptyDir": {}}]}),
        pod_of({"volumes": [{"name": "v", "hostPath": {"path": "/data/dev/nvidia0"}}]}),
    ),
    *fails(
        "gpu-placement", gpu(), gpu({"tolerations": [TAINT]}), gpu(CHOICE), pod_of({"tolerations": [TAINT], **CHOICE})
    ),
    *passes(
        "gpu-placement",
        pod_of(),
        gpu({"tolerations": [TAINT], **CHOICE}),
        gpu({"tolerations": [TAINT], "affinity": {"nodeAffinity": {"required": {}}}}),
        gpu({"tolerations": [TAINT], "affinity": {"nodeAffinity": {"required": {}}}, **CHOICE}),
    ),
    *passes(
        "gpu-placement",
        gpu({"tolerations": [TAINT]}, "nvidia.com/mig-1g.10gb.me"),
        gpu({"tolerations": [TAINT]}, "amd.com/gpu"),
        pod_of({"tolerations": [TAINT], "containers": [{"name": "a", "resources": {"claims": [{"name": "gpu"}]}}]}),
    ),
    *fails(
        "gpu-placement",
        gpu({"tolerations": [TAINT]}, "nvidia.com/gpu.shared"),
        pod_of({"tolerations": [TAINT], "containers": [{"name": "a", "resources": {"limits": SIZES}}]}),
    ),
    # Large enough to be asked with each of its leaves not known yet, too.
    *passes(
        "gpu-placement",
        with_container(
            resources=dict.fromkeys(("limits", "requests"), SIZES), env=[{"name": "A", "value": "b"}], command=["a"]
        ),
    ),
    *fails("gpu-shared-memory", pod_of({"volumes": [{"name": "s", "emptyDir": {"medium": "Memory"}}]})),
    *passes(
        "gpu-shared-memory",
        pod_of(),
        pod_of(
            {
                "volumes": [
                    {"name": "s", "emptyDir": {"medium": "Memory", "sizeLimit": "8Gi"}},
                    {"name": "t", "emptyDir": {}},
                ]
            }
        ),
    ),
    *fails(
        "gpu-deadline",
        job("batch/v1/CronJob", {}, None, **FULL),
        job("batch/v1/Job", {"activeDeadlineSeconds": 0}, None, **FULL),
    ),
    *fails("gpu-deadline", job("batch/v1/Job", {}, {"activeDeadlineSeconds": 0}, **FULL)),
    *fails("gpu-deadline", job("batch/v1/CronJob", {"job": {"activeDeadlineSeconds": 0}}, None, **FULL)),
    *(
        case
        for part in ("limits", "requests")
        for served in (
            [{"name": "side"}, {"name": "app", "resources": {part: {GPU: 1}}, "volumeMounts": [{"name": "models"}]}],
        )
        for case in (
            *fails("gpu-deadline", workload("batch/v1/Job", pod={"containers": served})),
            *fails("gpu-model-read-only", pod_of(containers=served)),
        )
    ),
    *passes(
        "gpu-deadline",
        job("batch/v1/Job", {}),
        job("batch/v1/Job", {"activeDeadlineSeconds": 1}, None, **FULL),
        job("batch/v1/Job", {}, {"activeDeadlineSeconds": 1}, **FULL),
        job("batch/v1/CronJob", {"job": {"activeDeadlineSeconds": 1}}, None, **FULL),
        workload(pod={"containers": [{"name": "a", "resources": FULL}]}),
    ),
    *fails("gpu-model-read-only", gpu(volumeMounts=[{"name": "tmp"}, {"name": "my-weights", "readOnly": False}])),
    *fails(
        "gpu-model-read-only",
        gpu({"initContainers": [{"name": "s", "restartPolicy": "Always", "volumeMounts": [{"name": "model"}]}]}),
        gpu({"ephemeralContainers": [{"name": "s", "volumeMounts": [{"name": "model"}]}]}),
    ),
    *passes(
        "gpu-model-read-only",
        pod_of(containers=[{"name": "a", "volumeMounts": [{"name": "models"}]}]),
        gpu(volumeMounts=[{"name": "models", "readOnly": True}, {"name": "remodelling"}, {"name": "models-2"}]),
        gpu({"initContainers": [{"name": "download", "volumeMounts": [{"name": "models"}]}]}),
    ),
]
