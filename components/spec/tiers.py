"""Fills in what depends on an environment's tier, before validation: what a person wrote always stays."""

from collections.abc import Callable, Mapping
from typing import Any, cast, get_args

from pydantic_core import PydanticCustomError

from components.spec import defaults
from components.spec.defaults import Profile, Sizes, Tier
from components.spec.values import read_cpu, read_memory
from policies.values.quantity import parse_quantity

_READ: Mapping[str, Callable[[object], str]] = {
    "cpu": read_cpu,
    "memory": read_memory,
    "ephemeralStorage": read_memory,
}


def complete(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings as written, with the tier's defaults where nothing is written. What is malformed is left alone."""
    completed = dict(values)
    tier = _word(_get(values, "environment", "tier"), get_args(Tier), "prod")
    registry = values.get("registry")
    if isinstance(registry, Mapping):
        completed["registry"] = _registry(cast("Mapping[str, Any]", registry), cast("Tier", tier))
    monitoring = values.get("monitoring")
    if isinstance(monitoring, Mapping):
        completed["monitoring"] = _monitoring(cast("Mapping[str, Any]", monitoring), cast("Tier", tier))
    backup = values.get("backup")
    if isinstance(backup, Mapping):
        given = cast("Mapping[str, Any]", backup)
        completed["backup"] = _sized(given, defaults.BACKUP_SIZES[cast("Tier", tier)])
    addons = values.get("addons")
    if isinstance(addons, Mapping):
        completed["addons"] = _addons(cast("Mapping[str, Any]", addons))
    snapshots = values.get("snapshots")
    if isinstance(snapshots, Mapping):
        completed["snapshots"] = _sized(cast("Mapping[str, Any]", snapshots), defaults.SNAPSHOT_SIZES)
    chain = values.get("supplyChain")
    if isinstance(chain, Mapping):
        completed["supplyChain"] = _supply_chain(cast("Mapping[str, Any]", chain), cast("Tier", tier))
    workloads = values.get("workloads")
    if isinstance(workloads, Mapping):
        completed["workloads"] = {
            name: _workload(cast("Mapping[str, Any]", workload), cast("Tier", tier))
            if isinstance(workload, Mapping)
            else workload
            for name, workload in cast("Mapping[str, Any]", workloads).items()
        }
    return completed


def _get(values: object, *path: str) -> object:
    for part in path:
        values = cast("Mapping[str, Any]", values).get(part) if isinstance(values, Mapping) else None
    return values


def _word(value: object, known: tuple[str, ...], otherwise: str) -> str:
    return value if isinstance(value, str) and value in known else otherwise


def _registry(written: Mapping[str, Any], tier: Tier) -> dict[str, Any]:
    completed: dict[str, Any] = {"retainImages": defaults.RETAIN_IMAGES[tier], "cache": {}, **written}
    if isinstance(completed["cache"], Mapping):
        completed["cache"] = {"enabled": defaults.REGISTRY_CACHE[tier], **completed["cache"]}
    return completed


def _monitoring(written: Mapping[str, Any], tier: Tier) -> dict[str, Any]:
    servers: Mapping[str, tuple[Sizes, dict[str, str]]] = {
        "prometheus": (
            defaults.PROMETHEUS_SIZES[tier],
            {"storage": defaults.PROMETHEUS_STORAGE[tier], "retention": defaults.RETENTION[tier]},
        ),
        "alertmanager": (defaults.ALERTMANAGER_SIZES[tier], {}),
    }
    completed = dict(written)
    for name, (sizes, others) in servers.items():
        server = written.get(name, {})
        if isinstance(server, Mapping):
            given = cast("Mapping[str, Any]", server)
            completed[name] = {**others, **_sized(given, sizes)}
    return completed


def _addons(written: Mapping[str, Any]) -> dict[str, Any]:
    agents = {name: written.get(name) for name in ("devicePlugin", "profiles")}
    given = {name: cast("Mapping[str, Any]", each) for name, each in agents.items() if isinstance(each, Mapping)}
    return {**written, **{name: _sized(each, defaults.NODE_AGENT_SIZES) for name, each in given.items()}}


def _supply_chain(written: Mapping[str, Any], tier: Tier) -> dict[str, Any]:
    scan = written.get("scan", {})
    if not isinstance(scan, Mapping):
        return dict(written)
    return {**written, "scan": {"failOn": list(defaults.FAIL_ON[tier]), **scan}}


def _workload(written: Mapping[str, Any], tier: Tier) -> dict[str, Any]:
    profile = cast("Profile", _word(written.get("profile"), get_args(Profile), "api"))
    completed = _sized(written, defaults.SIZES[tier][profile])
    completed = {"port": None, **completed} if written.get("job") is not None else _serving(completed, tier)
    if "shmSize" not in written and defaults.SHARED_MEMORY[tier][profile]:
        completed["shmSize"] = defaults.SHARED_MEMORY[tier][profile]
    return completed


def _serving(written: Mapping[str, Any], tier: Tier) -> dict[str, Any]:
    """What a job has no use for: how many there are, and what they promise."""
    completed = dict(written)
    if "replicas" not in written and not written.get("autoscaling"):
        completed["replicas"] = 1 if written.get("volumes") else defaults.REPLICAS[tier]
    if isinstance(written.get("slo", {}), Mapping):
        completed["slo"] = {"availability": defaults.AVAILABILITY[tier], **written.get("slo", {})}
    return completed


def _sized(written: Mapping[str, Any], sizes: Sizes) -> dict[str, Any]:
    completed = dict(written)
    if written.get("resources") is None or isinstance(written["resources"], Mapping):
        completed["resources"] = _resources(written.get("resources") or {}, sizes)
    return completed


def _resources(written: Mapping[str, Any], sizes: Sizes) -> dict[str, Any]:
    """Requests and limits, where one that is written pulls the other's default along: neither contradicts the other."""
    completed: dict[str, Any] = dict(written)
    for side in ("requests", "limits"):
        amounts = written.get(side)
        if amounts is not None and not isinstance(amounts, Mapping):
            continue
        other = written.get("limits" if side == "requests" else "requests")
        given = cast("Mapping[str, Any]", amounts or {})
        completed[side] = {
            **{
                name: _beside(name, default, _get(other, name), lower=side == "requests")
                for name, default in sizes[side].items()
            },
            **given,
        }
    return completed


def _beside(name: str, default: str, written: object, *, lower: bool) -> object:
    """The default, unless the other side's written value leaves no room for it."""
    try:
        amount = parse_quantity(_READ[name](written))
    except PydanticCustomError:
        return default  # nothing is written there, or nothing sensible: its own error is enough
    fits = amount >= parse_quantity(default) if lower else amount <= parse_quantity(default)
    return default if fits else written
