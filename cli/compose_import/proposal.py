"""A whole Compose file as a stack file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from cli.compose_import import forms, host, network
from cli.compose_import.objection import Objection, Proposal
from cli.compose_import.service import Service
from cli.compose_import.workload import workload
from components.manifests.labels import OWNER
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
    for name, side, peer in network.allowed(services, names, forms.mapping(document.get("networks"))):
        workloads[names[name]].setdefault("network", {}).setdefault(side, []).append(peer)
    logging = host.logging(services, objections)
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
        "target": {"kind": "docker", **logging, **host.profiles(services)},
        "registry": host.registry(services),
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
