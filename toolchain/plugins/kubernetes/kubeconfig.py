"""What a kubeconfig says about the namespace and the cluster in use; nothing here connects to one."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties, Value


class UnreadableKubeconfigError(ProviderError):
    """The kubeconfig is no kubeconfig. The message quotes nothing of it: it may hold credentials."""


def parse(value: Value) -> Properties:
    """Returns a kubeconfig given as its path, its text or its content; {} if there is none.

    Raises:
        UnreadableKubeconfigError: It is neither.
    """
    if value is None or value == "":
        return {}
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise UnreadableKubeconfigError(f"kubeconfig must be a path, a text or an object, not {type(value).__name__}")
    path = Path(value)
    try:
        content = path.expanduser().read_text()
    except (OSError, ValueError, RuntimeError):  # no file of that name: then it is the text itself
        content = value
    return _parse_text(content)


def _parse_text(content: str) -> Properties:
    import yaml  # costs 30 ms, and most stacks that this plugin serves have no kubeconfig

    try:
        loaded: object = yaml.safe_load(content)
    except yaml.YAMLError:
        raise UnreadableKubeconfigError("failed to parse kubeconfig: it is not YAML") from None
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise UnreadableKubeconfigError("failed to parse kubeconfig: it is neither a file nor a kubeconfig's text")
    return cast(Properties, loaded)


def ambient(environment: Mapping[str, str]) -> Properties:
    """Returns the kubeconfig that `kubectl` would use: the files in $KUBECONFIG, else ~/.kube/config.

    Of several files the first that says something wins. What cannot be read is passed over.
    """
    listed = [part for part in environment.get("KUBECONFIG", "").split(":") if part]
    merged: Properties = {}
    contexts: list[Value] = []
    for path in listed or ["~/.kube/config"]:
        try:
            config = _parse_text(Path(path).expanduser().read_text())
        except (OSError, ValueError, RuntimeError, UnreadableKubeconfigError):
            continue
        merged = {**config, **merged}
        contexts += _entries(config, "contexts")
    return {**merged, "contexts": contexts}


def namespace(config: Properties, context: str = "") -> str:
    """Returns the namespace of the context in use, or "" if it says none.

    Args:
        config: The kubeconfig.
        context: The context to use instead of the current one.
    """
    found = _context(config, context).get("namespace")
    return found if isinstance(found, str) else ""


def active_cluster(config: Properties, context: Value = None, cluster: Value = None) -> Value:
    """Returns the settings of the cluster in use, or None if they cannot be told.

    Args:
        config: The kubeconfig.
        context: The name of the context to use instead of the current one.
        cluster: The name of the cluster to use instead of the context's.
    """
    chosen = _context(config, context)
    if not chosen:
        return None
    return _entry(config, "clusters", "cluster", cluster or chosen.get("cluster"))


def _context(config: Properties, name: Value) -> Properties:
    found = _entry(config, "contexts", "context", name or config.get("current-context"))
    return found if isinstance(found, dict) else {}


def _entry(config: Properties, table: str, field: str, name: Value) -> Value:
    for entry in _entries(config, table):
        if isinstance(entry, dict) and entry.get("name") == name:
            return entry.get(field)
    return None


def _entries(config: Properties, table: str) -> list[Value]:
    entries = config.get(table)
    return entries if isinstance(entries, list) else []
