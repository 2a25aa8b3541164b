"""A stack that uses everything that a stack file can say, for checks that must hold for every object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.spec.promotion import Promotions

_DIGEST = f"sha256:{'0' * 64}"

STORED: Mapping[str, str] = {
    "databasePassword": "planted",
    "registryPassword": "planted",
    "onCallUrl": "https://hooks.example.com/planted",
    "backupPassword": "planted-backup-password",
    "backupAccessKey": "planted-backup-access",
    "backupSecretKey": "planted-backup-secret",
}
"""The values of its stored secrets, by their keys."""

PROMOTIONS: Promotions = {("staging", "embedder"): _DIGEST}
"""What may be promoted into it."""

_API: dict[str, Any] = {
    "image": {
        "build": {
            "folder": "images/python-api",
            "dockerfile": "Dockerfile",
            "target": "runtime",
            "args": {"PYTHON_VERSION": "3.11"},
            "platforms": ["linux/amd64", "linux/arm64"],
            "secrets": {"database": {"secret": "database-password"}},
            "ssh": {"default": {"keys": ["/keys/ci"]}},
            "contexts": {"shared": "images/prometheus"},
            "bases": {"BASE": "python-base"},
            "tags": {"version": "1.4.2", "git": "sha"},
        }
    },
    "profile": "api",
    "version": "1.4.2",
    "port": 8000,
    "extraPorts": [{"name": "metrics", "port": 9090}],
    "autoscaling": {
        "min": 2,
        "max": 4,
        "cpuUtilisation": 60,
        "scaleDownSeconds": 120,
        "queueDepth": {"metric": "requests_waiting", "target": 5, "labels": {"queue": "api"}, "source": "external"},
        "latency": {"metric": "request_seconds", "target": 500},
    },
    "rollout": {"maxSurge": 1, "maxUnavailable": 1},
    "env": {"LOG_LEVEL": "info"},
    "configFiles": {"folder": "/etc/app", "files": {"app.yaml": "workers: 2\n"}},
    "secrets": ["database-password", "session-key"],
    "dependsOn": ["embedder"],
    "profiles": ["prod", "monitoring"],
    "publish": [{"port": 8000, "hostPort": 8080, "address": "all"}],
    "restart": "on-failure",
    "pidsLimit": 256,
    "resources": {
        "requests": {"cpu": "250m", "memory": "256Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "1Gi", "ephemeralStorage": "1Gi"},
    },
    "runtime": "python",
    "shmSize": "64Mi",
    "tmpSize": "64Mi",
    "pullSeconds": 300,
    "deadlines": {"progressSeconds": 600, "awaitSeconds": 3600},
    "priorityClass": "system-cluster-critical",
    "probes": {
        "livenessPath": "/health",
        "readinessPath": "/ready",
        "startupSeconds": 60,
        "livenessPeriodSeconds": 10,
        "readinessPeriodSeconds": 5,
        "timeoutSeconds": 2,
    },
    "shutdown": {"preStopSeconds": 5, "drainSeconds": 20, "graceSeconds": 60},
    "user": 10001,
    "group": 10002,
    "waivers": [
        {
            "rule": "max-containers",
            "reason": "is being split",
            "owner": "platform",
            "expires": "9999-12-31",
            "ticket": "API-1",
        }
    ],
    "network": {
        "allowFrom": [
            {"namespace": "ingress-nginx", "ports": [8000]},
            {"workload": "worker"},
            {"cidr": "10.20.0.0/16"},
        ],
        "allowTo": [{"workload": "embedder", "ports": [8000]}, {"cidr": "10.30.0.0/16"}],
    },
    "slo": {
        "availability": 99.95,
        "period": "30d",
        "indicator": {
            "requests": {"metric": "http_requests_total", "unless": {"handler": "/health"}},
            "errors": {"metric": "http_requests_total", "where": {"code": "5.."}},
        },
    },
}

_EMBEDDER: dict[str, Any] = {
    "image": {"promote": {"from": "staging", "name": "embedder"}},
    "profile": "model",
    "port": 8000,
    "autoscaling": {"min": 1, "max": 2, "gpuUtilisation": {"metric": "DCGM_FI_DEV_GPU_UTIL", "target": 80}},
    "gpu": {"whole": {"count": 1, "product": "NVIDIA-A100-SXM4-80GB"}, "runtimeClass": "nvidia"},
    "model": {
        "path": "/models",
        "size": "15Gi",
        "bandwidth": "500Mi",
        "warmUpSeconds": 60,
        "claim": {"name": "weights", "access": "ReadOnlyMany"},
        "gpuMemory": {
            "weights": {"parameters": "8B", "dtype": "bfloat16"},
            "kvCache": {
                "layers": 32,
                "heads": 8,
                "headSize": 128,
                "tokens": 8192,
                "batch": 16,
                "dtype": "float8",
            },
            "overhead": "2Gi",
        },
    },
}

_HOPPER = "device.attributes['gpu.nvidia.com'].architecture == 'Hopper'"
_H100: dict[str, Any] = {"deviceClass": "gpu.nvidia.com", "count": 1}
_GPUS: Mapping[str, dict[str, Any]] = {
    "least": {
        "whole": {"count": 1, "minMemory": "40Gi", "minComputeCapability": "8.9"},
        "runtimeClass": "nvidia",
        "cuda": "12.4",
        "memoryFraction": {"variable": "XLA_PYTHON_CLIENT_MEM_FRACTION", "percent": 90},
    },
    "slice": {
        "mig": {"profile": "1g.10gb", "strategy": "single", "product": "NVIDIA-A100-SXM4-80GB"},
        "runtimeClass": "nvidia",
    },
    "share": {
        "shared": {"by": "mps", "renamed": True, "product": "NVIDIA-L4", "memory": "5Gi", "shares": 4},
        "runtimeClass": "nvidia",
    },
    "amd": {"amd": {"count": 1}},
    "intel": {"intel": {"count": 1, "driver": "xe"}},
    "claimed": {"claim": {"exactly": {**_H100, "selectors": [_HOPPER]}}},
    "chosen": {
        "claim": {
            "firstAvailable": [
                {"name": "h100", **_H100, "selectors": [_HOPPER]},
                {"name": "slice", "deviceClass": "mig.nvidia.com", "count": 1},
            ]
        }
    },
}
_WITH_GPUS: dict[str, Any] = {
    name: {"image": {"promote": {"from": "staging", "name": "embedder"}}, "replicas": 1, "gpu": gpu}
    for name, gpu in _GPUS.items()
}

_MODELS: Mapping[str, dict[str, Any]] = {
    "local": {"nodeLocal": {"claim": "weights-on-nodes", "label": "models.example.com/llama", "value": "present"}},
    "mounted": {
        "image": {"reference": f"registry.example.com/models/llama@{_DIGEST}", "reason": "made by the model team"}
    },
    "preloaded": {"preloaded": True},
}
_WITH_MODELS: dict[str, Any] = {
    name: {
        "image": {"promote": {"from": "staging", "name": "embedder"}},
        "replicas": 1,
        "model": {"path": "/models", "size": "128Mi", **source},
    }
    for name, source in _MODELS.items()
}

_A100, _L4 = "NVIDIA-A100-SXM4-80GB", "NVIDIA-L4"
_NODE: dict[str, Any] = {"nodes": 2, "cpu": "32", "memory": "128Gi"}
_FLEET: dict[str, Any] = {
    "pools": {
        "cpu": {**_NODE, "labels": {"models.example.com/llama": "present"}},
        "a100": {**_NODE, "gpus": {"count": 1, "product": _A100}, "labels": {"example.com/pool": "a100"}},
        "new": {
            **_NODE,
            "labels": {"example.com/pool": "new"},
            "gpus": {
                "count": 1,
                "product": "NVIDIA-B300",
                "memory": "180Gi",
                "computeCapability": "10.0",
                "cuda": "12.9",
            },
        },
        "cut": {
            **_NODE,
            "labels": {"example.com/pool": "cut"},
            "gpus": {
                "count": 1,
                "product": _A100,
                "slices": {"profile": "1g.10gb", "each": 7, "strategy": "single"},
            },
        },
        "shared": {
            **_NODE,
            "labels": {"example.com/pool": "shared"},
            "gpus": {"count": 1, "product": _L4, "shares": {"by": "mps", "each": 4, "renamed": True}},
        },
        "amd": {**_NODE, "gpus": {"count": 1, "vendor": "amd"}},
        "intel": {**_NODE, "gpus": {"count": 1, "vendor": "intel-xe"}},
        "claims": {**_NODE, "gpus": {"count": 2, "deviceClass": "gpu.nvidia.com"}},
    }
}

_ADDONS: dict[str, Any] = {
    "until": "9999-12-31",
    "kubeletFolder": "/var/lib/kubelet",
    "devicePlugin": {
        "image": {
            "external": {
                "reference": f"registry.example.com/nvidia/k8s-device-plugin@{_DIGEST}",
                "reason": "a copy of what NVIDIA published",
            }
        },
        "runtimeClass": "nvidia",
        "featureDiscovery": True,
        "resources": {
            "requests": {"cpu": "10m", "memory": "64Mi", "ephemeralStorage": "16Mi"},
            "limits": {"cpu": "100m", "memory": "512Mi", "ephemeralStorage": "64Mi"},
        },
    },
    "profiles": {
        "image": {"build": {"folder": "images/file-keeper"}},
        "loader": {"build": {"folder": "images/profile-loader"}},
        "resources": {
            "requests": {"cpu": "10m", "memory": "16Mi", "ephemeralStorage": "16Mi"},
            "limits": {"cpu": "100m", "memory": "64Mi", "ephemeralStorage": "64Mi"},
        },
    },
    "nodeLabels": {"shared": ["gpu-node-1"], "cut": ["gpu-node-2"]},
}

_WORKER: dict[str, Any] = {
    "image": {
        "external": {
            "reference": f"docker.io/library/redis@{_DIGEST}",
            "reason": "checked by the test team",
            "signedBy": {"issuer": "https://ci.example.com", "identity": "https://ci.example.com/redis"},
        }
    },
    "profile": "vector",
    "port": None,
    "replicas": 1,
    "command": ["/worker"],
    "args": ["--queue", "default"],
    "volumes": [
        {
            "name": "data",
            "path": "/data",
            "size": "1Gi",
            "storageClass": "fast",
            "backup": True,
            "snapshots": True,
            "fromSnapshot": "volume-data-worker-0-20270131023000",
        }
    ],
    "model": {"path": "/data/models", "size": "500Mi", "volume": "data"},
    "seccompProfile": "tests/support/profiles/worker.json",
    "appArmorProfile": "tests/support/profiles/worker.apparmor",
    "probes": {"command": ["redis-cli", "ping"]},
}

_JOB: dict[str, Any] = {
    "image": {"promote": {"from": "staging", "name": "embedder"}},
    "port": None,
    "secrets": ["session-key"],
    "job": {"deadlineSeconds": 900, "retries": 1, "completions": 2, "parallelism": 2},
}
_JOBS: Mapping[str, dict[str, Any]] = {
    "migrate": {
        **_JOB,
        "job": {**_JOB["job"], "parallelism": 1, "ttlSeconds": 3600},
        "volumes": [{"name": "work", "path": "/work", "size": "1Gi", "storageClass": "fast"}],
    },
    "report": {
        **_JOB,
        "gpu": _GPUS["slice"],
        "job": {
            **_JOB["job"],
            "schedule": {
                "cron": "*/15 9-17 * * MON-FRI",
                "timeZone": "Etc/UTC",
                "concurrency": "replace",
                "startingDeadlineSeconds": 300,
                "keepSucceeded": 1,
                "keepFailed": 2,
                "suspend": True,
            },
        },
    },
}

_SERVER: dict[str, Any] = {
    "resources": {
        "requests": {"cpu": "250m", "memory": "256Mi", "ephemeralStorage": "64Mi"},
        "limits": {"cpu": "1", "memory": "1Gi", "ephemeralStorage": "1Gi"},
    },
    "storage": "2Gi",
    "allowFrom": [{"namespace": "grafana"}],
}

_MONITORING: dict[str, Any] = {
    "prometheus": {
        **_SERVER,
        "image": {"build": {"folder": "images/prometheus"}},
        "retention": "30d",
        "scrapeSeconds": 15,
    },
    "alertmanager": {
        **_SERVER,
        "image": {"build": {"folder": "images/alertmanager"}},
        "groupWaitSeconds": 10,
    },
    "receivers": {
        "on-call": {
            "webhook": "on-call-url",
            "allowTo": {"cidr": "203.0.113.10/32", "ports": [443]},
            "sendResolved": False,
        }
    },
    "routes": [{"severity": "page", "owner": "platform", "receiver": "on-call"}],
}

_BACKUP: dict[str, Any] = {
    "repository": {
        "s3": {
            "url": "https://s3.example.com/backups",
            "accessKey": "backup-access-key",
            "secretKey": "backup-secret-key",
            "allowTo": {"cidr": "203.0.113.20/32", "ports": [443]},
        }
    },
    "password": "backup-password",
    "every": "6h",
    "at": "01:15",
    "keep": {"last": 4, "daily": 14, "weekly": 8, "monthly": 24},
    "checkEvery": "14d",
    "image": {"build": {"folder": "images/backup"}},
    "resources": _SERVER["resources"],
}

_SNAPSHOTS: dict[str, Any] = {
    "className": "fast-snapshots",
    "cron": "15 1 * * *",
    "keep": 14,
    "allowTo": {"cidr": "203.0.113.30/32", "ports": [6443]},
    "image": {"build": {"folder": "images/backup"}},
    "resources": _SERVER["resources"],
}

_SUPPLY_CHAIN: dict[str, Any] = {
    "lint": {
        "failOn": ["critical", "high"],
        "ignore": [{"rule": "DL3008", "image": "api", "reason": "Debian keeps no older version"}],
    },
    "test": True,
    "scan": {
        "scanner": "trivy",
        "advisories": "advisories",
        "failOn": ["critical", "not-checked"],
        "ignoreUnfixed": True,
        "waivers": [
            {
                "advisory": "GHSA-0000",
                "package": "h11",
                "reason": "only ours reaches it",
                "owner": "platform",
                "expires": "9999-12-31",
            }
        ],
    },
    "sign": True,
    "admission": True,
    "provenance": True,
}

FULL: Mapping[str, Any] = {
    "supplyChain": _SUPPLY_CHAIN,
    "environment": {
        "tier": "prod",
        "namespace": "full",
        "owner": "platform",
        "podSecurity": "restricted",
        "profiles": ["monitoring"],
        "jobSeconds": 14400,
        "quota": {
            "requests": {"cpu": "64", "memory": "256Gi"},
            "limits": {"cpu": "128", "memory": "512Gi"},
            "pods": 50,
            "gpus": 8,
        },
    },
    "target": {"kind": "kubernetes", "context": "full", "kubeconfig": "~/.kube/config"},
    "registry": {
        "address": "registry.example.com",
        "repository": "team/full",
        "insecure": False,
        "credentials": {"username": "ci", "password": "registry-password"},
        "builder": {"name": "slipway", "caBundle": "none", "timeoutSeconds": 3600},
        "cache": {"enabled": True, "kind": "registry", "branch": "feature/login", "fallback": "main"},
        "retainImages": True,
        "retention": {"versions": 5, "days": 10, "keep": ["stable"], "rollbacks": 2},
    },
    "workloads": {"api": _API, "embedder": _EMBEDDER, "worker": _WORKER, **_WITH_GPUS, **_WITH_MODELS, **_JOBS},
    "fleet": _FLEET,
    "prices": {
        "currency": "EUR",
        "cpuHour": 0.03,
        "memoryHour": "0.004",
        "storageMonth": 0.1,
        "gpuHour": {"NVIDIA-A100-SXM4-80GB": 3.2, "NVIDIA-A100-SXM4-80GB/1g.10gb": 0.5},
    },
    "addons": _ADDONS,
    "secrets": {
        "session-key": {"generated": {"length": 48, "special": True, "rotation": 2}},
        "database-password": {"fromConfig": {"key": "databasePassword"}},
        "registry-password": {"fromConfig": {"key": "registryPassword"}},
        "on-call-url": {"fromConfig": {"key": "onCallUrl"}},
        "backup-password": {"fromConfig": {"key": "backupPassword"}},
        "backup-access-key": {"fromConfig": {"key": "backupAccessKey"}},
        "backup-secret-key": {"fromConfig": {"key": "backupSecretKey"}},
    },
    "bases": {"python-base": {"folder": "images/python-api"}},
    "monitoring": _MONITORING,
    "backup": _BACKUP,
    "snapshots": _SNAPSHOTS,
}
"""Its values, by key. Every field of the description is used in it somewhere: a test holds it to that."""
