"""What an object looks like when it is sent, previewed, adopted and recorded."""

from collections.abc import Callable, Sequence

from toolchain.plugins import base_diff
from toolchain.plugins.base_values import UNKNOWN, Properties, Value
from toolchain.plugins.kubernetes import objects
from toolchain.plugins.kubernetes.live.fields import section, sections, text
from toolchain.plugins.kubernetes.live.store import Reference

_MADE_BY_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")

IDENTITY = ("name", "namespace")


def applied(obj: Properties, reference: Reference) -> Properties:
    """Returns what is sent: the declared object in its scope, without what is null, which would not be declared."""
    metadata: Properties = {**section(obj, "metadata"), "name": reference.name}
    metadata.pop("namespace", None)
    if reference.namespace:
        metadata["namespace"] = reference.namespace
    api_version = text(obj, "apiVersion").removeprefix("core/")
    sent = {key: value for key, value in obj.items() if key != "status"}
    return _without_null({**sent, "apiVersion": api_version, "metadata": metadata})


def _without_null(obj: Properties) -> Properties:
    return {key: _plain_value(value, _without_null) for key, value in obj.items() if value is not None}


def _plain_value(value: Value, each: Callable[[Properties], Properties]) -> Value:
    if isinstance(value, dict):
        return each(value)
    if isinstance(value, list):
        return [_plain_value(item, each) for item in value]
    return value


def with_ignored(obj: Properties, live: Properties, ignored: Sequence[str]) -> Properties:
    """Returns the object with the live values of ignored fields, which somebody else may own."""
    result = obj
    for path in ignored:
        result = _copied(result, live, base_diff.parse_path(path))
    return result


def _copied(value: Properties, source: Properties, path: Sequence[str | int]) -> Properties:
    """Returns `value` with the field at `path` as it is in `source`; what is in lists is left as it is."""
    key = path[0]
    if not isinstance(key, str) or key not in value:
        return value
    if len(path) == 1:
        return {**value, key: source[key]} if key in source else value
    inner, other = value[key], source.get(key)
    if isinstance(inner, dict) and isinstance(other, dict):
        return {**value, key: _copied(inner, other, path[1:])}
    return value


def without_inventions(live: Properties, declared: Properties) -> Properties:
    """Returns the outcome of a dry run with what the server made up for it as not known yet."""
    metadata: Properties = {
        key: UNKNOWN if key in _MADE_BY_SERVER else value for key, value in section(live, "metadata").items()
    }
    shown: Properties = {**live, "metadata": {**metadata, "resourceVersion": UNKNOWN}}
    if objects.is_core(live, "Service"):
        spec: Properties = {**section(live, "spec")}
        for key in ("clusterIP", "clusterIPs"):
            if key in spec and key not in section(declared, "spec"):
                spec[key] = UNKNOWN
        if any("nodePort" in port for port in sections(live, "spec", "ports")):
            spec["ports"] = UNKNOWN
        shown["spec"] = spec
    if "status" in live:
        shown["status"] = UNKNOWN
    return shown


def declarable(live: Properties) -> Properties:
    """Returns of an object what a program would declare: all but what the server writes."""
    dropped = (*_MADE_BY_SERVER, "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "ownerReferences")
    metadata: Properties = {key: value for key, value in section(live, "metadata").items() if key not in dropped}
    annotations: Properties = {
        key: value
        for key, value in section(metadata, "annotations").items()
        if key not in ("kubectl.kubernetes.io/last-applied-configuration", "deployment.kubernetes.io/revision")
    }
    if "annotations" in metadata:
        metadata["annotations"] = annotations
    if not annotations:
        metadata.pop("annotations", None)
    return {**{key: value for key, value in live.items() if key != "status"}, "metadata": metadata}


def id_of(live: Properties) -> str:
    """Returns the id under which the engine records an object: `namespace/name`, or `name`."""
    namespace, name = text(live, "metadata", "namespace"), text(live, "metadata", "name")
    return f"{namespace}/{name}" if namespace else name
