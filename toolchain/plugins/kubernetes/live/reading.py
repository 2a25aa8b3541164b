"""Looking at objects: those that are recorded, and those that are to be adopted."""

from dataclasses import replace

from toolchain.plugins.base import InitFailedError, ProviderError
from toolchain.plugins.base_values import Properties, plain_properties
from toolchain.plugins.kubernetes import objects
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live.declared import Declared
from toolchain.plugins.kubernetes.live.equivalence import aligned
from toolchain.plugins.kubernetes.live.ground import Ground, no_match
from toolchain.plugins.kubernetes.live.shapes import declarable, id_of
from toolchain.plugins.kubernetes.live.store import Reference, Store
from toolchain.plugins.kubernetes.live.verdict import Phase


def read(ground: Ground, declared: Declared, before: Properties) -> tuple[str, Properties, Properties] | None:
    """Looks at a recorded object.

    Args:
        ground: The cluster it is in.
        declared: What is recorded of it.
        before: The object as it is recorded.

    Returns:
        Its id, state and inputs; where it is not as declared, its inputs are as it is. None if it is gone.

    Raises:
        InitFailedError: It is there, but has failed.
        ProviderError: The server refused to say.
    """
    with ground.redacted(f'resource "{declared.urn}" could not be read: '):
        resource = ground.find(declared.kind)
        if resource is None:
            return None
        reference = ground.reference(resource, declared.obj)
        store = ground.store(declared.urn)
        live = store.get(reference)
        if live is None:
            return None
        inputs = objects.pruned(live, declared.obj)
        if declared.kind.built_in:
            inputs = aligned(inputs, declared.obj, before)
    objects.mark_secrets(inputs, declared.inputs)
    found = replace(declared, obj=plain_properties(inputs), inputs=inputs)
    state = found.state(live)
    _check_failed(ground, store, reference, found, live, state)
    return id_of(live), state, inputs


def _check_failed(
    ground: Ground, store: Store, reference: Reference, declared: Declared, live: Properties, state: Properties
) -> None:
    readiness = ground.readiness(declared)
    if readiness is None:
        return
    with ground.redacted(f'resource "{declared.urn}" could not be read: '):
        verdict = ground.wait(store, reference, declared, live, readiness).look()
    if verdict.phase is Phase.FAILED:
        message = ground.redactor.clean(f"'{declared.name}' {verdict.message}")
        raise InitFailedError(
            message, resource_id=id_of(live), properties=state, inputs=declared.inputs, reasons=[message]
        )


def adopt(
    ground: Ground, urn: str, kind: GroupVersionKind, resource_id: str
) -> tuple[str, Properties, Properties] | None:
    """Reads an object that is not recorded yet, by its id `namespace/name`, or `name`.

    Returns:
        Its id, state and inputs; None if there is none.

    Raises:
        ProviderError: The id is none, or the server refused.
    """
    namespace, _, name = resource_id.rpartition("/")
    if not name or "/" in namespace:
        raise ProviderError(f"{resource_id!r} is no id of a Kubernetes object: it must be `namespace/name`, or `name`")
    with ground.redacted(f'resource "{urn}" could not be read: '):
        resource = ground.find(kind)
        if resource is None:
            raise ProviderError(no_match(kind))
        reference = Reference(resource, (namespace or ground.namespace) if resource.namespaced else "", name)
        live = ground.store(urn).get(reference)
    if live is None:
        return None
    inputs = declarable(live)
    objects.mark_secrets(inputs, {})
    declared = Declared(urn=urn, obj=plain_properties(inputs), inputs=inputs)
    return id_of(live), declared.state(live), objects.underscored(inputs)
