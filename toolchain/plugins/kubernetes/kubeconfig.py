"""What a kubeconfig says: the namespace, the cluster and the user in use; nothing here connects to one."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties, Value

_TABLES = {"clusters": "cluster", "contexts": "context", "users": "user"}
_PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


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
    try:
        path = Path(value).expanduser()
        content = path.read_text()
    except (OSError, ValueError, RuntimeError):  # no file of that name: then it is the text itself
        return _parse_text(value)
    return _rooted(_parse_text(content), path.absolute().parent)


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
    tables: dict[str, list[Value]] = {table: [] for table in _TABLES}
    for listed_path in listed or ["~/.kube/config"]:
        try:
            path = Path(listed_path).expanduser()
            config = _rooted(_parse_text(path.read_text()), path.absolute().parent)
        except (OSError, ValueError, RuntimeError, UnreadableKubeconfigError):
            continue
        merged = {**config, **merged}
        for table, entries in tables.items():
            entries += _entries(config, table)
    return {**merged, **tables}


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


def active_user(config: Properties, context: Value = None) -> Properties:
    """Returns the credentials of the context in use; {} if it has none."""
    found = _entry(config, "users", "user", _context(config, context).get("user"))
    return found if isinstance(found, dict) else {}


def _rooted(config: Properties, folder: Path) -> Properties:
    """Returns a kubeconfig whose relative paths are relative to the file that it came from, as `kubectl` reads them."""
    for table, field in _TABLES.items():
        for entry in _entries(config, table):
            settings = entry.get(field) if isinstance(entry, dict) else None
            if isinstance(settings, dict):
                _root(settings, folder)
    return config


def _root(settings: Properties, folder: Path) -> None:
    for key in _PATHS:
        path = settings.get(key)
        if isinstance(path, str) and path:
            settings[key] = str(folder / path)
    plugin = settings.get("exec")
    if isinstance(plugin, dict) and isinstance(command := plugin.get("command"), str) and "/" in command:
        plugin["command"] = str(folder / command)


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
