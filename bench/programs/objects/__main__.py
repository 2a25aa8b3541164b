"""800 plain Kubernetes objects: 400 Deployments and 400 ConfigMaps, rendered to a folder."""

import os

import pulumi
from pulumi_kubernetes import Provider
from pulumi_kubernetes.apps.v1 import Deployment
from pulumi_kubernetes.core.v1 import ConfigMap

PAIRS = 400
IMAGE = "127.0.0.1:5001/bench/app@sha256:" + "0" * 64

target = pulumi.ResourceOptions(
    provider=Provider("target", namespace="bench", render_yaml_to_directory=os.environ["BENCH_RENDERED"])
)
for number in range(PAIRS):
    name = f"app-{number}"
    labels = {"app.kubernetes.io/name": name}
    ConfigMap(name, metadata={"name": name, "labels": labels}, data={"number": str(number)}, opts=target)
    Deployment(
        name,
        metadata={"name": name, "labels": labels},
        spec={
            "replicas": 2,
            "selector": {"match_labels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "security_context": {"run_as_non_root": True, "run_as_user": 10001},
                    "containers": [
                        {
                            "name": "app",
                            "image": IMAGE,
                            "ports": [{"container_port": 8000}],
                            "resources": {
                                "limits": {"cpu": "1", "memory": "1Gi"},
                                "requests": {"cpu": "100m", "memory": "128Mi"},
                            },
                        }
                    ],
                },
            },
        },
        opts=target,
    )
