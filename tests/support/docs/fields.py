"""The tables of fields in the component pages, made from the models, so that no page can fall behind them."""

from __future__ import annotations

import ast
import json
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from components.spec import defaults, shape
from components.spec.addons import Addons, DevicePlugin
from components.spec.backup import Backup
from components.spec.base import Spec
from components.spec.build_cache import Cache
from components.spec.docker_host import PublishedPort
from components.spec.environment import Environment, Quota
from components.spec.fleet import Fleet, PoolGpus, Shares, Slices
from components.spec.gpu import Gpu, MigSlice, SharedGpu
from components.spec.gpu_memory import KvCache
from components.spec.image import BuildImage, ExternalImage, Image, PromoteImage
from components.spec.job import Job, Schedule
from components.spec.model import Model
from components.spec.monitoring import Monitoring, Receiver
from components.spec.prices import Prices
from components.spec.probes import Probes
from components.spec.refusal import KIND, Refusal
from components.spec.refusal import Path as SpecPath
from components.spec.registry import Builder, Registry
from components.spec.resources import Amounts, Resources
from components.spec.retention import Retention
from components.spec.scaling import Autoscaling, Signal
from components.spec.secret import GeneratedSecret, Secret
from components.spec.settings import Settings
from components.spec.slo import Slo
from components.spec.snapshots import Snapshots
from components.spec.supply_chain import Scan, SupplyChain
from components.spec.tags import Tags
from components.spec.target import DockerTarget, Fluentd, JsonFile, KubernetesTarget, RenderTarget
from components.spec.values import (
    AbsolutePath,
    Cpu,
    Duration,
    EnvName,
    LabelValue,
    Memory,
    Name,
    NamespaceName,
    PortName,
    ProjectPath,
)
from components.spec.volume import Volume
from components.spec.workload import Workload
from tests.support.docs.markdown import markdown
from tests.support.docs.pages import CHECKOUT

NAME = "<name>"
"""Stands in a path for a name of a person's choice."""

TABLES: Mapping[str, tuple[str, type[Spec], SpecPath]] = {
    "environment": ("environment.md", Environment, ("environment",)),
    "registry": ("registry.md", Registry, ("registry",)),
    "build": ("container-image.md", BuildImage, ("workloads", NAME, "image", "build")),
    "gpu": ("gpus.md", Gpu, ("workloads", NAME, "gpu")),
    "model": ("models.md", Model, ("workloads", NAME, "model")),
    "job": ("jobs.md", Job, ("workloads", NAME, "job")),
    "autoscaling": ("autoscaling.md", Autoscaling, ("workloads", NAME, "autoscaling")),
    "fleet": ("capacity.md", Fleet, ("fleet",)),
    "prices": ("cost.md", Prices, ("prices",)),
    "addons": ("addons.md", Addons, ("addons",)),
    "tags": ("tags.md", Tags, ("workloads", NAME, "image", "build", "tags")),
    "retention": ("retention.md", Retention, ("registry", "retention")),
    "image": ("verified-image.md", Image, ("workloads", NAME, "image")),
    "promote": ("verified-image.md", PromoteImage, ("workloads", NAME, "image", "promote")),
    "external": ("verified-image.md", ExternalImage, ("workloads", NAME, "image", "external")),
    "workload": ("workload.md", Workload, ("workloads", NAME)),
    "secret": ("secret-files.md", Secret, ("secrets", NAME)),
    "monitoring": ("monitoring.md", Monitoring, ("monitoring",)),
    "backup": ("backups.md", Backup, ("backup",)),
    "snapshots": ("snapshots.md", Snapshots, ("snapshots",)),
    "supply chain": ("supply-chain.md", SupplyChain, ("supplyChain",)),
    "slo": ("monitoring.md", Slo, ("workloads", NAME, "slo")),
    "render": ("render-target.md", RenderTarget, ("target",)),
    "kubernetes": ("render-target.md", KubernetesTarget, ("target",)),
    "docker": ("docker-target.md", DockerTarget, ("target",)),
    "json file": ("docker-target.md", JsonFile, ("target", "logging")),
    "fluentd": ("docker-target.md", Fluentd, ("target", "logging")),
    "settings": ("stack-files.md", Settings, ()),
}
"""Name of a table → the page that it is in, the model it shows, and where that stands in a stack file."""

VALUES: Mapping[str, Any] = {
    "name": Name,
    "namespace": NamespaceName,
    "port name": PortName,
    "label": LabelValue,
    "variable": EnvName,
    "project path": ProjectPath,
    "absolute path": AbsolutePath,
    "cores": Cpu,
    "memory": Memory,
    "duration": Duration,
}
"""The kinds of values that many fields take, by the short name that tables use."""

VALUES_SECTION = "stack-files.md#values"

PAGE_OF: Mapping[type[Spec], str] = {model: page for page, model, _ in TABLES.values()}
"""Models with a table of their own: other tables link there."""

AMOUNTS = tuple((side, name) for side in ("requests", "limits") for name in ("cpu", "memory", "ephemeralStorage"))
"""The columns of the table of sizes."""

UNITS = (
    ("Seconds", "seconds"),
    ("pidsLimit", "processes"),
    ("headSize", "numbers"),
    ("size", "bytes"),
    ("maxFiles", "files"),
    ("cpu", "cores"),
    ("memory", "bytes"),
    ("storage", "bytes"),
    ("ephemeralStorage", "bytes"),
    ("Size", "bytes"),
    ("Memory", "bytes"),
    ("Utilisation", "percent"),
    ("length", "characters"),
    ("versions", "images"),
    ("days", "days"),
    ("rollbacks", "promotions"),
    ("keep", "snapshots"),
    ("last", "snapshots"),
    ("daily", "snapshots"),
    ("weekly", "snapshots"),
    ("monthly", "snapshots"),
    ("pods", "pods"),
    ("replicas", "pods"),
    ("min", "pods"),
    ("fallbackReplicas", "pods"),
    ("nodes", "nodes"),
    ("percent", "percent"),
    ("bandwidth", "bytes each second"),
    ("tokens", "tokens"),
    ("batch", "requests"),
    ("overhead", "bytes"),
    ("stated", "bytes"),
    ("layers", "layers"),
    ("heads", "heads"),
    ("shares", "shares"),
    ("each", "of each GPU"),
    ("max", "pods"),
    ("maxSurge", "pods"),
    ("maxUnavailable", "pods"),
    ("gpus", "GPUs"),
    ("count", "GPUs"),
    ("retries", "retries"),
    ("completions", "pods"),
    ("parallelism", "pods"),
    ("keepSucceeded", "runs"),
    ("keepFailed", "runs"),
    ("cpuHour", "money for a core and an hour"),
    ("memoryHour", "money for a GiB and an hour"),
    ("storageMonth", "money for a GiB and a month"),
    ("gpuHour", "money for one and an hour"),
)
"""How the name of a field ends, and the unit of its number."""

WITHOUT_UNIT = frozenset({"target", "port", "hostPort", "ports", "user", "group", "rotation"})
"""Numbers that count nothing."""

REASONS: Mapping[tuple[type[Spec], str], str] = {
    (BuildImage, "dockerfile"): "Docker's own default.",
    (Quota, "gpus"): "Stated in the quota, so that nobody takes a GPU by accident.",
    (MigSlice, "strategy"): "Each profile has a name of its own: a pod can land on nothing else.",
    (SharedGpu, "renamed"): "A share that calls itself a GPU is taken for one.",
    (Builder, "ca_bundle"): "A build then works wherever the machine itself does.",
    (Builder, "timeout_seconds"): "Two hours: the largest image takes half an hour on two cores, without a cache.",
    (Cache, "kind"): "Whoever pushes may write there already.",
    (Cache, "branch"): "One cache for all, until branches want their own.",
    (Cache, "fallback"): "Branches begin from it.",
    (GeneratedSecret, "special"): "Letters and digits survive every shell, URL and configuration file.",
    (GeneratedSecret, "rotation"): "The first password.",
    (Receiver, "send_resolved"): "Who was told of a beginning waits for the end.",
    (Registry, "repository"): "The project's name: its images stay together.",
    (Registry, "insecure"): "Without a certificate anybody on the way can exchange an image's manifest.",
    (SupplyChain, "test"): "What does not start is better seen before its pods are replaced.",
    (SupplyChain, "sign"): "A digest says what an image is, a signature who made it.",
    (SupplyChain, "admission"): "Only a cluster with such a controller reads it.",
    (SupplyChain, "provenance"): "Costs a second, and answers where an image came from when somebody has to know.",
    (Scan, "scanner"): "Needs no program and no network, and says what it does not cover.",
    (Scan, "advisories"): "Beside the stack files, so that a scan needs no network.",
    (Scan, "ignore_unfixed"): "A hole without a patch is a hole.",
    (PublishedPort, "address"): "What is not asked for is not reached from other machines.",
    (Job, "completions"): "Most work is one pod's.",
    (Job, "parallelism"): "One pod at a time works everywhere.",
    (Schedule, "suspend"): "What is described is meant to run.",
    (JsonFile, "driver"): "`docker logs` reads it, and nothing else has to run.",
    (Volume, "backup"): "What is saved where is decided by whom the data belongs to.",
    (DevicePlugin, "feature_discovery"): "Half of it is another program, which a cluster may not run.",
    (Volume, "snapshots"): "As for `backup`; and not every storage can.",
    (PoolGpus, "vendor"): "Most GPUs that serve models are NVIDIA's.",
    (Slices, "strategy"): "As for `gpu.mig.strategy`.",
    (Shares, "renamed"): "As for `gpu.shared.renamed`.",
    (KvCache, "dtype"): "What most servers keep it in, unless they are told otherwise.",
    (Model, "warm_up_seconds"): "Servers that compile nothing answer at once.",
    (Signal, "source"): "Most servers count their own requests.",
    (Workload, "profile"): "Most services are plain APIs; the other two need sizes of their own.",
}
"""Why a default is what it is, where neither `components.spec.defaults` nor the field's own description says so."""

BY_PROFILE = frozenset({(Workload, "shm_size"), (Probes, "startup_seconds")})
"""Fields that get their default from the workload's profile."""


@dataclass(frozen=True)
class Row:
    """One field of a table, its texts in Markdown."""

    model: type[Spec]
    field: str
    path: str
    allowed: str
    unit: str
    default: str
    meaning: str
    reason: str

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the table."""
        return (f"`{self.path}`", self.allowed, self.unit, self.default, self.meaning, self.reason)


def fields(name: str) -> str:
    """A table of fields, by its name in `TABLES`."""
    head = ("field", "what may stand there", "unit", "default", "what it is", "why this default")
    return markdown(head, [row.cells for row in table(name)])


def table(name: str) -> list[Row]:
    """The rows of a table, by its name in `TABLES`."""
    _, model, path = TABLES[name]
    return list(_rows(model, path, ""))


@cache
def values() -> Mapping[str, str]:
    """What errors say of a kind of value → the short name that tables use for it."""
    return {words: name for name, kind in VALUES.items() if (words := _refused_words(kind, ""))}


def kinds() -> str:
    """The kinds of values, in the words of the errors."""
    return markdown(("value", "what it is"), [(name, words) for words, name in values().items()])


def sizes() -> str:
    """The defaults that depend on tier and profile."""
    rows: list[tuple[str, ...]] = []
    for tier, profiles in defaults.SIZES.items():
        for profile, amounts in profiles.items():
            amounts_in_order = [amounts[side][name] for side, name in AMOUNTS]
            shared = defaults.SHARED_MEMORY[tier][profile]
            texts = [tier, profile, *amounts_in_order, shared or "left out", str(defaults.STARTUP[profile])]
            rows.append(tuple(text if text == "left out" else f"`{text}`" for text in texts))
    head = ("tier", "profile", *(f"{side}.{name}" for side, name in AMOUNTS), "shmSize", "probes.startupSeconds")
    return markdown(head, rows)


def monitoring_sizes() -> str:
    """The sizes of what monitoring runs, by tier."""
    return _sizes("server", {"prometheus": defaults.PROMETHEUS_SIZES, "alertmanager": defaults.ALERTMANAGER_SIZES})


def backup_sizes() -> str:
    """The sizes of what saves one workload, by tier."""
    return _sizes("container", {"backup": defaults.BACKUP_SIZES})


def addons_sizes() -> str:
    """The sizes of each container of an add-on, the same in every tier."""
    return _sizes("container", {"each": dict.fromkeys(get_args(defaults.Tier), defaults.NODE_AGENT_SIZES)})


def snapshots_sizes() -> str:
    """The sizes of what takes snapshots, the same in every tier."""
    return _sizes("container", {"snapshots": dict.fromkeys(get_args(defaults.Tier), defaults.SNAPSHOT_SIZES)})


def _sizes(noun: str, tables: Mapping[str, Mapping[defaults.Tier, defaults.Sizes]]) -> str:
    rows = [
        tuple(f"`{text}`" for text in (name, tier, *sizes["requests"].values(), *sizes["limits"].values()))
        for name, tiers in tables.items()
        for tier, sizes in tiers.items()
    ]
    amounts = [f"{side}.{name}" for side in ("requests", "limits") for name in ("cpu", "memory", "ephemeralStorage")]
    return markdown((noun, "tier", *amounts), rows)


def _rows(model: type[Spec], path: SpecPath, prefix: str) -> Iterator[Row]:
    for field, info in model.model_fields.items():
        alias = info.alias or field
        nested = models_in(info.annotation)
        below = (*path, alias, *_steps(info.annotation))
        label = f"{prefix}{alias}"
        constant = _constants(model).get(field)
        yield Row(
            model,
            field,
            label,
            _allowed(info, nested, below),
            _unit(alias, info, nested),
            _default(model, field, info, constant),
            _words(info.description or ""),
            _reason(model, field, constant),
        )
        if len(nested) == 1 and nested[0] not in PAGE_OF:
            yield from _rows(nested[0], below, f"{label}{_joint(info.annotation)}.")


def models_in(annotation: object) -> list[type[Spec]]:
    """The models of the specification that an annotation names."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias) and issubclass(annotation, Spec):
        return [annotation]
    return [model for argument in get_args(annotation) for model in models_in(argument)]


def _plain(annotation: object) -> object:
    """The annotation without `Annotated` and without `| None`."""
    if get_origin(annotation) is Annotated:
        return _plain(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        kept = [argument for argument in get_args(annotation) if argument is not type(None)]
        return _plain(kept[0]) if len(kept) == 1 else annotation
    return annotation


def _steps(annotation: object) -> SpecPath:
    origin = get_origin(_plain(annotation))
    return (0,) if origin is tuple else (NAME,) if origin is not None and _is_mapping(origin) else ()


def _is_mapping(origin: object) -> bool:
    """Whether a generic's origin is a mapping."""
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _joint(annotation: object) -> str:
    steps = _steps(annotation)
    return "" if not steps else "[]" if steps == (0,) else f".{NAME}"


def _allowed(info: FieldInfo, nested: list[type[Spec]], below: SpecPath) -> str:
    steps = _steps(info.annotation)
    if nested:
        page = PAGE_OF.get(nested[0])
        what = f"[block]({page})" if page else "block"
        return f"a list of {what}s" if steps == (0,) else f"names, each with a {what}" if steps else f"a {what}"
    if steps == (NAME,):
        return "names and values"
    if get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1:
        leaf = f"`{get_args(info.annotation)[0]}`"
    else:
        leaf = _leaf(info, steps) or shape.allowed_at(below)
    return f"a list: {leaf}" if steps else leaf


def _leaf(info: FieldInfo, steps: SpecPath) -> str | None:
    annotation: Any = info.annotation
    for mark in info.metadata:
        annotation = Annotated[annotation, mark]
    words = _refused_words(annotation, [""] if steps else "")
    return f"[{values()[words]}]({VALUES_SECTION})" if words and words in values() else words


def _refused_words(annotation: Any, impossible: object) -> str | None:
    """What a kind of value says is allowed; asked with an empty text, which none of them takes."""
    try:
        TypeAdapter[Any](annotation).validate_python(impossible)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            if found["type"] == KIND:
                refusals = cast("tuple[Refusal, ...]", found.get("ctx", {})["refusals"])
                return refusals[0].allowed
    return None


def _unit(alias: str, info: FieldInfo, nested: list[type[Spec]]) -> str:
    if nested or alias in WITHOUT_UNIT or _steps(info.annotation):
        return ""
    return next((unit for ending, unit in UNITS if alias.endswith(ending)), "")


def _default(model: type[Spec], field: str, info: FieldInfo, constant: str | None) -> str:
    if model in (Resources, Amounts) or (model, field) in BY_PROFILE or (constant or "").endswith("SIZES"):
        return "[see sizes](#sizes)"
    if info.is_required():
        return "required"
    value: Any = getattr(defaults, constant) if constant else info.default
    if isinstance(value, Mapping) and value:
        return _by_tier(cast("Mapping[str, object]", value))
    if isinstance(value, Spec):
        return "its own defaults"
    return "left out" if value is None else "none" if value in ((), {}) else _literal(value)


def _by_tier(values: Mapping[str, object]) -> str:
    groups: dict[str, list[str]] = {}
    for tier, value in values.items():
        groups.setdefault(_literal(value), []).append(f"`{tier}`")
    return ", ".join(f"{value} in {' and '.join(tiers)}" for value, tiers in groups.items())


def _literal(value: Any) -> str:
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"


def _reason(model: type[Spec], field: str, constant: str | None) -> str:
    return REASONS.get((model, field)) or (_documented().get(constant, "") if constant else "")


def _words(text: str) -> str:
    return " ".join(text.split())


@cache
def _documented() -> Mapping[str, str]:
    """The docstring of every constant of `components.spec.defaults`."""
    tree = ast.parse((CHECKOUT / "components" / "spec" / "defaults.py").read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for statement, after in zip(tree.body, tree.body[1:], strict=False):
        target = statement.target if isinstance(statement, ast.AnnAssign) else None
        text = after.value if isinstance(after, ast.Expr) else None
        if isinstance(target, ast.Name) and isinstance(text, ast.Constant) and isinstance(text.value, str):
            found[target.id] = _words(text.value)
    return found


@cache
def _constants(model: type[Spec]) -> Mapping[str, str]:
    """Field → the constant of `components.spec.defaults` that its default is taken from, read from the source."""
    tree = ast.parse((CHECKOUT / f"{model.__module__.replace('.', '/')}.py").read_text(encoding="utf-8"))
    (definition,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == model.__name__]
    fields = [node for node in definition.body if isinstance(node, ast.AnnAssign) and node.value is not None]
    return {
        node.target.id: name.attr
        for node in fields
        if isinstance(node.target, ast.Name) and node.value is not None
        for name in ast.walk(node.value)
        if isinstance(name, ast.Attribute) and isinstance(name.value, ast.Name) and name.value.id == "defaults"
    }
