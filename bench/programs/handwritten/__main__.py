"""What an engineer would write without slipway: a hundred workloads, each the same objects as `Workload` makes of them.

`python -m bench` holds this to account: both programs must render the same files. With `BENCH_FLAT` set the objects
stand alone; else they are grouped in component resources, as slipway's are.
"""

import os

from pulumi import ComponentResource, CustomTimeouts, ResourceOptions
from pulumi_kubernetes import Provider
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import LimitRange, Namespace, ResourceQuota, Service, ServiceAccount
from pulumi_kubernetes.networking.v1 import NetworkPolicy

SPACE = "bench"
IMAGE = "127.0.0.1:5001/bench/app@sha256:" + "0" * 64
COMMON = {
    "app.kubernetes.io/managed-by": "slipway",
    "app.kubernetes.io/part-of": SPACE,
    "slipway/owner": "platform",
    "slipway/tier": "dev",
}
LEVELS = {
    f"pod-security.kubernetes.io/{mode}{suffix}": value
    for mode in ("audit", "enforce", "warn")
    for suffix, value in (("", "restricted"), ("-version", "latest"))
}


class Group(ComponentResource):
    """Objects that belong together."""

    def __init__(self, kind: str, name: str, outputs: dict[str, str]) -> None:
        super().__init__(f"bench:index:{kind}", name)
        self.register_outputs(outputs)


def group(kind: str, called: str, **outputs: str) -> Group | None:
    """A component resource, unless the objects are to stand alone."""
    return None if "BENCH_FLAT" in os.environ else Group(kind, called, outputs)


provider = Provider("target", namespace=SPACE, render_yaml_to_directory=os.environ["BENCH_RENDERED"])
environment = group("Environment", "environment", namespace=SPACE)
group("Registry", "registry")
group("SecretFiles", "secrets")
alone = ResourceOptions(provider=provider, parent=environment, delete_before_replace=True)
space = Namespace("namespace", metadata={"name": SPACE, "labels": COMMON | LEVELS}, opts=alone)
inside = ResourceOptions(provider=provider, parent=environment, delete_before_replace=True, depends_on=[space])
quota = ResourceQuota(
    "quota",
    metadata={"name": "quota", "namespace": SPACE, "labels": COMMON},
    spec={
        "hard": {
            "limits.cpu": "400",
            "limits.memory": "800Gi",
            "pods": "2000",
            "requests.cpu": "200",
            "requests.memory": "400Gi",
            "requests.nvidia.com/gpu": "0",
        }
    },
    opts=inside,
)
limits = LimitRange(
    "defaults",
    metadata={"name": "defaults", "namespace": SPACE, "labels": COMMON},
    spec={
        "limits": [
            {
                "type": "Container",
                "default": {"cpu": "500m", "memory": "256Mi"},
                "default_request": {"cpu": "100m", "memory": "128Mi"},
            }
        ]
    },
    opts=inside,
)
deny = NetworkPolicy(
    "default-deny",
    metadata={"name": "default-deny", "namespace": SPACE, "labels": COMMON},
    spec={
        "pod_selector": {},
        "policy_types": ["Ingress", "Egress"],
        "egress": [
            {
                "to": [{"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "kube-system"}}}],
                "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
            }
        ],
    },
    opts=inside,
)

for number in range(100):
    name = f"app-{number:03}"
    chosen = {"app.kubernetes.io/instance": name, "app.kubernetes.io/name": name}
    labels = COMMON | chosen
    group("VerifiedImage", name, name=name, reference=IMAGE, source="external", evidence="")
    workload = group("Workload", name, address=f"http://{name}.{SPACE}.svc.cluster.local:8000", image=IMAGE)
    first = ResourceOptions(provider=provider, parent=workload, delete_before_replace=True, depends_on=[space])
    account = ServiceAccount(
        f"{name}-account",
        metadata={"name": name, "namespace": SPACE, "labels": labels},
        automount_service_account_token=False,
        opts=first,
    )
    network = NetworkPolicy(
        f"{name}-network",
        metadata={"name": name, "namespace": SPACE, "labels": labels},
        spec={
            "pod_selector": {"match_labels": chosen},
            "policy_types": ["Ingress", "Egress"],
            "ingress": [
                {
                    "from_": [{"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": SPACE}}}],
                    "ports": [{"port": 8000, "protocol": "TCP"}, {"port": 9090, "protocol": "TCP"}],
                }
            ],
            "egress": [],
        },
        opts=first,
    )
    deployment = Deployment(
        name,
        metadata={"name": name, "namespace": SPACE, "labels": labels},
        spec={
            "replicas": 1,
            "progress_deadline_seconds": 160,
            "selector": {"match_labels": chosen},
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_surge": 1, "max_unavailable": 0}},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "automount_service_account_token": False,
                    "enable_service_links": False,
                    "service_account_name": name,
                    "termination_grace_period_seconds": 30,
                    "security_context": {
                        "fs_group": 10001,
                        "fs_group_change_policy": "OnRootMismatch",
                        "run_as_group": 10001,
                        "run_as_non_root": True,
                        "run_as_user": 10001,
                        "seccomp_profile": {"type": "RuntimeDefault"},
                    },
                    "volumes": [{"name": "tmp", "empty_dir": {"size_limit": "100Mi"}}],
                    "containers": [
                        {
                            "name": name,
                            "image": IMAGE,
                            "image_pull_policy": "IfNotPresent",
                            "env": [{"name": "APP_LOG_LEVEL", "value": "debug"}],
                            "ports": [
                                {"name": "http", "container_port": 8000, "protocol": "TCP"},
                                {"name": "metrics", "container_port": 9090, "protocol": "TCP"},
                            ],
                            "resources": {
                                "limits": {"cpu": "500m", "memory": "256Mi"},
                                "requests": {"cpu": "100m", "memory": "128Mi"},
                            },
                            "lifecycle": {"pre_stop": {"sleep": {"seconds": 5}}},
                            "liveness_probe": {
                                "http_get": {"path": "/health", "port": "http"},
                                "period_seconds": 10,
                                "timeout_seconds": 5,
                                "failure_threshold": 3,
                            },
                            "readiness_probe": {
                                "http_get": {"path": "/ready", "port": "http"},
                                "period_seconds": 5,
                                "timeout_seconds": 5,
                                "failure_threshold": 3,
                            },
                            "startup_probe": {
                                "http_get": {"path": "/health", "port": "http"},
                                "period_seconds": 5,
                                "timeout_seconds": 5,
                                "failure_threshold": 8,
                            },
                            "security_context": {
                                "allow_privilege_escalation": False,
                                "capabilities": {"drop": ["ALL"]},
                                "privileged": False,
                                "read_only_root_filesystem": True,
                                "run_as_group": 10001,
                                "run_as_non_root": True,
                                "run_as_user": 10001,
                            },
                            "volume_mounts": [{"name": "tmp", "mount_path": "/tmp"}],
                        }
                    ],
                },
            },
        },
        opts=ResourceOptions(
            provider=provider,
            parent=workload,
            delete_before_replace=True,
            depends_on=[space, quota, limits, deny, account, network],
            custom_timeouts=CustomTimeouts(create="160s", update="160s"),
        ),
    )
    Service(
        f"{name}-service",
        metadata={"name": name, "namespace": SPACE, "labels": labels},
        spec={
            "type": "ClusterIP",
            "selector": chosen,
            "ports": [
                {"name": "http", "port": 8000, "protocol": "TCP", "target_port": "http"},
                {"name": "metrics", "port": 9090, "protocol": "TCP", "target_port": "metrics"},
            ],
        },
        opts=ResourceOptions(provider=provider, parent=workload, delete_before_replace=True, depends_on=[deployment]),
    )
