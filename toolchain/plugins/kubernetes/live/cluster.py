"""What the provider's calls do in a cluster."""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http import HTTPStatus

from toolchain.plugins import base_diff
from toolchain.plugins.base import InitFailedError, ProviderError
from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_redaction import Redactor
from toolchain.plugins.base_values import UNKNOWN, Properties, Value, plain_properties
from toolchain.plugins.kubernetes import objects
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live import ownership, wait_for
from toolchain.plugins.kubernetes.live.awaiting import NotReadyError, Wait
from toolchain.plugins.kubernetes.live.client import Client
from toolchain.plugins.kubernetes.live.declared import Declared
from toolchain.plugins.kubernetes.live.deletion import Deletion, policy_of
from toolchain.plugins.kubernetes.live.discovery import Discovery, Resource
from toolchain.plugins.kubernetes.live.equivalence import aligned
from toolchain.plugins.kubernetes.live.errors import ApiError, CancelledError
from toolchain.plugins.kubernetes.live.fields import section, sections, text
from toolchain.plugins.kubernetes.live.readiness import DEFAULT_TIMEOUT_S, Readiness, Related, readiness_of
from toolchain.plugins.kubernetes.live.store import Reference, Store
from toolchain.plugins.kubernetes.live.verdict import Phase, Verdict

NEW_KIND_S = 15.0
"""How long a kind that the program itself defines may take to be served after its definition was accepted."""

_NEW_KIND_PAUSE_S = 0.3
_FORCE = "pulumi.com/patchForce"
_SKIP = "pulumi.com/skipAwait"
_TIMEOUT = "pulumi.com/timeoutSeconds"
_MADE_BY_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")
_NOT_SERVED = "the server could not find the requested resource"
_EXISTS_ADVICE = """

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use `pulumi import`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create."""


class Cluster:
    """One cluster, as the provider uses it.

    Args:
        client: The way to its API server.
        engine: Where messages for the user go.
        redactor: Knows what must not show in them.
        stop: Set when the user presses Ctrl-C.
        upsert: Whether objects that exist already are taken over.
        namespace: Of objects that name none.
    """

    def __init__(
        self,
        client: Client,
        engine: EngineLog,
        redactor: Redactor,
        stop: threading.Event,
        *,
        upsert: bool = False,
        namespace: str = "default",
    ) -> None:
        self._client = client
        self._engine = engine
        self._redactor = redactor
        self._stop = stop
        self._upsert = upsert
        self._namespace = namespace or "default"
        self._discovery = Discovery(client)

    def check_reachable(self) -> None:
        """Asks for the server's version.

        Raises:
            UnreachableError: Nobody answers.
            ApiError: The server refused even that.
        """
        self._client.call("GET", "/version")

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._client.close()

    def is_namespaced(self, kind: GroupVersionKind) -> bool | None:
        """Tells whether objects of `kind` live in namespaces; None if the cluster does not know the kind."""
        found = self._discovery.find(kind)
        return None if found is None else found.namespaced

    # Create

    def create(self, declared: Declared, *, defined_here: bool) -> tuple[str, Properties]:
        """Creates the object and waits until it is ready.

        Args:
            declared: What to create.
            defined_here: Whether the program itself defines the kind, which the server may not serve yet.

        Returns:
            Its id and state.

        Raises:
            InitFailedError: It exists, but is not ready.
            ProviderError: It could not be created.
        """
        prefix = f'resource "{declared.urn}" was not successfully created by the Kubernetes API server: '
        with self._redacted(prefix):
            resource = self._resource(declared, patient=defined_here)
            reference = self._reference(resource, declared.obj)
            store = self._store(declared.urn)
            self._make_way(store, reference, declared)
            live = self._apply(store, reference, declared, patient=defined_here)
        return _id(live), declared.state(self._await(store, reference, declared, live, verb="created"))

    def preview_create(self, declared: Declared, *, replaces: bool) -> Properties:
        """Returns what a create would come to, by the server's own word if it can tell.

        Args:
            declared: What would be created.
            replaces: Whether it replaces a recorded object, which may still be there.

        Raises:
            ProviderError: The server would refuse it.
        """
        prefix = f'resource "{declared.urn}" would not be created by the Kubernetes API server: '
        with self._redacted(prefix):
            resource = self._discovery.find(declared.kind)
            if resource is None:
                return declared.inputs
            reference = self._reference(resource, declared.obj)
            store = self._store(declared.urn)
            found = store.get(reference)
            if found is None and declared.patch:
                return declared.inputs
            if found is not None and not self._may_take(found, declared):
                if replaces or text(found, "metadata", "deletionTimestamp"):
                    return declared.inputs
                raise _exists(reference, found)
            try:
                live = self._apply(store, reference, declared, preview=True)
            except ApiError as error:
                if error.status == HTTPStatus.NOT_FOUND:  # its namespace will be created in the same run
                    return declared.inputs
                raise
        return declared.state(_without_inventions(live, declared.obj))

    def _make_way(self, store: Store, reference: Reference, declared: Declared) -> None:
        """Waits until an object that is being deleted is gone; refuses if there is one that is not this resource's."""
        found = store.get(reference)
        if found is not None and text(found, "metadata", "deletionTimestamp"):
            self._deletion(store, reference, declared).until_gone(found)
            found = store.get(reference)
        if found is None:
            if declared.patch:
                raise ProviderError(f"{reference.words} does not exist, so that there is nothing to patch")
            return
        if not self._may_take(found, declared):
            raise _exists(reference, found)
        if declared.patch:
            return
        made_by = "an interrupted run of this resource made it"
        if not ownership.is_ours(found, declared.field_manager):
            made_by = f"made by {_makers(found)}, and upsertExistingObjects is set"
        self._engine.info(declared.urn, f"{reference.words} exists: {made_by}. It is taken over")

    def _may_take(self, found: Properties, declared: Declared) -> bool:
        if text(found, "metadata", "deletionTimestamp"):
            return False
        return declared.patch or self._upsert or ownership.is_ours(found, declared.field_manager)

    # Update

    def update(self, declared: Declared, ignored: Sequence[str] = ()) -> Properties:
        """Gives the object its new fields, and waits until it is ready.

        Args:
            declared: What it should be.
            ignored: Property paths that the user leaves to others.

        Returns:
            Its state.

        Raises:
            InitFailedError: It was updated, but is not ready.
            ProviderError: It could not be updated.
        """
        prefix = f'resource "{declared.urn}" was not successfully updated by the Kubernetes API server: '
        with self._redacted(prefix):
            resource = self._resource(declared)
            reference = self._reference(resource, declared.obj)
            store = self._store(declared.urn)
            found = store.get(reference)
            if found is not None and text(found, "metadata", "deletionTimestamp"):
                self._deletion(store, reference, declared).until_gone(found)
                found = None
            live = self._apply_update(store, reference, declared, found, ignored)
        return declared.state(self._await(store, reference, declared, live, verb="updated"))

    def preview_update(self, declared: Declared, ignored: Sequence[str] = ()) -> Properties:
        """Returns what an update would come to, by the server's own word if it can tell.

        Raises:
            ProviderError: The server would refuse it.
        """
        prefix = f'resource "{declared.urn}" would not be updated by the Kubernetes API server: '
        with self._redacted(prefix):
            resource = self._discovery.find(declared.kind)
            if resource is None:
                return declared.inputs
            reference = self._reference(resource, declared.obj)
            store = self._store(declared.urn)
            found = store.get(reference)
            if found is None or text(found, "metadata", "deletionTimestamp"):
                return declared.inputs
            live = self._apply_update(store, reference, declared, found, ignored, preview=True)
        return declared.state(live)

    def _apply_update(
        self,
        store: Store,
        reference: Reference,
        declared: Declared,
        found: Properties | None,
        ignored: Sequence[str],
        *,
        preview: bool = False,
    ) -> Properties:
        if found is not None:
            taken = ownership.taken_over(found, declared.field_manager)
            if taken is not None and not preview:
                version = text(found, "metadata", "resourceVersion")
                store.replace_field(reference, version, "/metadata/managedFields", taken)
            declared = replace(declared, obj=_with_ignored(declared.obj, found, ignored))
            # A dry run cannot see the fields taken over, which would conflict with the official plugin's.
            return self._apply(store, reference, declared, preview=preview, force=taken is not None)
        return self._apply(store, reference, declared, preview=preview)

    # Both

    def _apply(
        self,
        store: Store,
        reference: Reference,
        declared: Declared,
        *,
        preview: bool = False,
        force: bool = False,
        patient: bool = False,
    ) -> Properties:
        """Applies the object; what was changed by hand is taken back, every other conflict is refused by name."""
        obj = _applied(declared.obj, reference)
        force = force or declared.annotation(_FORCE) == "true"
        until = time.monotonic() + NEW_KIND_S
        while True:
            try:
                return store.apply(reference, obj, manager=declared.field_manager, force=force, preview=preview)
            except ApiError as error:
                if patient and _NOT_SERVED in error.message and time.monotonic() < until:
                    self._pause(_NEW_KIND_PAUSE_S)
                    continue
                found = ownership.conflicts(error)
                if not found or force:
                    raise
                if not all(conflict.by_hand for conflict in found):
                    raise ProviderError(ownership.in_words(found)) from None
                if not preview:
                    fields = ", ".join(conflict.field for conflict in found)
                    self._engine.info(declared.urn, f"changed by hand with kubectl, and set back: {fields}")
                force = True

    def _await(
        self, store: Store, reference: Reference, declared: Declared, live: Properties, *, verb: str
    ) -> Properties:
        """Returns the object when it is ready.

        Raises:
            InitFailedError: It is not.
        """
        readiness = self._readiness(declared)
        if readiness is None:
            return live
        try:
            return self._wait(store, reference, declared, live, readiness).until_ready()
        except NotReadyError as error:
            message = (
                f'resource "{declared.urn}" was successfully {verb}, but the Kubernetes API server reported that it '
                f"failed to fully initialize or become live: '{declared.name}' {error.headline}"
            )
            reasons = [self._redactor.clean(reason) for reason in (message, *error.reasons)]
            raise InitFailedError(
                reasons[0],
                resource_id=_id(error.live),
                properties=declared.state(error.live),
                inputs=declared.inputs,
                reasons=reasons,
            ) from None

    def _wait(
        self, store: Store, reference: Reference, declared: Declared, live: Properties, readiness: Readiness
    ) -> Wait:
        return Wait(
            store,
            reference,
            readiness,
            live,
            timeout_s=self._timeout(declared),
            since=ownership.applied_at(live, declared.field_manager),
            stop=self._stop,
            say=lambda line: self._engine.status(declared.urn, self._redactor.clean(line)),
            note=lambda line: self._engine.info(declared.urn, self._redactor.clean(line)),
        )

    def _readiness(self, declared: Declared) -> Readiness | None:
        if declared.annotation(_SKIP) == "true":
            return None
        usual = readiness_of(declared.kind)
        wanted = declared.annotation(wait_for.ANNOTATION)
        if not wanted:
            return usual
        holds = wait_for.parse(wanted)

        def check(obj: Properties, _related: Related) -> Verdict:
            return holds(obj)

        return replace(usual, check=check, related="") if usual else Readiness(check)

    def _timeout(self, declared: Declared) -> float:
        annotation = declared.annotation(_TIMEOUT)
        if declared.timeout_s or not annotation:
            return declared.timeout_s or DEFAULT_TIMEOUT_S
        if not annotation.isdecimal() or not int(annotation):
            raise ProviderError(f"the annotation {_TIMEOUT} is {annotation!r}; it must be a number of seconds above 0")
        return float(annotation)

    # Read

    def read(self, declared: Declared, before: Properties) -> tuple[str, Properties, Properties] | None:
        """Looks at a recorded object.

        Args:
            declared: What is recorded of it.
            before: The object as it is recorded.

        Returns:
            Its id, state and inputs; where it is not as declared, its inputs are as it is. None if it is gone.

        Raises:
            InitFailedError: It is there, but has failed.
            ProviderError: The server refused to say.
        """
        with self._redacted(f'resource "{declared.urn}" could not be read: '):
            resource = self._discovery.find(declared.kind)
            if resource is None:
                return None
            reference = self._reference(resource, declared.obj)
            store = self._store(declared.urn)
            live = store.get(reference)
            if live is None:
                return None
            inputs = objects.pruned(live, declared.obj)
            if declared.kind.built_in:
                inputs = aligned(inputs, declared.obj, before)
        objects.mark_secrets(inputs, declared.inputs)
        found = replace(declared, obj=plain_properties(inputs), inputs=inputs)
        state = found.state(live)
        self._check_failed(store, reference, found, live, state)
        return _id(live), state, inputs

    def _check_failed(
        self, store: Store, reference: Reference, declared: Declared, live: Properties, state: Properties
    ) -> None:
        readiness = self._readiness(declared)
        if readiness is None:
            return
        with self._redacted(f'resource "{declared.urn}" could not be read: '):
            verdict = self._wait(store, reference, declared, live, readiness).look()
        if verdict.phase is Phase.FAILED:
            message = self._redactor.clean(f"'{declared.name}' {verdict.message}")
            raise InitFailedError(
                message, resource_id=_id(live), properties=state, inputs=declared.inputs, reasons=[message]
            )

    def adopt(self, urn: str, kind: GroupVersionKind, resource_id: str) -> tuple[str, Properties, Properties] | None:
        """Reads an object that is not recorded yet, by its id `namespace/name`, or `name`.

        Returns:
            Its id, state and inputs; None if there is none.

        Raises:
            ProviderError: The id is none, or the server refused.
        """
        namespace, _, name = resource_id.rpartition("/")
        if not name or "/" in namespace:
            raise ProviderError(
                f"{resource_id!r} is no id of a Kubernetes object: it must be `namespace/name`, or `name`"
            )
        with self._redacted(f'resource "{urn}" could not be read: '):
            resource = self._discovery.find(kind)
            if resource is None:
                raise ProviderError(_no_match(kind))
            reference = Reference(resource, (namespace or self._namespace) if resource.namespaced else "", name)
            live = self._store(urn).get(reference)
        if live is None:
            return None
        inputs = _declarable(live)
        objects.mark_secrets(inputs, {})
        declared = Declared(urn=urn, obj=plain_properties(inputs), inputs=inputs)
        return _id(live), declared.state(live), objects.underscored(inputs)

    # Delete

    def delete(self, declared: Declared, live: Properties) -> None:
        """Deletes the object and waits until it is gone; of a patch, gives its fields up.

        Args:
            declared: What is recorded of it.
            live: The object as it is recorded.

        Raises:
            ProviderError: It could not be deleted, or is not gone in time.
        """
        with self._redacted(f'resource "{declared.urn}" was not successfully deleted by the Kubernetes API server: '):
            resource = self._discovery.find(objects.kind_of(live))
            if resource is None:
                return
            reference = self._reference(resource, live)
            store = self._store(declared.urn)
            if declared.patch:
                if store.get(reference) is not None:
                    nothing = {key: live[key] for key in ("apiVersion", "kind") if key in live}
                    identity = {key: value for key, value in section(live, "metadata").items() if key in _IDENTITY}
                    store.apply(reference, {**nothing, "metadata": identity}, manager=declared.field_manager)
                return
            deleted = self._delete(store, reference, declared, live)
            if deleted is not None and declared.annotation(_SKIP) != "true":
                self._deletion(store, reference, declared).until_gone(deleted)

    def _delete(self, store: Store, reference: Reference, declared: Declared, live: Properties) -> Properties | None:
        policy = policy_of(live)
        try:
            return store.delete(reference, policy=policy, uid=text(live, "metadata", "uid"))
        except ApiError as error:
            if error.status != HTTPStatus.CONFLICT:
                raise
        # Another object has that name now. A run that was killed before it was recorded may have made it.
        found = store.get(reference)
        if found is None:
            return None
        if not ownership.is_ours(found, declared.field_manager):
            self._engine.warning(
                declared.urn,
                f"{reference.words} was deleted and made anew by somebody else ({', '.join(ownership.owners(found))}); "
                "that one is left alone",
            )
            return None
        return store.delete(reference, policy=policy, uid=text(found, "metadata", "uid"))

    # Parts of the above

    def _deletion(self, store: Store, reference: Reference, declared: Declared) -> Deletion:
        return Deletion(
            store,
            reference,
            self._timeout(declared),
            self._stop,
            lambda line: self._engine.status(declared.urn, self._redactor.clean(line)),
        )

    def _store(self, urn: str) -> Store:
        return Store(self._client, lambda warning: self._engine.warning(urn, self._redactor.clean(warning)))

    def _resource(self, declared: Declared, *, patient: bool = False) -> Resource:
        until = time.monotonic() + NEW_KIND_S
        while (found := self._discovery.find(declared.kind)) is None:
            if not patient or time.monotonic() > until:
                raise _NoKindError(
                    f'creation of resource "{declared.urn}" with kind {text(declared.obj, "apiVersion")}/'
                    f"{declared.kind.kind} failed because the Kubernetes API server reported that the apiVersion for "
                    "this resource does not exist. Verify that any required CRDs have been created: "
                    f"{_no_match(declared.kind)}"
                )
            self._pause(_NEW_KIND_PAUSE_S)
        return found

    def _reference(self, resource: Resource, obj: Properties) -> Reference:
        namespace = (text(obj, "metadata", "namespace") or self._namespace) if resource.namespaced else ""
        name = text(obj, "metadata", "name")
        if not name:
            raise ProviderError(f"a {resource.kind.kind} needs a metadata.name")
        return Reference(resource, namespace, name)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise CancelledError("cancelled")

    @contextmanager
    def _redacted(self, prefix: str) -> Generator[None]:
        """Puts words in front of what goes wrong inside the block, and takes secrets out."""
        try:
            yield
        except InitFailedError:
            raise
        except _NoKindError as error:
            raise ProviderError(error.message) from None
        except ProviderError as error:
            raise ProviderError(prefix + self._redactor.clean(error.message), error.code) from None


class _NoKindError(ProviderError):
    """The server does not know the kind; the message is whole."""


_IDENTITY = ("name", "namespace")


def _no_match(kind: GroupVersionKind) -> str:
    version = f"{kind.group}/{kind.version}" if kind.group else kind.version
    return f'no matches for kind "{kind.kind}" in version "{version}"'


def _exists(reference: Reference, found: Properties) -> ProviderError:
    group = reference.resource.kind.group
    plural = f"{reference.resource.plural}.{group}" if group else reference.resource.plural
    return ProviderError(f'{plural} "{reference.name}" already exists (made by {_makers(found)}){_EXISTS_ADVICE}')


def _makers(found: Properties) -> str:
    return ", ".join(ownership.owners(found)) or "an unknown field manager"


def _applied(obj: Properties, reference: Reference) -> Properties:
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


def _with_ignored(obj: Properties, live: Properties, ignored: Sequence[str]) -> Properties:
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


def _without_inventions(live: Properties, declared: Properties) -> Properties:
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


def _declarable(live: Properties) -> Properties:
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


def _id(live: Properties) -> str:
    namespace, name = text(live, "metadata", "namespace"), text(live, "metadata", "name")
    return f"{namespace}/{name}" if namespace else name
