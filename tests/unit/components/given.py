"""Small well-formed specifications to begin from."""

from typing import Any

from components.spec.environment import Environment
from components.spec.registry import Registry
from components.spec.secret import Secret
from components.spec.settings import Settings
from components.spec.workload import Workload

BUILD = {"build": {"folder": "images/python-api"}}
QUOTA = {"requests": {"cpu": "8", "memory": "16Gi"}, "limits": {"cpu": "16", "memory": "32Gi"}, "pods": 20}


def environment(**fields: Any) -> Environment:
    return Environment.model_validate({"tier": "dev", "namespace": "demo", "owner": "platform", **fields})


def registry(**fields: Any) -> Registry:
    return Registry.model_validate({"address": "registry.example.com", **fields})


def workload(**fields: Any) -> Workload:
    return Workload.model_validate({"image": BUILD, **fields})


def secret(**fields: Any) -> Secret:
    return Secret.model_validate(fields)


def settings(**fields: Any) -> Settings:
    return Settings.model_validate(written(**fields))


def written(**fields: Any) -> dict[str, Any]:
    """Settings as a stack file would hold them."""
    return {
        "environment": {"tier": "dev", "namespace": "demo", "owner": "platform"},
        "target": {"kind": "render", "folder": ".rendered/demo"},
        "registry": {"address": "registry.example.com"},
        "workloads": {"api": {"image": BUILD}},
        **fields,
    }
