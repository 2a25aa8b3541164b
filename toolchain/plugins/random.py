"""The `random` provider stand-in: passwords, ids, pet names and the like, made once and kept in the state.

Serves all resources of pulumi-random 4.21.1 where the official plugin cannot be downloaded, and answers as that does:
a state written by one can be read by the other. What differs:

- A `seed` (RandomInteger, RandomShuffle) always gives the same value here, but not the value that the official plugin
  gives: that depends on the tables inside Go's generator. Once made, the value lives in the state, so neither plugin
  changes what the other has made.
- Pet names are made of other words.
- A pet name of less than one word and a number range that is upside down are refused in the preview, not at creation.
"""

import json
from collections.abc import Mapping

from toolchain.plugins import base
from toolchain.plugins.base_service import main
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret, Unknown, Value
from toolchain.plugins.random_kinds import KINDS, Field, Kind


class RandomProvider(base.Provider):
    """The provider; it needs no configuration."""

    name = "random"
    version = "4.21.1"
    accept_secrets = False  # as the official one: the engine then sends plain values and marks outputs by name

    def schema(self) -> str:
        """Returns the package's schema: names and types, without descriptions."""
        return json.dumps(
            {
                "name": self.name,
                "version": self.version,
                "meta": {"moduleFormat": "(.*)(?:/[^/]*)"},  # index/randomPet is in module index
                "resources": {token: _resource_schema(kind) for token, kind in KINDS.items()},
            }
        )

    def diff_config(self, request: base.DiffRequest) -> base.DiffResult:
        """Leaves the comparison to the engine: there is nothing to configure."""
        return base.DiffResult(changes=None)

    def check(self, request: base.CheckRequest) -> base.CheckResult:
        """Refuses what cannot be made."""
        kind = _kind(request.type)
        inputs, problems = _complete(kind, request.new_inputs)
        if not problems and not any(isinstance(value, Unknown) for value in inputs.values()):
            problems = list(kind.rules(inputs))
        failures = [
            base.CheckFailure("", f"Invalid Attribute Value. {words} Examine values at '{request.name}.{field}'.")
            for field, words in problems
        ]
        return base.CheckResult(request.new_inputs, failures)

    def diff(self, request: base.DiffRequest) -> base.DiffResult:
        """Any change replaces the resource: there is nothing that could be updated."""
        kind = _kind(request.type)
        inputs, _ = _complete(kind, request.new_inputs)
        changed = tuple(
            field.name
            for field in sorted(kind.fields, key=lambda field: field.name)
            if _comparable(inputs.get(field.name)) != _comparable(request.old_state.get(field.name, field.default))
        )
        return base.DiffResult(changes=bool(changed), replaces=changed, diffs=changed)

    def create(self, request: base.CreateRequest) -> base.CreateResult:
        """Makes a new value."""
        kind = _kind(request.type)
        inputs, _ = _complete(kind, request.properties)
        if request.preview:
            return base.CreateResult("", {**_present(inputs), **dict.fromkeys(kind.outputs, UNKNOWN)})
        made = kind.make(inputs)
        return base.CreateResult(made.id, _state(kind, inputs, made.outputs))

    def read(self, request: base.ReadRequest) -> base.ReadResult:
        """Returns what the state says (there is nowhere else to look), or takes an existing value in."""
        kind = _kind(request.type)
        if all(name in request.properties for name in kind.outputs):
            inputs = {field.name: request.properties.get(field.name) for field in kind.fields}
            outputs = {name: request.properties[name] for name in kind.outputs}
            return base.ReadResult(request.id, _state(kind, inputs, outputs), request.inputs)
        if kind.read is None:
            raise base.ProviderError(f"a {kind.name} cannot be imported, neither here nor by the official plugin")
        made = kind.read(request.id)
        inputs, _ = _complete(kind, made.inputs)
        return base.ReadResult(made.id, _state(kind, inputs, made.outputs), made.inputs)

    def delete(self, request: base.DeleteRequest) -> None:
        """Does nothing: the value was in the state only."""


def _kind(token: str) -> Kind:
    if token not in KINDS:
        raise base.ProviderError(f"{token!r} is no resource of random {RandomProvider.version}: {', '.join(KINDS)}")
    return KINDS[token]


def _complete(kind: Kind, given: Properties) -> tuple[Properties, list[tuple[str, str]]]:
    """Returns the inputs with their defaults and types (`None` for those without), and what is wrong with them."""
    inputs: Properties = {}
    problems: list[tuple[str, str]] = []
    for field in kind.fields:
        value = given.get(field.name)
        if value is None and field.alias:
            value = given.get(field.alias)
        if value is None:
            inputs[field.name] = field.default
            if field.required:
                problems.append((field.name, f"Attribute {field.name} is required."))
            continue
        try:
            inputs[field.name] = _converted(field, value)
        except ValueError as error:
            problems.append((field.name, str(error)))
    return inputs, problems


def _converted(field: Field, value: Value) -> Value:
    """Returns `value` as the type of `field`, by the official plugin's rules: scalars are also taken as text.

    Raises:
        ValueError: It cannot be. The message has no value but a number's.
    """
    if isinstance(value, Unknown):
        return value
    if field.type is dict and isinstance(value, dict):
        return {key: _scalar_text(field, item) for key, item in value.items() if item is not None}
    if field.type is list and isinstance(value, list):
        return [_scalar_text(field, item) for item in value]
    if field.type is str:
        return _scalar_text(field, value)
    if field.type is bool and isinstance(value, bool):
        return value
    if field.type is bool and value in ("true", "false"):
        return value == "true"
    if field.type is int:
        return _whole_number(field, value)
    raise ValueError(f"Attribute {field.name} must be {_TYPE_WORDS[field.type]}.")


_TYPE_WORDS = {
    bool: "true or false",
    int: "a whole number",
    str: "text",
    list: "a list of texts",
    dict: "a map of texts",
}


def _whole_number(field: Field, value: Value) -> int:
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int):
        raise ValueError(f"Attribute {field.name} must be a whole number.")
    if field.minimum is not None and number < field.minimum:
        raise ValueError(f"Attribute {field.name} value must be at least {field.minimum}, got: {number}.")
    return number


def _scalar_text(field: Field, value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str | Unknown):
        return value
    raise ValueError(f"Attribute {field.name} must be {_TYPE_WORDS[field.type]}.")


def _comparable(value: Value) -> Value:
    """Returns what counts when values are compared: an empty map is as good as none, and so is a null in a map."""
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if item is not None} or None
    return value


def _present(inputs: Properties) -> Properties:
    return {name: value for name, value in inputs.items() if value is not None}


def _state(kind: Kind, inputs: Properties, outputs: Properties) -> Properties:
    """Returns the state to record."""
    shown = {name: Secret(value) if name in kind.secret_outputs else value for name, value in outputs.items()}
    state: Properties = {
        **_present(inputs),
        **shown,
        "__pulumi_raw_state_delta": _raw_state_delta(kind, inputs, outputs),
    }
    if kind.schema_version:
        state["__meta"] = f'{{"schema_version":"{kind.schema_version}"}}'
    return state


def _raw_state_delta(kind: Kind, inputs: Properties, outputs: Properties) -> Value:
    """Returns what the official plugin needs to rebuild the state of the provider that it wraps.

    It names what cannot be seen in the properties: absent values, and whether a collection is a map or a list.
    """
    parts: Properties = {}
    nullable = {field.name for field in kind.fields if field.default is None and not field.required}
    for name, value in {**inputs, **outputs}.items():
        if isinstance(value, dict):
            parts[name] = {"map": {}}
        elif isinstance(value, list):
            parts[name] = {"arr": {}}
        elif value is None and name in nullable:
            parts[name] = Secret({"replace": {"raw": None}})
    delta: Properties = {"ps": parts}
    if kind.renamed:
        delta["renamed"] = dict(kind.renamed)
    return {"obj": delta}


def _resource_schema(kind: Kind) -> Mapping[str, object]:
    inputs = {field.name: _SCHEMA_TYPES[field.type] for field in kind.fields}
    outputs = {
        name: {**_SCHEMA_TYPES[kind.output_types.get(name, str)], "secret": name in kind.secret_outputs}
        for name in kind.outputs
        if name != "id"
    }
    filled = [field.name for field in kind.fields if field.required or field.default is not None]
    return {
        "inputProperties": {name: {**spec, "willReplaceOnChanges": True} for name, spec in inputs.items()},
        "requiredInputs": [field.name for field in kind.fields if field.required],
        "properties": {**inputs, **outputs},
        "required": [*filled, *outputs],
    }


_SCHEMA_TYPES: Mapping[type, Mapping[str, object]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    str: {"type": "string"},
    list: {"type": "array", "items": {"type": "string"}},
    dict: {"type": "object", "additionalProperties": {"type": "string"}},
}


if __name__ == "__main__":
    main(RandomProvider())
