"""What a service may use."""

from __future__ import annotations

from cli.compose_import import forms
from cli.compose_import.service import Service
from components.spec import defaults


def size(service: Service) -> None:
    """Its bounds, its memory file systems, its GPUs, and how many of it there are."""
    raw, made = service.raw, service.workload
    resources = forms.mapping(forms.mapping(raw.get("deploy")).get("resources"))
    limits, reserved = forms.mapping(resources.get("limits")), forms.mapping(resources.get("reservations"))
    cpu, memory = limits.get("cpus", raw.get("cpus")), limits.get("memory", raw.get("mem_limit"))
    made["resources"] = {
        "limits": _amounts(cpu, memory),
        "requests": _amounts(reserved.get("cpus"), reserved.get("memory", raw.get("mem_reservation"))),
    }
    made["resources"] = {side: amounts for side, amounts in made["resources"].items() if amounts}
    processes = raw.get("pids_limit", limits.get("pids"))
    made["pidsLimit"] = processes if isinstance(processes, int) and processes > 0 else None
    if made["pidsLimit"] is None:
        service.object_to("pids_limit", "no limit of processes", "the profile's default holds")
    made["shmSize"] = forms.quantity(forms.mebibytes(raw.get("shm_size")))
    for device in forms.items(reserved.get("devices")):
        count = forms.mapping(device).get("count")
        made["gpu"] = {"whole": {"count": count if isinstance(count, int) else 1}}
        if not isinstance(count, int):
            service.object_to("deploy.resources.reservations.devices", f"count {count}", "state how many: here, one")
    if made["shmSize"] is None and made.get("gpu", {}).get("whole", {}).get("count", 1) > 1:
        made["shmSize"] = "64Mi"
        service.object_to("shm_size", "nothing, beside several GPUs", "Docker's own 64Mi stays; a model wants more")
    for mount in forms.items(raw.get("tmpfs")):
        path, _, options = str(mount).partition(":")
        size = next((part.removeprefix("size=") for part in options.split(",") if part.startswith("size=")), None)
        if path == "/tmp":  # noqa: S108  # the container's own
            made["tmpSize"] = forms.quantity(forms.mebibytes(size))
            made["tmpSize"] = None if made["tmpSize"] == defaults.TMP_SIZE else made["tmpSize"]
        else:
            service.object_to("tmpfs", path, "only `/tmp` is writable memory: set its folder there, or name a volume")
    replicas = forms.mapping(raw.get("deploy")).get("replicas")
    if isinstance(replicas, int) and replicas > 1:
        made["replicas"] = replicas
        service.object_to("deploy.replicas", str(replicas), "a Docker host runs one container of each; a cluster, all")


def _amounts(cpu: object, memory: object) -> dict[str, str]:
    amount = forms.quantity(forms.mebibytes(memory))
    return {**({"cpu": str(cpu)} if cpu is not None else {}), **({"memory": amount} if amount else {})}
