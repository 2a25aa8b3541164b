"""From a stack's configuration to settings: overrides, defaults, validation, and where each value came from."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, Literal, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from components.spec import checks, place, telling, tiers
from components.spec.addons import Addons
from components.spec.backup import Backup
from components.spec.base import Spec
from components.spec.document import ENCRYPTED, Document, read_file
from components.spec.environment import Environment
from components.spec.fleet import Fleet
from components.spec.image import BuildImage
from components.spec.monitoring import Monitoring
from components.spec.overrides import Overridden, apply_overrides
from components.spec.problem import HIDDEN, NAMESPACE, Problem, SpecError, listed, path_text, suggestion
from components.spec.refusal import Path, Refusal
from components.spec.registry import Registry
from components.spec.secrecy import secret_value
from components.spec.secret import Secret
from components.spec.settings import Settings
from components.spec.snapshots import Snapshots
from components.spec.target import DockerTarget, KubernetesTarget, RenderTarget, Target
from components.spec.workload import Workload

M = TypeVar("M", bound=Spec)
V = TypeVar("V")

KEYS = (
    "environment",
    "target",
    "registry",
    "workloads",
    "secrets",
    "bases",
    "fleet",
    "prices",
    "addons",
    "monitoring",
    "backup",
    "snapshots",
    "supplyChain",
)
"""The keys that describe an environment; every other `slipway:` key is a secret's."""


@dataclass(frozen=True)
class Origin:
    """Where a value came from.

    Attributes:
        kind: a default of slipway, the stack file, or an environment variable.
        place: the tier whose default it is, the file, or the variable.
        line: the line of the file, if known.
    """

    kind: Literal["default", "file", "variable"]
    place: str
    line: int | None = None

    def __str__(self) -> str:
        if self.kind == "default":
            return f"default of {self.place}"
        return self.place if self.line is None else f"{self.place}:{self.line}"


@dataclass(frozen=True)
class Loaded:
    """Settings, and where each of their values came from.

    Attributes:
        settings: the validated settings.
        document: what the stack file said.
        overridden: what environment variables made of it.
    """

    settings: Settings
    document: Document
    overridden: Overridden

    @cached_property
    def origins(self) -> Mapping[Path, Origin]:
        """The origin of every plain value, by its path."""
        return dict(_origins(self.settings, self.document, self.overridden))


def load_file(file: FilePath, environ: Mapping[str, str]) -> Loaded:
    """Loads the settings of a stack file, with the overrides that `environ` holds.

    Raises:
        SpecError: with everything that is wrong.
    """
    return load(read_file(file), environ)


def load(document: Document, environ: Mapping[str, str]) -> Loaded:
    """Loads settings from a configuration that was read already.

    Raises:
        SpecError: with everything that is wrong.
    """
    written = {key: value for key, value in document.values.items() if key in KEYS}
    overridden = apply_overrides(written, environ)
    completed = tiers.complete(overridden.values)
    refusals = [*_encrypted(completed), *_other_keys(document.values)]
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(completed, by_alias=True, by_name=False)
    except ValidationError as error:
        told = {refusal.at for refusal in refusals} | {(key,) for key in _meant(document.values)}
        refusals += (refusal for refusal in _all_refusals(error, completed) if refusal.at not in told)
    refusals += _stored_secrets(completed.get("secrets"), document.values)
    problems = [*overridden.problems, *(_problem(refusal, document, overridden) for refusal in refusals)]
    if problems or settings is None:
        raise SpecError(problems)
    return Loaded(settings, document, overridden)


def _encrypted(values: object) -> Iterator[Refusal]:
    """Encrypted values inside the description: it has to be readable without a passphrase."""
    for path, value in place.leaves(values):
        if value is ENCRYPTED:
            yield Refusal(
                at=path,
                found="an encrypted value",
                allowed="plain settings; a secret has a key of its own",
                mend="store it with `pulumi config set --secret slipway:<key>`, and name that key with `fromConfig`",
            )


def _other_keys(values: Mapping[str, Any]) -> Iterator[Refusal]:
    wanted = _stored_keys(values.get("secrets")).values()
    for key, value in values.items():
        if key in KEYS or value is ENCRYPTED or key in wanted:
            continue
        close = suggestion(key, KEYS)
        yield Refusal(
            at=(key,),
            found=f"an unknown key `{NAMESPACE}:{key}`",
            allowed=f"{listed((f'{NAMESPACE}:{known}' for known in KEYS), 'and')}, and encrypted values",
            mend=f"did you mean `{NAMESPACE}:{close}`?" if close else "remove it, or set it with `--secret`",
        )


def _meant(values: Mapping[str, Any]) -> Iterator[str]:
    """The keys that misspelled ones stand for: they are not missing, too."""
    for key, value in values.items():
        if key not in KEYS and value is not ENCRYPTED and (close := suggestion(key, KEYS)) and close not in values:
            yield close


def _stored_keys(secrets: object) -> dict[str, str]:
    """The configuration key of each secret that has one, as far as it is well-formed."""
    keys: dict[str, str] = {}
    for name, secret in _entries(secrets):
        stored = cast("Mapping[str, Any]", secret).get("fromConfig") if isinstance(secret, Mapping) else None
        key = cast("Mapping[str, Any]", stored).get("key") if isinstance(stored, Mapping) else None
        if isinstance(key, str):
            keys[name] = key
    return keys


def _stored_secrets(secrets: object, values: Mapping[str, Any]) -> Iterator[Refusal]:
    for name, key in _stored_keys(secrets).items():
        if values.get(key) is ENCRYPTED:
            continue
        command = f"`pulumi config set --secret {NAMESPACE}:{key}`"
        if key in values:
            yield Refusal(
                at=(key,),
                found="a secret in plain text (not shown)",
                allowed="an encrypted value",
                mend=f"run {command}, and change the secret where it is used: the old one has been on disk",
            )
        else:
            yield Refusal(
                at=("secrets", name, "fromConfig", "key"),
                found=f"`{key}`, which the stack does not hold" if not secret_value(key) else HIDDEN,
                allowed=f"the key of an encrypted value under `{NAMESPACE}:`",
                mend=f"run {command}",
            )


def _all_refusals(error: ValidationError, values: Mapping[str, Any]) -> Iterator[Refusal]:
    """What pydantic found, and what its last check would have found in the parts that are well-formed."""
    errors = error.errors(include_url=False)
    broken = {tuple(found["loc"][:2]) for found in errors} | {tuple(found["loc"][:1]) for found in errors}
    for found in errors:
        yield from telling.refusals_of(found, values)
    if () in broken:  # the last check ran: the parts are well-formed, and do not fit together
        return
    yield from checks.cross_checks(_sound_parts(values, broken))


def _sound_parts(values: Mapping[str, Any], broken: Collection[Path]) -> checks.Parts:
    workloads, secrets = dict(_entries(values.get("workloads"))), dict(_entries(values.get("secrets")))
    bases = dict(_entries(values.get("bases")))
    return checks.Parts(
        None if ("environment",) in broken else _sound(Environment, values.get("environment")),
        None if ("target",) in broken else _target(values.get("target")),
        None if ("registry",) in broken else _sound(Registry, values.get("registry")),
        {name: _sound(Workload, workload) for name, workload in workloads.items() if ("workloads", name) not in broken},
        workloads,
        {name: None if ("secrets", name) in broken else _sound(Secret, secret) for name, secret in secrets.items()},
        None if ("monitoring",) in broken or not values.get("monitoring") else _sound(Monitoring, values["monitoring"]),
        {name: None if ("bases", name) in broken else _sound(BuildImage, base) for name, base in bases.items()},
        None if ("backup",) in broken or not values.get("backup") else _sound(Backup, values["backup"]),
        saves=bool(values.get("backup")),
        fleet=None if ("fleet",) in broken or not values.get("fleet") else _sound(Fleet, values["fleet"]),
        snapshots=None
        if ("snapshots",) in broken or not values.get("snapshots")
        else _sound(Snapshots, values["snapshots"]),
        takes=bool(values.get("snapshots")),
        addons=None if ("addons",) in broken or not values.get("addons") else _sound(Addons, values["addons"]),
        adds=bool(values.get("addons")),
        verifies=values.get("supplyChain") is not None,
    )


def _sound(model: type[M], value: object) -> M:
    return model.model_validate(value, by_alias=True, by_name=False)


def _target(value: object) -> RenderTarget | KubernetesTarget | DockerTarget:
    return TypeAdapter[RenderTarget | KubernetesTarget | DockerTarget](Target).validate_python(
        value, by_alias=True, by_name=False
    )


def _entries(value: object) -> Iterable[tuple[str, Any]]:
    return cast("Mapping[str, Any]", value).items() if isinstance(value, Mapping) else ()


def _problem(refusal: Refusal, document: Document, overridden: Overridden) -> Problem:
    variable = _nearest(refusal.at, overridden.variables)
    text = path_text(refusal.at)
    found = refusal.found or "nothing"
    if variable is not None:
        return Problem(variable, text, found, refusal.allowed, refusal.mend)
    line = _nearest(refusal.at, document.lines)
    return Problem(document.file, text, found, refusal.allowed, refusal.mend, line)


def _nearest(path: Path, known: Mapping[Path, V]) -> V | None:
    """What is known of a path, or of the closest one above it."""
    for length in range(len(path), 0, -1):
        if path[:length] in known:
            return known[path[:length]]
    return None


def _origins(settings: Settings, document: Document, overridden: Overridden) -> Iterator[tuple[Path, Origin]]:
    for path, _ in place.leaves(settings.model_dump(mode="json", by_alias=True)):
        variable = _nearest(path, overridden.variables)
        if variable is not None:
            yield path, Origin("variable", variable)
        elif place.at(overridden.values, path) is not place.ABSENT:
            yield path, Origin("file", document.file, _nearest(path, document.lines))
        else:
            yield path, Origin("default", settings.environment.tier)
