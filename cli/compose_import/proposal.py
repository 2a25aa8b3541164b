"""A whole Compose file as a stack file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from cli.compose_import import forms
from cli.compose_import.objection import Objection, Proposal
from cli.compose_import.service import Service
from cli.compose_import.workload import workload
from components.manifests.docker_network import OUTSIDE, PUBLISHED
from components.manifests.labels import OWNER
from policies.values.image import ImageReference
from toolchain.errors import ToolchainError

EVERYWHERE = "0.0.0.0/0"
_KNOWN = frozenset({"name", "version", "services", "networks", "volumes", "configs", "secrets"})


def read(file: Path) -> dict[str, Any]:
    """The plain values of a Compose file.

    Raises:
        ToolchainError: There is none, or it is none.
    """
    try:
        document: object = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ToolchainError(f"{file} cannot be read: {error}", "name a Compose file") from error
    values = forms.mapping(document)
    if not forms.mapping(values.get("services")):
        raise ToolchainError(f"{file} has no `services:`", "name a Compose file")
    return values


def propose(document: Mapping[str, Any], folder: Path) -> Proposal:
    """A stack file that means the same where it may.

    Args:
        document: the Compose file's values.
        folder: where the file is.
    """
    written = forms.mapping(document["services"])
    services = {
        name: Service(name, forms.interpolated(forms.mapping(raw)), forms.interpolated(dict(document)), folder)
        for name, raw in written.items()
    }
    names = {name: _name(name) for name in services}
    workloads = {names[name]: workload(service) for name, service in services.items()}
    objections = [
        Objection(f"services.{name}", "a name that is none on Kubernetes", f"it is called `{names[name]}`")
        for name in services
        if names[name] != name
    ]
    objections += [each for service in services.values() for each in service.objections]
    objections += _shared_volumes(services)
    for name, other in _meetings(services):
        _allow(workloads[names[name]], "allowTo", {"workload": names[other]})
        _allow(workloads[names[other]], "allowFrom", {"workload": names[name]})
    for name, service in services.items():
        if _calls_outside(service, forms.mapping(document.get("networks"))):
            _allow(workloads[names[name]], "allowTo", {"cidr": EVERYWHERE})
    logging = _logging(services, objections)
    objections += [
        Objection(key, "no part of a stack file", "it is left out")
        for key in document
        if key not in _KNOWN and key[:2] != "x-"
    ]
    secrets = dict.fromkeys(secret for each in workloads.values() for secret in each.get("secrets", ()))
    objections += [
        Objection(f"secrets.{secret}", "a value of its own", f"run `pulumi config set --secret slipway:{_key(secret)}`")
        for secret in secrets
    ]
    config: dict[str, Any] = {
        "environment": {
            "tier": "dev",
            "namespace": _name(str(document.get("name") or folder.name)),
            "owner": _owner(services),
        },
        "target": {"kind": "docker", **logging, **_profiles_of_host(services)},
        "registry": _registry(services),
        "workloads": workloads,
    }
    if secrets:
        config["secrets"] = {secret: {"fromConfig": {"key": _key(secret)}} for secret in secrets}
    return Proposal(config, tuple(objections))


def text(proposal: Proposal) -> str:
    """The stack file."""
    values = {f"slipway:{key}": value for key, value in proposal.config.items()}
    return "# Proposed from a Compose file by `slipway import compose`.\n" + yaml.safe_dump(
        {"config": values}, sort_keys=False, allow_unicode=True, width=120
    )


def _name(text: str) -> str:
    name = re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")
    return name if name[:1].isalpha() else f"stack-{name}".strip("-")


def _key(secret: str) -> str:
    first, *rest = secret.split("-")
    return first + "".join(part.capitalize() for part in rest)


def _owner(services: Mapping[str, Service]) -> str:
    found = (forms.named(service.raw.get("labels")).get(OWNER) for service in services.values())
    return str(next((owner for owner in found if owner), "platform"))


def _registry(services: Mapping[str, Service]) -> dict[str, Any]:
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


def _meetings(services: Mapping[str, Service]) -> Iterator[tuple[str, str]]:
    """Who may call whom: on a network of somebody's own name its callers meet that one, on any other all meet all."""
    for name, service in services.items():
        for other, called in services.items():
            if name == other:
                continue
            shared = _networks(service).keys() & _networks(called).keys() - {OUTSIDE, PUBLISHED}
            if any(network == other or network not in services for network in shared):
                yield name, other


def _networks(service: Service) -> dict[str, dict[str, Any]]:
    if service.raw.get("network_mode"):
        return {}
    return forms.keyed(service.raw.get("networks", ["default"]))


def _calls_outside(service: Service, networks: Mapping[str, Any]) -> bool:
    joined = _networks(service)
    return any(
        network == OUTSIDE or (network != PUBLISHED and not forms.mapping(networks.get(network)).get("internal"))
        for network in joined
    )


def _allow(described: dict[str, Any], side: str, peer: dict[str, str]) -> None:
    described.setdefault("network", {}).setdefault(side, []).append(peer)


def _shared_volumes(services: Mapping[str, Service]) -> Iterator[Objection]:
    users: dict[str, str] = {}
    for name, service in services.items():
        for mount in forms.volumes(service.raw.get("volumes")):
            source = str(mount.get("source") or "")
            if mount.get("type") != "volume" or not source:
                continue
            if source in users:
                yield Objection(
                    f"volumes.{source}",
                    f"shared by {users[source]} and {name}",
                    "each workload gets a volume of its own: let one of them serve what the other needs",
                )
            users[source] = name


def _logging(services: Mapping[str, Service], objections: list[Objection]) -> dict[str, Any]:
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
                    "maxSize": str(options.get("max-size", "100m")),
                    "maxFiles": int(options.get("max-file", 5)),
                }
            case driver:
                objections.append(Objection(f"services.{name}.logging", str(driver), "use `json-file` or `fluentd`"))
        if made and first and made != first:
            objections.append(Objection(f"services.{name}.logging", "another than before", "a host has one"))
        first = first or made
    usual = {"driver": "json-file", "maxSize": "100m", "maxFiles": 5}
    return {"logging": first} if first and first != usual else {}


def _profiles_of_host(services: Mapping[str, Service]) -> dict[str, str]:
    found: dict[str, str] = {}
    for service in services.values():
        for option in forms.items(service.raw.get("security_opt")):
            name, _, value = str(option).replace("=", ":", 1).partition(":")
            if name == "apparmor" and value != "unconfined":
                found["apparmor"] = value
            if name == "label" and value.startswith("type:"):
                found["selinuxType"] = value.removeprefix("type:")
    return found
