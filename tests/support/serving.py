"""Workloads that serve models on every kind of GPU, from every kind of place: what must compile to sound objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DIGEST = f"sha256:{'0' * 64}"

GPUS: Mapping[str, dict[str, Any]] = {
    "none": {},
    "count": {"gpu": {"whole": {"count": 2}}},
    "product": {"gpu": {"whole": {"count": 1, "product": "NVIDIA-H100-80GB-HBM3"}, "cuda": "12.4"}},
    "least": {
        "gpu": {"whole": {"count": 1, "minMemory": "40Gi", "minComputeCapability": "8.9"}, "runtimeClass": "nvidia"}
    },
    "slice": {"gpu": {"mig": {"profile": "1g.10gb+me"}}},
    "single": {"gpu": {"mig": {"profile": "3g.40gb", "strategy": "single", "product": "NVIDIA-A100-SXM4-80GB"}}},
    "share": {"gpu": {"shared": {"by": "mps", "memory": "8Gi"}}},
    "turn": {
        "gpu": {
            "shared": {"by": "time-slicing", "renamed": False},
            "memoryFraction": {"variable": "FRACTION", "percent": 40},
        }
    },
    "amd": {"gpu": {"amd": {"count": 1}}},
    "intel": {"gpu": {"intel": {"count": 1, "driver": "i915"}}},
    "claim": {"gpu": {"claim": {"exactly": {"deviceClass": "gpu.nvidia.com", "count": 1}}}},
    "first": {
        "gpu": {
            "claim": {
                "firstAvailable": [
                    {
                        "name": "hopper",
                        "deviceClass": "gpu.nvidia.com",
                        "count": 1,
                        "selectors": ["device.attributes['gpu.nvidia.com'].architecture == 'Hopper'"],
                    },
                    {"name": "slice", "deviceClass": "mig.nvidia.com", "count": 1},
                ]
            }
        }
    },
}
"""GPUs of every kind that can be asked for."""

MODELS: Mapping[str, dict[str, Any]] = {
    "nothing": {},
    "volume": {
        "volumes": [{"name": "kept", "path": "/models", "size": "1Gi", "storageClass": "fast"}],
        "model": {"path": "/models/llama", "size": "500Mi", "volume": "kept"},
    },
    "claim": {
        "model": {"path": "/models", "size": "500Mi", "claim": {"name": "weights", "access": "ReadOnlyMany"}},
        "runtime": "python",
    },
    "image": {
        "model": {
            "path": "/models",
            "size": "500Mi",
            "warmUpSeconds": 30,
            "image": {"reference": f"registry.example.com/models/llama@{DIGEST}", "reason": "made by the model team"},
        },
        "runtime": "rust",
    },
    "nodes": {
        "model": {
            "path": "/models",
            "size": "500Mi",
            "nodeLocal": {"claim": "weights", "label": "models.example.com/llama", "value": "present"},
        },
        "autoscaling": {
            "min": 2,
            "max": 4,
            "queueDepth": {"metric": "requests_waiting", "target": 5},
            "latency": {"metric": "request_seconds", "target": 500, "source": "external", "labels": {"queue": "a"}},
        },
    },
    "preloaded": {
        "model": {"path": "/models", "size": "500Mi", "preloaded": True},
        "runtime": "node",
        "deadlines": {"progressSeconds": 900, "awaitSeconds": 7200},
        "shutdown": {"preStopSeconds": 15, "drainSeconds": 40, "graceSeconds": 90},
        "autoscaling": {"min": 2, "max": 3},
    },
}
"""Models in every place where they can be."""


def serving(gpu: str, model: str) -> dict[str, Any]:
    """A workload with GPUs and a model of these kinds, as a stack file would have it."""
    written = {
        "image": {"external": {"reference": f"registry.example.com/server@{DIGEST}", "reason": "made by the team"}},
        "profile": "model",
        "shmSize": "64Mi",
        **GPUS[gpu],
        **MODELS[model],
    }
    return written if "autoscaling" in written else {**written, "replicas": 1 if "volumes" in written else 2}


JOBS: Mapping[str, dict[str, Any]] = {
    "once": {"deadlineSeconds": 7200},
    "nightly": {"deadlineSeconds": 7200, "retries": 0, "schedule": {"cron": "0 3 * * *", "concurrency": "replace"}},
}
"""Work of every kind that comes to an end; where it keeps something, runs do not meet."""


def batch(gpu: str, model: str, job: str) -> dict[str, Any]:
    """A job with GPUs and a model of these kinds, as a stack file would have it."""
    written = serving(gpu, model)
    kept = {key: value for key, value in written.items() if key not in ("replicas", "autoscaling", "deadlines")}
    work = dict(JOBS[job])
    if "volumes" in written and "schedule" in work:
        work["schedule"] = {**work["schedule"], "concurrency": "forbid"}
    return {**kept, "port": None, "job": work}


BATCH = [(gpu, [*MODELS][index % 6], [*JOBS][(index + index // 6) % 2]) for index, gpu in enumerate(GPUS)]
"""Twelve of them: each kind of GPU, and each place of a model with both kinds of work."""

SAMPLE = [(gpu, model) for index, gpu in enumerate(GPUS) for model in [*MODELS, *MODELS][index % 6 :][:4]]
"""Forty-eight of them, in which every kind meets several of the others."""
