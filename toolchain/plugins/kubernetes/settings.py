"""The provider's configuration: its settings, which of them exclude each other, and which changes replace it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from toolchain.plugins.base import CheckFailure, DiffResult
from toolchain.plugins.base_values import Properties, Unknown, Value
from toolchain.plugins.kubernetes import kubeconfig

_DEFAULT_NAMESPACE = "default"
_RENDER_FOLDER = "renderYamlToDirectory"
_IDENTIFIER = "clusterIdentifier"
_CLUSTER_KEYS = ("kubeconfig", "context", "cluster")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the provider was configured with.

    Attributes:
        namespace: Of objects that name none; "" leaves them without.
        render_folder: Where manifests go; "" if they are meant for a cluster.
        always_render: Whether every run writes every manifest.
        server_side_apply: Whether fields have owners; without it objects are labelled as managed by Pulumi.
        secret_mutable: Whether the data of Secrets may change in place.
        config_map_mutable: The same for ConfigMaps.
        delete_unreachable: Whether resources of a cluster that cannot be reached are dropped from the state.
        skip_update_unreachable: Whether they are left as they are instead of failing.
        upsert: Whether a create takes over an object that exists already.
        kubeconfig: Its path or text; "" for the one that `kubectl` would use.
        context: The context to use instead of its current one, or "".
        cluster: The cluster to use instead of the context's, or "".
    """

    namespace: str = _DEFAULT_NAMESPACE
    render_folder: str = ""
    always_render: bool = False
    server_side_apply: bool = True
    secret_mutable: bool = False
    config_map_mutable: bool = False
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    upsert: bool = False
    kubeconfig: str = field(default="", repr=False)  # it may hold credentials
    context: str = ""
    cluster: str = ""


def read(variables: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> Settings:
    """Returns the settings in the engine's variables (`kubernetes:config:<key>`), or else in the environment."""

    def configured(key: str) -> str:
        return variables.get(f"kubernetes:config:{key}", "")

    def flag(key: str, variable: str, *, default: bool = False) -> bool:
        value = variables.get(f"kubernetes:config:{key}", environment.get(variable))
        return default if value is None else value == "true"

    return Settings(
        namespace=configured("namespace") or _namespace(configured("kubeconfig"), configured("context"), environment),
        render_folder=configured(_RENDER_FOLDER),
        always_render=configured("alwaysRender") == "true",
        server_side_apply=flag("enableServerSideApply", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", default=True),
        secret_mutable=flag("enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
        config_map_mutable=flag("enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
        delete_unreachable=flag("deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
        skip_update_unreachable=flag("skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
        upsert=flag("upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
        kubeconfig=configured("kubeconfig"),
        context=configured("context"),
        cluster=configured("cluster"),
    )


def _namespace(config: str, context: str, environment: Mapping[str, str]) -> str:
    if not config:
        return kubeconfig.namespace(kubeconfig.ambient(environment), context) or _DEFAULT_NAMESPACE
    try:
        return kubeconfig.namespace(kubeconfig.parse(config), context) or _DEFAULT_NAMESPACE
    except kubeconfig.UnreadableKubeconfigError:
        return ""  # as the official plugin: it goes on without a cluster, and without its namespace


def conflicts(inputs: Properties, environment: Mapping[str, str] = os.environ) -> list[CheckFailure]:
    """Returns why a configuration is refused: settings for a cluster beside a folder to render to, and the reverse."""
    failures: list[CheckFailure] = []
    if _is_set(inputs.get(_RENDER_FOLDER)):
        # The SDKs fill in kubeconfig from $KUBECONFIG; that one was not asked for.
        ambient = environment.get("KUBECONFIG")
        failures += [
            CheckFailure(key, f'"{key}" arg is not compatible with "{_RENDER_FOLDER}" arg')
            for key in ("cluster", "context", "kubeconfig")
            if _is_set(inputs.get(key)) and not (key == "kubeconfig" and inputs[key] == ambient)
        ]
    elif inputs.get("alwaysRender") in (True, "true"):
        failures.append(CheckFailure("alwaysRender", f'"alwaysRender" requires "{_RENDER_FOLDER}" to be set'))
    return failures


def _is_set(value: Value) -> bool:
    return value is True or (isinstance(value, str) and value != "")


def diff(old: Properties, new: Properties) -> DiffResult:
    """Compares two configurations.

    Another folder, or another cluster as far as the kubeconfig tells, is another provider: everything in it is
    replaced. A `clusterIdentifier` that stays the same says that it is the same cluster all the same.
    """
    changed = sorted(key for key in {**old, **new} if old.get(key) != new.get(key))
    if not changed:
        return DiffResult(changes=False)
    identifiers = old.get(_IDENTIFIER), new.get(_IDENTIFIER)
    same_cluster = identifiers[0] is not None and identifiers[0] == identifiers[1]
    replaces = [_IDENTIFIER] if None not in identifiers and not same_cluster else []
    unknown = next((key for key in _CLUSTER_KEYS if isinstance(new.get(key), Unknown)), None)
    if unknown is not None:
        changed = [unknown]
        replaces.append(unknown)
    else:
        if _RENDER_FOLDER in changed:
            replaces.append(_RENDER_FOLDER)
        if _is_other_cluster(old, new):
            replaces += [key for key in _CLUSTER_KEYS if key in changed]
    return DiffResult(changes=True, diffs=changed, replaces=() if same_cluster else replaces)


def _is_other_cluster(old: Properties, new: Properties) -> bool:
    before, after = (
        kubeconfig.active_cluster(kubeconfig.parse(each.get("kubeconfig")), each.get("context"), each.get("cluster"))
        for each in (old, new)
    )
    return before is not None and after is not None and before != after
