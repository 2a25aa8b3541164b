"""Who owns which field of an object: conflicts in words, and what a killed run left.

Names: the official plugin makes a random field manager (`pulumi-kubernetes-1a2b3c4d`) when it creates an object. Here
the eight digits follow from the resource's URN. An object that exists already but whose fields were applied under that
very name was made by this resource: by a run that was killed before the engine could write it down. That one is taken
over; every other one is refused, as by the official plugin. `docs/decisions/0014-adoption-by-field-manager.md` has the
details.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.live.errors import ApiError
from toolchain.plugins.kubernetes.live.fields import moment, sections, text

OFFICIAL = "pulumi-kubernetes"
"""The official plugin's name for fields that it set in a create."""

_HAND = "kubectl"
_NO_HANDS = ("kubectl-client-side-apply", "kubectl-last-applied")  # owners that mean to stay
_CONFLICT = "FieldManagerConflict"


def manager_of(urn: str) -> str:
    """Returns the field manager of a resource."""
    return f"{OFFICIAL}-{hashlib.sha256(urn.encode()).hexdigest()[:8]}"


def entry_of(live: Properties, manager: str, operation: str = "Apply") -> Properties:
    """Returns the record of what `manager` owns in an object, or {}."""
    for entry in sections(live, "metadata", "managedFields"):
        if (text(entry, "manager"), text(entry, "operation")) == (manager, operation) and not text(
            entry, "subresource"
        ):
            return entry
    return {}


def is_ours(live: Properties, manager: str) -> bool:
    """Tells whether `manager` has applied this object."""
    return bool(entry_of(live, manager))


def applied_at(live: Properties, manager: str) -> datetime | None:
    """Returns when `manager` last changed the object, in the server's clock, to a second."""
    return moment(entry_of(live, manager), "time")


def owners(live: Properties) -> list[str]:
    """Returns who else has set fields of the object itself, for messages."""
    found = [
        text(entry, "manager") for entry in sections(live, "metadata", "managedFields") if "subresource" not in entry
    ]
    return list(dict.fromkeys(found))


def taken_over(live: Properties, manager: str) -> list[Value] | None:
    """Returns the object's managed fields with those of the official plugin's create in our name.

    Returns:
        None if there is nothing to take over.
    """
    if is_ours(live, manager) or not entry_of(live, OFFICIAL, "Update"):
        return None
    taken: list[Value] = []
    for entry in sections(live, "metadata", "managedFields"):
        official = text(entry, "manager") == OFFICIAL and text(entry, "operation") == "Update"
        ours: Properties = {"manager": manager, "operation": "Apply"}
        taken.append({**entry, **ours} if official and "subresource" not in entry else entry)
    return taken


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else owns and that has another value there.

    Attributes:
        owner: The other field manager.
        field: Its path, such as ".spec.replicas".
        by_hand: Whether it was set with a `kubectl` command such as edit, scale or patch.
    """

    owner: str
    field: str
    by_hand: bool


def conflicts(error: ApiError) -> list[Conflict]:
    """Returns the conflicts that the server names in a refusal; [] if it refused for other reasons."""
    return [
        _conflict(text(cause, "message"), text(cause, "field"))
        for cause in error.causes
        if text(cause, "reason") == _CONFLICT
    ]


def _conflict(message: str, field: str) -> Conflict:
    # As in: conflict with "kubectl-edit" using apps/v1 / conflict with "kubectl" with subresource "scale" using apps/v1
    parts = message.split('"')
    owner = parts[1] if len(parts) > 1 else message
    # An applied owner is named without its operation: `kubectl apply --server-side` is "kubectl".
    by_hand = owner.startswith(_HAND) and owner not in _NO_HANDS and (owner != _HAND or "subresource" in message)
    return Conflict(owner, field, by_hand)


def in_words(found: Iterable[Conflict]) -> str:
    """Returns the sentence that names conflicts, by owner."""
    by_owner: dict[str, list[str]] = {}
    for conflict in found:
        by_owner.setdefault(conflict.owner, []).append(conflict.field)
    listed = "; ".join(f"{', '.join(fields)} owned by {owner!r}" for owner, fields in by_owner.items())
    return (
        f"fields are owned by somebody else, who set them to other values: {listed}. Leave them to their owner (remove "
        "them from the program, or name them in ignoreChanges), or take them with the annotation "
        '`pulumi.com/patchForce: "true"`'
    )
