"""A service of a Compose file as the container that it would be on a Docker host: what the guardrails are asked of."""

from __future__ import annotations

from typing import Any

from cli.compose_import import forms
from cli.compose_import.service import Service
from policies.plain import UNKNOWN, Path, Unknown

_PLACES = {
    "readOnly": "read_only",
    "securityOpts": "security_opt",
    "networkMode": "network_mode",
    "pidMode": "pid",
    "ipcMode": "ipc",
    "entrypoints": "entrypoint",
    "hosts": "extra_hosts",
    "cpus": "deploy.resources.limits.cpus",
    "memory": "deploy.resources.limits.memory",
}
"""What Compose calls a field of a container, where it calls it otherwise."""


def container(service: Service) -> dict[str, object]:
    """The inputs of the `docker.Container`; what a variable decides, and what is built first, is not known."""
    raw = service.raw
    limits = forms.mapping(forms.mapping(forms.mapping(raw.get("deploy")).get("resources")).get("limits"))
    memory = limits.get("memory", raw.get("mem_limit"))
    return {
        "name": service.name,
        "image": UNKNOWN if raw.get("build") is not None or "image" not in raw else _known(raw["image"]),
        "user": _text(raw.get("user")),
        "readOnly": _known(raw.get("read_only")),
        "privileged": _known(raw.get("privileged")),
        "capabilities": {"adds": forms.items(raw.get("cap_add")), "drops": forms.items(raw.get("cap_drop"))},
        "securityOpts": [_known(each) for each in forms.items(raw.get("security_opt"))],
        "networkMode": _known(raw.get("network_mode")),
        "pidMode": _known(raw.get("pid")),
        "ipcMode": _known(raw.get("ipc")),
        "sysctls": forms.named(raw.get("sysctls")),
        "groupAdds": [str(each) for each in forms.items(raw.get("group_add"))],
        "memory": UNKNOWN if _known(memory) is UNKNOWN else forms.mebibytes(memory),
        "cpus": _text(limits.get("cpus", raw.get("cpus"))),
        "envs": [f"{name}={forms.plain(value)}" for name, value in forms.pairs(raw.get("environment"))] or None,
        "entrypoints": forms.words(raw.get("entrypoint")) or None,
        "command": forms.words(raw.get("command")) or None,
        "ports": [{"internal": each["target"]} for each in forms.ports(raw.get("ports"))] or None,
        "healthcheck": _healthcheck(raw.get("healthcheck")),
        "restart": _text(raw.get("restart")),
        "tty": raw.get("tty"),
        "stdinOpen": raw.get("stdin_open"),
        "hosts": forms.items(raw.get("extra_hosts")) or None,
        "volumes": [_volume(each) for each in forms.volumes(raw.get("volumes"))],
        "devices": [{"hostPath": str(each).partition(":")[0]} for each in forms.items(raw.get("devices"))],
    }


def place(service: Service, path: Path) -> str:
    """Where a field of the container stands in the service."""
    field, *rest = path
    if field == "capabilities":
        return f"cap_add[{rest[1]}]" if rest[:1] == ["adds"] else "cap_drop"
    if field == "envs":
        pairs = list(forms.pairs(service.raw.get("environment")))
        return f"environment.{pairs[int(rest[0])][0]}" if rest else "environment"
    return _PLACES.get(str(field), str(field)) + "".join(f"[{step}]" for step in rest if isinstance(step, int))


def _known(value: object) -> object:
    return UNKNOWN if isinstance(value, str) and forms.variables(value) else value


def _text(value: object) -> str | Unknown | None:
    if value is None:
        return None
    return UNKNOWN if _known(value) is UNKNOWN else str(value)


def _healthcheck(value: object) -> dict[str, Any] | None:
    check = forms.mapping(value)
    off = check.get("disable") or forms.items(check.get("test"))[:1] == ["NONE"]
    return None if off else check or None


def _volume(mount: dict[str, Any]) -> dict[str, object]:
    if mount.get("type") != "bind":
        return {"volumeName": mount.get("source")}
    return {"hostPath": _known(str(mount.get("source"))), "readOnly": bool(mount.get("read_only"))}
