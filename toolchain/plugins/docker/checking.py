"""Completes inputs with defaults and a name, and says what is wrong with them."""

import re
from collections.abc import Iterator

from toolchain.plugins.base import Autonaming, CheckFailure
from toolchain.plugins.base_unique_names import unique_name
from toolchain.plugins.base_values import Properties, Unknown, Value
from toolchain.plugins.docker.fields import blocks, is_known, text
from toolchain.plugins.docker.kinds import CONTAINER, NESTED_DEFAULTS, Field, Kind, Shape

DEFAULTS = "__defaults"
"""The official plugin's list, in the recorded inputs, of the properties that it filled in."""

_TYPES: dict[Shape, type | tuple[type, ...]] = {
    Shape.TEXT: str,
    Shape.NUMBER: int,
    Shape.FLAG: bool,
    Shape.LIST: list,
    Shape.SET: list,
    Shape.MAP: dict,
    Shape.BLOCK: dict,
}
_DURATION = re.compile(r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+|0")
_MODE = re.compile(r"0[0-7]{3}")
_ONE_CONTENT = ("content", "contentBase64", "source")


def complete(kind: Kind, given: Properties) -> Properties:
    """Returns the inputs with the defaults of properties that are left out."""
    inputs: Properties = {
        name: value for name, value in given.items() if value is not None and not name.startswith("__")
    }
    for name, field in kind.fields.items():
        if name not in inputs and field.default is not None:
            inputs[name] = field.default
    return inputs


def filled(kind: Kind, given: Properties) -> Properties:
    """Returns plain inputs with the defaults of everything that is left out, also inside blocks."""
    inputs = complete(kind, given)
    if kind is CONTAINER:
        for name, defaults in NESTED_DEFAULTS.items():
            value = inputs.get(name)
            if isinstance(value, dict):
                inputs[name] = {**defaults, **_present(value)}
            elif isinstance(value, list):
                inputs[name] = [{**defaults, **_present(item)} if isinstance(item, dict) else item for item in value]
    return inputs


def _present(block: Properties) -> Properties:
    return {name: value for name, value in block.items() if value is not None}


def add_name(
    kind: Kind, inputs: Properties, old: Properties, *, resource_name: str, seed: bytes, wish: Autonaming | None
) -> CheckFailure | None:
    """Names a resource that has no name, in place: as before, or anew. Returns why it cannot, if so."""
    if not kind.named or inputs.get("name") is not None:
        return None
    made = old.get(DEFAULTS)
    if isinstance(made, list) and "name" in made:
        inputs["name"] = old.get("name")
    elif wish is None:
        inputs["name"] = unique_name(f"{resource_name}-", seed)
    elif wish.mode == "DISABLE":
        return CheckFailure("name", "autonaming is disabled: give the resource a name")
    else:
        inputs["name"] = wish.proposed_name
    inputs[DEFAULTS] = ["name"]
    return None


def is_autonamed(inputs: Properties) -> bool:
    """Tells whether the name was made here, so that a replacement can have another."""
    made = inputs.get(DEFAULTS)
    return isinstance(made, list) and "name" in made


def problems(kind: Kind, inputs: Properties) -> Iterator[CheckFailure]:
    """Yields what is wrong with completed plain inputs; what is not known yet is not wrong."""
    for name, field in kind.fields.items():
        value = inputs.get(name)
        if value is None and field.required:
            yield CheckFailure(name, f"{name} is missing")
        elif value is not None and not isinstance(value, Unknown) and (wrong := _wrong(field, value)):
            yield CheckFailure(name, f"{name} {wrong}")
    if kind is CONTAINER:
        yield from _container_problems(inputs)


def _wrong(field: Field, value: Value) -> str:
    fits = isinstance(value, _TYPES[field.shape])
    if not fits or (field.shape is Shape.NUMBER and isinstance(value, bool)):
        return f"must be {field.shape.value}"
    if isinstance(value, str) and field.pattern and not re.fullmatch(field.pattern, value):
        return f"is {value!r}, which does not match {field.pattern}"
    if isinstance(value, int) and field.least is not None and value < field.least:
        return f"is {value}; it must be at least {field.least}"
    return ""


def _container_problems(inputs: Properties) -> Iterator[CheckFailure]:
    if is_known(inputs, "gpus") and inputs.get("deviceRequests"):
        yield CheckFailure("gpus", "gpus and deviceRequests exclude each other")
    for index, upload in enumerate(blocks(inputs, "uploads")):
        path = f"uploads[{index}]"
        given = [name for name in _ONE_CONTENT if upload.get(name)]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            yield CheckFailure(path, f"one of {', '.join(_ONE_CONTENT)} must be given, and there is {found}")
        if (mode := text(upload, "permissions")) and not _MODE.fullmatch(mode):
            yield CheckFailure(f"{path}.permissions", f"permissions are {mode!r}, not four octal digits such as 0440")
        if not is_known(upload, "file") and not isinstance(upload.get("file"), Unknown):
            yield CheckFailure(f"{path}.file", "the path in the container is missing")
    for index, mount in enumerate(blocks(inputs, "mounts")):
        if is_known(mount, "type") and text(mount, "type") not in ("bind", "volume", "tmpfs"):
            yield CheckFailure(f"mounts[{index}].type", f"{text(mount, 'type')!r} is none of bind, volume, tmpfs")
    for block in blocks(inputs, "healthcheck"):
        for name in ("interval", "timeout", "startPeriod", "startInterval"):
            if (duration := text(block, name)) and not _DURATION.fullmatch(duration):
                yield CheckFailure(f"healthcheck.{name}", f"{duration!r} is no duration such as 10s or 1m30s")
