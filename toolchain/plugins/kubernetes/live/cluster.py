"""What the provider's calls do in a cluster."""

import time
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from toolchain.plugins.base import InitFailedError, ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes import objects
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live import ownership, reading
from toolchain.plugins.kubernetes.live.awaiting import NotReadyError
from toolchain.plugins.kubernetes.live.declared import Declared
from toolchain.plugins.kubernetes.live.deletion import policy_of
from toolchain.plugins.kubernetes.live.errors import ApiError
from toolchain.plugins.kubernetes.live.fields import section, text
from toolchain.plugins.kubernetes.live.ground import NEW_KIND_PAUSE_S, NEW_KIND_S, Ground
from toolchain.plugins.kubernetes.live.shapes import IDENTITY, applied, id_of, with_ignored, without_inventions
from toolchain.plugins.kubernetes.live.store import Reference, Store

_FORCE = "pulumi.com/patchForce"
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
        ground: Its objects, one by one.
        upsert: Whether objects that exist already are taken over.
    """

    def __init__(self, ground: Ground, *, upsert: bool = False) -> None:
        self._ground = ground
        self._upsert = upsert

    def check_reachable(self) -> None:
        """Asks for the server's version.

        Raises:
            UnreachableError: Nobody answers.
            ApiError: The server refused even that.
        """
        self._ground.client.call("GET", "/version")

    def close(self) -> None:
        """Closes the connections that are kept."""
        self._ground.client.close()

    def is_namespaced(self, kind: GroupVersionKind) -> bool | None:
        """Tells whether objects of `kind` live in namespaces; None if the cluster does not know the kind."""
        found = self._ground.find(kind)
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
        with self._ground.redacted(prefix):
            resource = self._ground.resource(declared, patient=defined_here)
            reference = self._ground.reference(resource, declared.obj)
            store = self._ground.store(declared.urn)
            self._make_way(store, reference, declared)
            live = self._apply(store, reference, declared, patient=defined_here)
        return id_of(live), declared.state(self._await(store, reference, declared, live, verb="created"))

    def preview_create(self, declared: Declared, *, replaces: bool) -> Properties:
        """Returns what a create would come to, by the server's own word if it can tell.

        Args:
            declared: What would be created.
            replaces: Whether it replaces a recorded object, which may still be there.

        Raises:
            ProviderError: The server would refuse it.
        """
        prefix = f'resource "{declared.urn}" would not be created by the Kubernetes API server: '
        with self._ground.redacted(prefix):
            resource = self._ground.find(declared.kind)
            if resource is None:
                return declared.inputs
            reference = self._ground.reference(resource, declared.obj)
            store = self._ground.store(declared.urn)
            found = store.get(reference)
            if found is None and declared.patch:
                return declared.inputs
            if found is not None and replaces:
                return declared.inputs  # of the one that will be gone, the server would say what cannot change
            if found is not None and not self._may_take(found, declared):
                if text(found, "metadata", "deletionTimestamp"):
                    return declared.inputs
                raise _exists(reference, found)
            try:
                live = self._apply(store, reference, declared, preview=True)
            except ApiError as error:
                if error.status == HTTPStatus.NOT_FOUND:  # its namespace will be created in the same run
                    return declared.inputs
                raise
        return declared.state(without_inventions(live, declared.obj))

    def _make_way(self, store: Store, reference: Reference, declared: Declared) -> None:
        """Waits until an object that is being deleted is gone; refuses if there is one that is not this resource's."""
        found = store.get(reference)
        if found is not None and text(found, "metadata", "deletionTimestamp"):
            self._ground.deletion(store, reference, declared).until_gone(found)
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
        self._ground.engine.info(declared.urn, f"{reference.words} exists: {made_by}. It is taken over")

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
        with self._ground.redacted(prefix):
            resource = self._ground.resource(declared)
            reference = self._ground.reference(resource, declared.obj)
            store = self._ground.store(declared.urn)
            found = store.get(reference)
            if found is not None and text(found, "metadata", "deletionTimestamp"):
                self._ground.deletion(store, reference, declared).until_gone(found)
                found = None
            live = self._apply_update(store, reference, declared, found, ignored)
        return declared.state(self._await(store, reference, declared, live, verb="updated"))

    def preview_update(self, declared: Declared, ignored: Sequence[str] = ()) -> Properties:
        """Returns what an update would come to, by the server's own word if it can tell.

        Raises:
            ProviderError: The server would refuse it.
        """
        prefix = f'resource "{declared.urn}" would not be updated by the Kubernetes API server: '
        with self._ground.redacted(prefix):
            resource = self._ground.find(declared.kind)
            if resource is None:
                return declared.inputs
            reference = self._ground.reference(resource, declared.obj)
            store = self._ground.store(declared.urn)
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
            declared = replace(declared, obj=with_ignored(declared.obj, found, ignored))
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
        obj = applied(declared.obj, reference)
        force = force or declared.annotation(_FORCE) == "true"
        until = time.monotonic() + NEW_KIND_S
        while True:
            try:
                return store.apply(reference, obj, manager=declared.field_manager, force=force, preview=preview)
            except ApiError as error:
                if patient and _NOT_SERVED in error.message and time.monotonic() < until:
                    self._ground.pause(NEW_KIND_PAUSE_S)
                    continue
                found = ownership.conflicts(error)
                if not found or force:
                    raise
                if not all(conflict.by_hand for conflict in found):
                    raise ProviderError(ownership.in_words(found)) from None
                if not preview:
                    fields = ", ".join(conflict.field for conflict in found)
                    self._ground.engine.info(declared.urn, f"changed by hand with kubectl, and set back: {fields}")
                force = True

    def _await(
        self, store: Store, reference: Reference, declared: Declared, live: Properties, *, verb: str
    ) -> Properties:
        """Returns the object when it is ready.

        Raises:
            InitFailedError: It is not.
        """
        readiness = self._ground.readiness(declared)
        if readiness is None:
            return live
        try:
            return self._ground.wait(store, reference, declared, live, readiness).until_ready()
        except NotReadyError as error:
            message = (
                f'resource "{declared.urn}" was successfully {verb}, but the Kubernetes API server reported that it '
                f"failed to fully initialize or become live: '{declared.name}' {error.headline}"
            )
            reasons = [self._ground.redactor.clean(reason) for reason in (message, *error.reasons)]
            raise InitFailedError(
                reasons[0],
                resource_id=id_of(error.live),
                properties=declared.state(error.live),
                inputs=declared.inputs,
                reasons=reasons,
            ) from None

    # Read

    def read(self, declared: Declared, before: Properties) -> tuple[str, Properties, Properties] | None:
        """Looks at a recorded object; see `reading.read`."""
        return reading.read(self._ground, declared, before)

    def adopt(self, urn: str, kind: GroupVersionKind, resource_id: str) -> tuple[str, Properties, Properties] | None:
        """Reads an object that is not recorded yet; see `reading.adopt`."""
        return reading.adopt(self._ground, urn, kind, resource_id)

    # Delete

    def delete(self, declared: Declared, live: Properties) -> None:
        """Deletes the object and waits until it is gone; of a patch, gives its fields up.

        Args:
            declared: What is recorded of it.
            live: The object as it is recorded.

        Raises:
            ProviderError: It could not be deleted, or is not gone in time.
        """
        with self._ground.redacted(
            f'resource "{declared.urn}" was not successfully deleted by the Kubernetes API server: '
        ):
            resource = self._ground.find(objects.kind_of(live))
            if resource is None:
                return
            reference = self._ground.reference(resource, live)
            store = self._ground.store(declared.urn)
            if declared.patch:
                if store.get(reference) is not None:
                    nothing = {key: live[key] for key in ("apiVersion", "kind") if key in live}
                    identity = {key: value for key, value in section(live, "metadata").items() if key in IDENTITY}
                    store.apply(reference, {**nothing, "metadata": identity}, manager=declared.field_manager)
                return
            deleted = self._delete(store, reference, declared, live)
            if deleted is not None and declared.awaited:
                self._ground.deletion(store, reference, declared).until_gone(deleted)

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
            self._ground.engine.warning(
                declared.urn,
                f"{reference.words} was deleted and made anew by somebody else ({', '.join(ownership.owners(found))}); "
                "that one is left alone",
            )
            return None
        return store.delete(reference, policy=policy, uid=text(found, "metadata", "uid"))


def _exists(reference: Reference, found: Properties) -> ProviderError:
    group = reference.resource.kind.group
    plural = f"{reference.resource.plural}.{group}" if group else reference.resource.plural
    return ProviderError(f'{plural} "{reference.name}" already exists (made by {_makers(found)}){_EXISTS_ADVICE}')


def _makers(found: Properties) -> str:
    return ", ".join(ownership.owners(found)) or "an unknown field manager"
