"""The provider itself: each call of the protocol, put together from the other modules."""

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.plugins import base, base_diff
from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_unique_names import unique_name
from toolchain.plugins.base_values import Properties, Value, contains_unknown, plain_properties
from toolchain.plugins.kubernetes import kinds, naming, objects, settings
from toolchain.plugins.kubernetes.immutable import IDENTITY, is_run_anew, replacing_paths
from toolchain.plugins.kubernetes.live.connection import Connection
from toolchain.plugins.kubernetes.live.declared import Declared
from toolchain.plugins.kubernetes.live.equivalence import aligned
from toolchain.plugins.kubernetes.live.fields import section
from toolchain.plugins.kubernetes.objects import child, set_metadata, text
from toolchain.plugins.kubernetes.render import OMIT_SECRETS, RenderFolder

if TYPE_CHECKING:
    from toolchain.plugins.kubernetes.live.cluster import Cluster

VERSION = "4.32.0"

_MANAGED_BY = "app.kubernetes.io/managed-by"
_CLIENT_SIDE_MANAGER = "pulumi-kubernetes"
_FIELD_MANAGER_ANNOTATION = "pulumi.com/patchFieldManager"
_NO_CLUSTER = (
    "configured Kubernetes cluster is unreachable: {why}. Mend that, or render the stack instead of deploying it (in "
    "its configuration: `slipway:target: {{kind: render}}`)"
)
_PREVIEW_WITHOUT_CLUSTER = (
    "the preview shows what the program declares, not what the cluster would make of it, since the cluster is "
    "unreachable: {why}"
)
_UNREACHABLE = (
    "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this "
    "resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable "
    'set to "true"'
)
_DECODE = "kubernetes:yaml:decode"
_FUNCTIONS_REFUSED = {
    "kubernetes:helm:template": "cannot template Helm charts. Render the chart with `helm template` and use the YAML",
    "kubernetes:kustomize:directory": "cannot build kustomizations. Render it with `kustomize build` and use the YAML",
}


class Kubernetes(base.Provider):
    """Deploys to a cluster, or renders manifests, as the official plugin does."""

    name = "kubernetes"
    version = VERSION
    accept_resources = False

    def __init__(self) -> None:
        self._settings = settings.Settings()
        self._folder: RenderFolder | None = None
        self._definitions_lock = threading.Lock()
        self._definitions: dict[tuple[str, str], bool] = {}  # group and kind → whether it lives in namespaces
        self._connection = Connection()
        self._recorded: set[str] = set()  # URNs that the engine compared in this run, which are in its state

    # Its configuration

    def check_config(self, request: base.CheckRequest) -> base.CheckResult:
        """Refuses settings for a cluster together with a folder to render to."""
        inputs = plain_properties(request.new_inputs)
        return base.CheckResult(request.new_inputs, settings.conflicts(inputs))

    def diff_config(self, request: base.DiffRequest) -> base.DiffResult:
        """Replaces the provider if it renders elsewhere, or uses another cluster."""
        return settings.diff(plain_properties(request.old_state), plain_properties(request.new_inputs))

    def configure(self, request: base.ConfigureRequest) -> None:
        """Takes the settings; a relative folder to render to is relative to the project."""
        self._settings = settings.read(request.variables)
        self._connection.use(self._settings, self.engine)
        variable, omit = OMIT_SECRETS
        if self._settings.render_folder:
            self._folder = RenderFolder(
                Path(self._settings.render_folder).absolute(), omit_secrets=os.environ.get(variable) == omit
            )

    # Resources

    def check(self, request: base.CheckRequest) -> base.CheckResult:
        """Completes an object: its normal form, a name, a namespace; its secrets stay marked."""
        if self._settings.skip_update_unreachable:
            return base.CheckResult(request.old_inputs)
        gvk = _kind(request.type)
        if kinds.is_list(gvk):
            raise ProviderError(
                f"a {gvk.kind} cannot be created: it stands for its items, in YAML files and Helm charts. Declare the "
                "items themselves"
            )
        self._connection.redactor.learn(request.new_inputs)
        obj = objects.dashed(plain_properties(request.new_inputs))
        old = plain_properties(request.old_inputs)
        objects.normalise(obj)
        if kinds.is_patch(request.type, obj.get("kind")):
            self._check_patch(obj)
        if old:
            naming.adopt_name(obj, old)
        else:
            naming.assign_name(obj, resource_name=request.name, seed=request.random_seed, wish=request.autonaming)
        if not self._settings.server_side_apply and (not old or _is_managed(old)):
            _label_managed(obj)
        self._check_generated_name(obj)
        if self._settings.namespace and not _has_namespace(obj) and self._is_namespaced(gvk):
            set_metadata(obj, "namespace", self._settings.namespace)
        if objects.is_definition(obj):
            self._learn(obj)
        objects.mark_secrets(obj, request.new_inputs)
        self._connection.redactor.learn(obj)
        return base.CheckResult(obj)

    def diff(self, request: base.DiffRequest) -> base.DiffResult:
        """Compares what is recorded with the new object, property by property."""
        _kind(request.type)
        self._recorded.add(request.urn)
        self._connection.redactor.learn(request.old_state)
        old_inputs, live = objects.parse_state(plain_properties(request.old_state))
        new = objects.dashed(plain_properties(request.new_inputs))
        objects.normalise(old_inputs)
        objects.normalise(new)
        old = objects.pruned(live, old_inputs)
        if self._folder is None and objects.kind_of(new).built_in:
            old = aligned(aligned(old, old_inputs, live), new)
        namespaced = self._is_namespaced(objects.kind_of(new))
        for obj in (old, new):
            if not namespaced or not objects.is_unknown(obj, "metadata", "namespace"):
                set_metadata(obj, "namespace", (text(obj, "metadata", "namespace") or "default") if namespaced else "")
        if text(new, "metadata", "name"):
            set_metadata(old, "name", text(live, "metadata", "name"))

        found = base_diff.diff(old, new, self._replacing(request.type, new))
        found = base_diff.without(found, request.ignore_changes)
        replaces = sorted(
            base_diff.render_path(path)
            for path, diff in found.items()
            if diff.kind.name.endswith("_REPLACE") or (path == ("metadata",) and diff.kind is base.DiffKind.DELETE)
        )
        if not replaces and is_run_anew(new, live):
            replaces = ["metadata"]
        must_keep_name = (
            naming.is_named(new)
            and not naming.is_autonamed(new)
            and text(new, "metadata", "name") == text(live, "metadata", "name")
            and text(new, "metadata", "namespace") == text(live, "metadata", "namespace")
        )
        return base.DiffResult(
            changes=bool(found or replaces) or (self._folder is not None and self._settings.always_render),
            replaces=replaces,
            delete_before_replace=bool(replaces) and must_keep_name,
            detailed={base_diff.render_path(path): diff for path, diff in sorted(found.items(), key=_written)},
        )

    def create(self, request: base.CreateRequest) -> base.CreateResult:
        """Creates the object, or writes its manifest; a preview asks the cluster, if there is one."""
        _kind(request.type)
        declared = self._declared(request.urn, request.type, request.properties, timeout=request.timeout)
        if request.preview:
            return base.CreateResult("", self._preview_create(declared))
        if self._folder is None:
            cluster = self._cluster()
            resource_id, state = cluster.create(declared, defined_here=self._defines(declared.kind))
            return base.CreateResult(resource_id, state)
        self._folder.write(declared.obj, request.properties)
        state = objects.state_of(
            declared.obj,
            request.properties,
            initial_api_version=text(declared.obj, "apiVersion"),
            field_manager=self._field_manager(declared.obj, {}),
        )
        return base.CreateResult(_id(declared.obj), state)

    def read(self, request: base.ReadRequest) -> base.ReadResult | None:
        """Looks at the object in the cluster; without one, refuses, unless the settings say what to do instead."""
        gvk = _kind(request.type)
        if self._folder is None and (cluster := self._connection.reach()) is not None:
            if not request.inputs and not request.properties:
                found = cluster.adopt(request.urn, kinds.patched(gvk, request.type), request.id)
            else:
                old_inputs, live = objects.parse_state(plain_properties(request.properties))
                inputs = request.inputs or section(request.properties, objects.INPUTS)
                declared = self._declared(request.urn, request.type, inputs, state=request.properties)
                obj = declared.obj or old_inputs
                found = cluster.read(replace(declared, obj=_identified(obj, live, request.id)), live)
            return None if found is None else base.ReadResult(*found)
        if self._settings.delete_unreachable:
            return None
        if self._settings.skip_update_unreachable:
            return base.ReadResult(request.id, request.properties, request.inputs)
        why = "" if self._folder is not None else f" ({self._connection.why})"
        raise ProviderError(_UNREACHABLE + why)

    def update(self, request: base.UpdateRequest) -> Properties:
        """Updates the object, or writes its new manifest; a preview asks the cluster, if there is one."""
        _kind(request.type)
        declared = self._declared(
            request.urn, request.type, request.new_inputs, state=request.old_state, timeout=request.timeout
        )
        if request.preview:
            return self._preview_update(declared, request.ignore_changes)
        objects.normalise(declared.obj)
        if self._folder is None:
            return self._cluster().update(declared, request.ignore_changes)
        old_state = plain_properties(request.old_state)
        _, old = objects.parse_state(old_state)
        self._folder.write(declared.obj, request.new_inputs)
        if self._folder.path_of(old) != self._folder.path_of(declared.obj):  # another apiVersion of the same object
            self._folder.remove(old)
        return objects.state_of(
            declared.obj,
            request.new_inputs,
            initial_api_version=declared.initial_api_version,
            field_manager=self._field_manager(declared.obj, old_state),
        )

    def delete(self, request: base.DeleteRequest) -> None:
        """Deletes the object, or removes its manifest, if it is still there."""
        _kind(request.type)
        inputs, live = objects.parse_state(plain_properties(request.properties))
        if self._folder is not None:
            self._folder.remove(live)
            return
        if self._connection.reach() is None and self._settings.delete_unreachable:
            return
        declared = self._declared(
            request.urn, request.type, request.old_inputs or inputs, state=request.properties, timeout=request.timeout
        )
        self._cluster().delete(declared, _identified(live, live, request.id))

    def cancel(self) -> None:
        """Ends every wait."""
        self._connection.stop.set()

    def close(self) -> None:
        """Closes connections; for a process that lives on without its provider, such as a test."""
        self._connection.close()

    # Functions

    def invoke(self, request: base.InvokeRequest) -> base.InvokeResult:
        """Decodes YAML; refuses what needs Helm or kustomize."""
        if request.token in _FUNCTIONS_REFUSED:
            raise ProviderError(f"slipway's stand-in for the kubernetes plugin {_FUNCTIONS_REFUSED[request.token]}")
        if request.token != _DECODE:
            raise ProviderError(f"unknown Invoke type {request.token!r}")
        source = request.args.get("text")
        if not isinstance(source, str):
            raise ProviderError("missing required field 'text' of type string")
        return base.InvokeResult({"result": self._decode(source, text(request.args, "defaultNamespace"))})

    def component_refusal(self, token: str) -> ProviderError:
        """Refuses the components that the official plugin makes of YAML files, charts and kustomizations."""
        return ProviderError(
            f"slipway's stand-in for the kubernetes plugin cannot make {token!r}. Declare the objects as resources, or "
            "use `kubernetes.yaml.ConfigGroup` (without `v2`), which makes them in the program"
        )

    def _decode(self, source: str, namespace: str) -> list[Value]:
        # Imported here, since only programs that use YAML files pay for the parser.
        from toolchain.plugins.kubernetes.yaml_reader import read_objects

        found = read_objects(source)
        for obj in found:
            if namespace and not _has_namespace(obj) and self._is_namespaced(objects.kind_of(obj)):
                set_metadata(obj, "namespace", namespace)
        return [*found]

    # Parts of the above

    def _cluster(self) -> "Cluster":
        """Returns the cluster, or refuses."""
        cluster = self._connection.reach()
        if cluster is None:
            raise ProviderError(_NO_CLUSTER.format(why=self._connection.why))
        return cluster

    def _declared(
        self, urn: str, token: str, inputs: Properties, *, state: Properties | None = None, timeout: float = 0
    ) -> Declared:
        self._connection.redactor.learn(inputs)
        obj = objects.dashed(plain_properties(inputs))
        recorded = plain_properties(state or {})
        old_inputs = section(recorded, objects.INPUTS)
        manager = text(recorded, objects.FIELD_MANAGER)
        if not self._settings.server_side_apply:
            manager = manager or _CLIENT_SIDE_MANAGER
        return Declared(
            urn=urn,
            obj=obj,
            inputs=inputs,
            patch=kinds.is_patch(token, obj.get("kind")),
            timeout_s=timeout,
            manager=manager,
            initial_api_version=text(recorded, objects.INITIAL_API_VERSION) or text(old_inputs, "apiVersion"),
        )

    def _preview_create(self, declared: Declared) -> Properties:
        cluster = self._cluster_for_preview(declared)
        if cluster is None:
            return declared.inputs
        return cluster.preview_create(declared, replaces=declared.urn in self._recorded)

    def _preview_update(self, declared: Declared, ignored: Sequence[str]) -> Properties:
        cluster = self._cluster_for_preview(declared)
        return declared.inputs if cluster is None else cluster.preview_update(declared, ignored)

    def _cluster_for_preview(self, declared: Declared) -> "Cluster | None":
        """Returns the cluster to ask, unless manifests are rendered, something is not known yet, or there is none."""
        if self._folder is not None or contains_unknown(declared.inputs):
            return None
        cluster = self._connection.reach()
        if cluster is None and self._connection.is_first_failure():
            self.engine.warning("", _PREVIEW_WITHOUT_CLUSTER.format(why=self._connection.why))
        return cluster

    def _defines(self, kind: kinds.GroupVersionKind) -> bool:
        with self._definitions_lock:
            return (kind.group, kind.kind) in self._definitions

    def _check_patch(self, obj: Properties) -> None:
        if not self._settings.server_side_apply:
            raise ProviderError(
                "patch resources require Server-Side Apply mode, which is enabled using the `enableServerSideApply` "
                "Provider config"
            )
        if not naming.is_named(obj):
            raise ProviderError("patch resources require the `.metadata.name` field to be set")

    def _check_generated_name(self, obj: Properties) -> None:
        if not naming.leaves_name_to_server(obj):
            return
        if self._settings.server_side_apply:
            raise ProviderError("the `.metadata.generateName` field is not supported in Server-Side Apply mode")
        if self._folder is not None:
            raise ProviderError("the `.metadata.generateName` field is not supported in YAML rendering mode")

    def _replacing(self, token: str, new: Properties) -> tuple[tuple[str, ...], ...]:
        if kinds.is_patch(token, new.get("kind")):
            return IDENTITY
        return replacing_paths(
            new,
            secret_mutable=self._settings.secret_mutable,
            config_map_mutable=self._settings.config_map_mutable,
        )

    def _is_namespaced(self, gvk: kinds.GroupVersionKind) -> bool:
        scope = kinds.built_in_scope(gvk)
        if scope is not None:
            return scope
        with self._definitions_lock:
            defined = self._definitions.get((gvk.group, gvk.kind))
        if defined is None and self._folder is None:
            defined = self._connection.is_namespaced(gvk)
        # A custom kind whose definition neither the program nor the cluster has is taken to be namespaced, as most are.
        return True if defined is None else defined

    def _learn(self, definition: Properties) -> None:
        key = (text(definition, "spec", "group"), text(definition, "spec", "names", "kind"))
        with self._definitions_lock:
            self._definitions[key] = text(definition, "spec", "scope") != "Cluster"

    def _field_manager(self, obj: Properties, state: Properties) -> str:
        if not self._settings.server_side_apply:
            return _CLIENT_SIDE_MANAGER
        return (
            text(obj, "metadata", "annotations", _FIELD_MANAGER_ANNOTATION)
            or text(state, objects.FIELD_MANAGER)
            or unique_name("pulumi-kubernetes-", b"")
        )


def _kind(token: str) -> kinds.GroupVersionKind:
    """Returns the kind of a resource type, or refuses it."""
    if token == kinds.HELM_RELEASE:
        raise ProviderError(
            "slipway's stand-in for the kubernetes plugin cannot install Helm releases: they need a cluster, and the "
            f"official plugin (`pulumi plugin install resource kubernetes {VERSION}`)"
        )
    try:
        return kinds.kind_of_type(token)
    except ValueError as error:
        raise ProviderError(str(error)) from None


def _has_namespace(obj: Properties) -> bool:
    return bool(text(obj, "metadata", "namespace")) or objects.is_unknown(obj, "metadata", "namespace")


def _identified(obj: Properties, live: Properties, resource_id: str) -> Properties:
    """Returns an object with the identity that is recorded of it, which its inputs may lack."""
    namespace, _, name = resource_id.rpartition("/")
    metadata: Properties = {**section(obj, "metadata"), "name": name}
    if namespace:
        metadata["namespace"] = namespace
    kind: Properties = {key: obj.get(key) or live.get(key) for key in ("apiVersion", "kind")}
    return {**obj, **kind, "metadata": metadata}


def _id(obj: Properties) -> str:
    namespace, name = text(obj, "metadata", "namespace"), text(obj, "metadata", "name")
    return f"{namespace}/{name}" if namespace else name


def _manager() -> str:
    return os.environ.get("PULUMI_KUBERNETES_MANAGED_BY_LABEL", "pulumi")


def _is_managed(obj: Properties) -> bool:
    return objects.is_unknown(obj, "metadata", "labels", _MANAGED_BY) or (
        text(obj, "metadata", "labels", _MANAGED_BY) == _manager()
    )


def _label_managed(obj: Properties) -> None:
    metadata = child(obj, "metadata")
    labels = None if metadata is None else child(metadata, "labels")
    if labels is not None:
        labels[_MANAGED_BY] = _manager()


def _written(item: tuple[base_diff.Path, base.PropertyDiff]) -> str:
    return base_diff.render_path(item[0])
