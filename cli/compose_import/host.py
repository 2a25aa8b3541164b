"""What a Compose file says of its host, in one service or another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.compose_import import forms
from cli.compose_import.objection import Objection
from cli.compose_import.service import Service
from components.spec import defaults
from policies.values.image import ImageReference


def registry(services: Mapping[str, Service]) -> dict[str, Any]:
    """The registry that built images are named in, or the one of this machine."""
    for service in services.values():
        image = str(service.raw.get("image") or "")
        if service.raw.get("build") is None and "the digest that" not in image:
            continue
        try:
            reference = ImageReference.parse(image.partition("@")[0])
        except ValueError:
            continue
        repository = reference.repository.rpartition("/")[0]
        if "/" in image and reference.registry and repository:
            insecure = {"insecure": True} if reference.registry.startswith(("127.0.0.1", "localhost")) else {}
            return {"address": reference.registry, "repository": repository, **insecure}
    return {"address": "127.0.0.1:5001", "insecure": True}


def logging(services: Mapping[str, Service], objections: list[Objection]) -> dict[str, Any]:
    """The target's logging: that of the first service which says something."""
    found = {
        name: forms.mapping(service.raw["logging"]) for name, service in services.items() if "logging" in service.raw
    }
    first: dict[str, Any] | None = None
    for name, said in found.items():
        options = forms.mapping(said.get("options"))
        made: dict[str, Any] | None = None
        match said.get("driver"):
            case "fluentd":
                made = {"driver": "fluentd", "address": str(options.get("fluentd-address", "localhost:24224"))}
            case "json-file":
                made = {
                    "driver": "json-file",
                    "maxSize": str(options.get("max-size", defaults.LOG_SIZE)),
                    "maxFiles": int(options.get("max-file", defaults.LOG_FILES)),
                }
            case driver:
                objections.append(Objection(f"services.{name}.logging", str(driver), "use `json-file` or `fluentd`"))
        if made and first and made != first:
            objections.append(Objection(f"services.{name}.logging", "another than before", "a host has one"))
        first = first or made
    usual = {"driver": "json-file", "maxSize": defaults.LOG_SIZE, "maxFiles": defaults.LOG_FILES}
    return {"logging": first} if first and first != usual else {}


def profiles(services: Mapping[str, Service]) -> dict[str, str]:
    """The target's AppArmor profile and SELinux type, where a service names some."""
    found: dict[str, str] = {}
    for service in services.values():
        for option in forms.items(service.raw.get("security_opt")):
            name, _, value = str(option).replace("=", ":", 1).partition(":")
            if name == "apparmor" and value != "unconfined":
                found["apparmor"] = value
            if name == "label" and value.startswith("type:"):
                found["selinuxType"] = value.removeprefix("type:")
    return found
