"""Kubernetes objects as plain values, and what the plugin keeps of them in the engine's state.

Functions that take an `obj` expect no `Secret` in it (`base_values.plain_properties`); `Unknown` may stand anywhere.
"""

import base64
import binascii
from collections.abc import Mapping

from toolchain.plugins.base_values import Properties, Secret, Unknown, Value, contains_secret, contains_unknown
from toolchain.plugins.kubernetes.kinds import GroupVersionKind, kind_of_object

FIELD_MANAGER = "__fieldManager"
INITIAL_API_VERSION = "__initialApiVersion"
INPUTS = "__inputs"

_READ_ONLY_METADATA = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "uid",
)
# Keys of a custom resource's schema, which no language's SDK can name as they are.
_DASHED = {
    name.replace("-", "_"): name
    for name in (
        "x-kubernetes-embedded-resource",
        "x-kubernetes-int-or-string",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-list-type",
        "x-kubernetes-map-type",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    )
}
_UNDERSCORED = {dashed: underscored for underscored, dashed in _DASHED.items()}


# Reading and setting fields


def text(obj: Properties, *path: str) -> str:
    """Returns the string at `path`, or "" if there is none (or none that is known)."""
    value: Value = obj
    for key in path:
        if not isinstance(value, dict):
            return ""
        value = value.get(key)
    return value if isinstance(value, str) else ""


def kind_of(obj: Properties) -> GroupVersionKind:
    """Returns the kind that the object itself says."""
    return kind_of_object(text(obj, "apiVersion"), text(obj, "kind"))


def is_core(obj: Properties, kind: str) -> bool:
    """Tells whether the object is of `kind` in the core group."""
    gvk = kind_of(obj)
    return gvk.group == "" and gvk.kind == kind


def is_definition(obj: Properties) -> bool:
    """Tells whether the object defines custom resources."""
    gvk = kind_of(obj)
    return gvk.group == "apiextensions.k8s.io" and gvk.kind == "CustomResourceDefinition"


def child(obj: Properties, key: str) -> Properties | None:
    """Returns the map at `key`, made if absent; None if something else is there, such as what is not known yet."""
    value = obj.setdefault(key, {})
    return value if isinstance(value, dict) else None


def set_metadata(obj: Properties, key: str, value: str) -> None:
    """Sets a field of the metadata, if that is a map; "" removes it."""
    if not value and "metadata" not in obj:
        return
    metadata = child(obj, "metadata")
    if metadata is None:
        return
    if value:
        metadata[key] = value
    else:
        metadata.pop(key, None)


# Normal form


def dashed(obj: Properties) -> Properties:
    """Returns the object with Kubernetes' own names of schema fields (`x-kubernetes-map-type`)."""
    return _renamed_fields(obj, _DASHED)


def underscored(obj: Properties) -> Properties:
    """Returns a deep copy of the object with the SDKs' names of schema fields (`x_kubernetes_map_type`)."""
    return _renamed_fields(obj, _UNDERSCORED)


def _renamed_fields(fields: Properties, names: Mapping[str, str]) -> Properties:
    return {names.get(key, key): _renamed(value, names) for key, value in fields.items()}


def _renamed(value: Value, names: Mapping[str, str]) -> Value:
    if isinstance(value, dict):
        return _renamed_fields(value, names)
    if isinstance(value, list):
        return [_renamed(item, names) for item in value]
    return value


def normalise(obj: Properties) -> None:
    """Brings an object, in place, into the form in which equal objects compare equal.

    `stringData` of a Secret becomes `data`, as in the API server; fields that only the server writes are dropped.
    An object that holds something unknown keeps its `stringData`, whose coding is not known yet either.
    """
    if not contains_unknown(obj):
        if is_core(obj, "Secret"):
            _encode_string_data(obj)
        elif is_definition(obj):
            obj.pop("status", None)
            spec = obj.get("spec")
            if isinstance(spec, dict) and spec.get("preserveUnknownFields") is False:
                del spec["preserveUnknownFields"]
    metadata = obj.get("metadata")
    if isinstance(metadata, dict):
        for key in _READ_ONLY_METADATA:
            metadata.pop(key, None)


def _encode_string_data(obj: Properties) -> None:
    string_data, data = obj.get("stringData"), obj.get("data")
    data = data if isinstance(data, dict) else None
    if isinstance(string_data, dict) and string_data:
        encoded = {key: _encoded(value) for key, value in string_data.items() if isinstance(value, str)}
        if len(encoded) == len(string_data):  # else something that no API server would take: left as it is
            obj["data"] = {**(data or {}), **encoded}
            del obj["stringData"]
            return
    for key, value in (data or {}).items():
        if data is not None and isinstance(value, str):
            data[key] = _recoded(value)


def _encoded(value: str) -> Value:
    return base64.b64encode(value.encode()).decode()


def _recoded(value: str) -> str:
    """Returns base64 text as the API server writes it: without the line breaks that `base64` puts into long ones."""
    try:
        return base64.b64encode(base64.b64decode(value.replace("\r", "").replace("\n", ""), validate=True)).decode()
    except (binascii.Error, ValueError):
        return value


def pruned(live: Properties, shape: Properties) -> Properties:
    """Returns of `live` only the fields that `shape` has too: what a program set, not what the server added."""
    return {key: _pruned(value, shape[key]) for key, value in live.items() if key in shape}


def _pruned(value: Value, shape: Value) -> Value:
    if isinstance(value, dict) and isinstance(shape, dict):
        return pruned(value, shape)
    if isinstance(value, list) and isinstance(shape, list):
        return [_pruned(item, like) for item, like in zip(value, shape, strict=False)]
    return value


# Secrets, and what is kept in the state


def mark_secrets(outputs: Properties, inputs: Properties) -> None:
    """Marks in `outputs`, in place, what is secret in `inputs`; of a Secret always all data.

    Maps are searched for the secret fields in them. A list with a secret in it is secret as a whole, since a server
    may have changed its order.
    """
    if outputs.get("kind") == "Secret":
        for key in ("data", "stringData"):
            if key in outputs and not isinstance(outputs[key], Secret):
                outputs[key] = Secret(outputs[key])
        return
    for key, source in inputs.items():
        if key not in outputs:
            continue
        value = outputs[key]
        if isinstance(value, dict) and isinstance(source, dict):
            mark_secrets(value, source)
        elif not isinstance(value, Secret) and contains_secret(source):
            outputs[key] = Secret(value)


def state_of(
    obj: Properties,
    inputs: Properties,
    *,
    initial_api_version: str,
    field_manager: str,
    live: Properties | None = None,
) -> Properties:
    """Returns the state to record for an object.

    Args:
        obj: The object as the program wrote it.
        inputs: The same with its secrets marked.
        initial_api_version: The `apiVersion` with which it was created.
        field_manager: Under which name its fields are owned in a cluster.
        live: The object as it is in a cluster; None if it is just as the program wrote it.
    """
    state, recorded = underscored(obj if live is None else live), underscored(obj)
    mark_secrets(state, inputs)
    mark_secrets(recorded, inputs)
    state[INPUTS] = recorded
    state[INITIAL_API_VERSION] = initial_api_version
    state[FIELD_MANAGER] = field_manager
    return state


def parse_state(state: Properties) -> tuple[Properties, Properties]:
    """Returns the inputs and the object in a state whose secrets are unwrapped; neither shares parts with it."""
    live = dashed(state)
    inputs = live.pop(INPUTS, None)
    return (inputs if isinstance(inputs, dict) else {}), live


def is_unknown(obj: Properties, *path: str) -> bool:
    """Tells whether the value at `path` is not known yet."""
    value: Value = obj
    for key in path:
        if not isinstance(value, dict):
            break
        value = value.get(key)
    return isinstance(value, Unknown)
