"""Components declared with what they need, to begin from."""

from typing import Any

import pulumi

from components.environment import Environment
from components.registry import Registry
from components.secret_files import SecretFiles
from components.spec.secret import Secret
from components.verified_image import VerifiedImage
from components.workload import Workload
from tests.unit.components import given
from tests.unit.components.recorder import DIGEST


def a_registry(
    *,
    password: pulumi.Input[str] | None = None,
    ca_bundle: str | None = None,
    pins: dict[str, str] | None = None,
    **fields: Any,
) -> Registry:
    return Registry("registry", given.registry(**fields), password, ca_bundle, pins)


def an_environment(registry: Registry | None = None, **fields: Any) -> Environment:
    return Environment("environment", given.environment(**fields), registry or a_registry())


def secret_files(stored: dict[str, pulumi.Input[str]] | None = None, **secrets: dict[str, Any]) -> SecretFiles:
    spec: dict[str, Secret] = {name: given.secret(**fields) for name, fields in secrets.items()}
    return SecretFiles("secrets", spec, an_environment(), stored or {})


def an_image() -> VerifiedImage:
    return VerifiedImage("api", "build", f"registry.example.com/slipway/api@{DIGEST}", {"folder": "images/api"})


def a_workload(**fields: Any) -> Workload:
    where = an_environment()
    return Workload("api", given.workload(**fields), where, an_image(), SecretFiles("secrets", {}, where, {}))
