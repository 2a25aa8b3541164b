"""What a service keeps."""

from __future__ import annotations

import posixpath
import re
from typing import Any

from cli.compose_import import forms
from cli.compose_import.service import Service


def store(service: Service) -> None:
    """Its volumes; source of the host becomes live reload, where something watches it."""
    made: list[dict[str, Any]] = []
    for index, mount in enumerate(forms.volumes(service.raw.get("volumes"))):
        source, target = str(mount.get("source") or ""), str(mount.get("target"))
        at = f"volumes[{index}]"
        if mount.get("type") == "tmpfs":
            service.object_to(at, target, "only `/tmp` is writable memory")
        elif service.objected(at, "runtime-socket"):
            continue
        elif mount.get("type") == "bind" and mount.get("read_only"):
            _source(service, at, source, target)
        else:
            if mount.get("type") == "bind":
                service.object_to(at, f"the host's {source}", "the proposal keeps it in a volume: copy it there")
            name = posixpath.basename(target).lower().replace("_", "-").replace(".", "-").strip("-") or "data"
            own = source.removeprefix(f"{service.name}.")
            name = own if re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", own) else name
            made.append({"name": name, "path": target, "size": "1Gi"})
            if not source.startswith(f"{service.name}."):
                service.object_to(at, "a volume without a size", "1Gi is proposed: a cluster keeps to it")
    service.workload["volumes"] = made
    if made and service.workload.get("replicas"):
        service.workload["replicas"] = 1


def _source(service: Service, at: str, source: str, target: str) -> None:
    """Source of the host: what development mounts, where something watches it."""
    said = "command" if service.workload.get("command") else "args"
    command = service.workload.get(said)
    if source.startswith(".") and command and "liveReload" not in service.workload:
        service.workload["liveReload"] = {"folder": posixpath.normpath(source), "at": target, "command": command}
        service.workload[said] = []
    else:
        service.object_to(at, f"the host's {source}", "it is left out: copy it into the image, or use `liveReload`")
