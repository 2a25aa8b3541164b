"""How an object gets its name, if the program gives it none."""

from toolchain.plugins.base import Autonaming, ProviderError
from toolchain.plugins.base_unique_names import unique_name
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.objects import child, is_unknown, set_metadata, text

LONGEST_NAME = 253  # of any object, in characters: RFC 1123 subdomains, as the API server checks

_AUTONAMED = "pulumi.com/autonamed"


def is_named(obj: Properties) -> bool:
    """Tells whether the object has a name of its own, known or not."""
    return bool(text(obj, "metadata", "name")) or is_unknown(obj, "metadata", "name") or is_unknown(obj, "metadata")


def is_autonamed(obj: Properties) -> bool:
    """Tells whether this plugin made the object's name, so that a replacement can have another."""
    return text(obj, "metadata", "annotations", _AUTONAMED) == "true"


def leaves_name_to_server(obj: Properties) -> bool:
    """Tells whether the object has a `generateName` instead of a name."""
    return not is_named(obj) and (
        bool(text(obj, "metadata", "generateName")) or is_unknown(obj, "metadata", "generateName")
    )


def adopt_name(obj: Properties, old: Properties) -> None:
    """Keeps the name that was made for the object before, if it still has none of its own."""
    if not is_named(obj) and is_autonamed(old):
        _set_autoname(obj, text(old, "metadata", "name"))


def assign_name(obj: Properties, *, resource_name: str, seed: bytes, wish: Autonaming | None) -> None:
    """Names a new object that has no name, in place.

    Args:
        obj: The object.
        resource_name: Its name in the program, which the made name begins with.
        seed: The engine's random seed.
        wish: What `pulumi:autonaming` in the stack's configuration asks for.

    Raises:
        ProviderError: The configuration forbids made names, or the name would be too long.
    """
    if is_named(obj) or leaves_name_to_server(obj):
        return
    if wish is None:
        name = unique_name(f"{resource_name}-", seed)
    elif wish.mode == "DISABLE":
        raise ProviderError("autonaming is disabled, resource requires the .metadata.name field to be set")
    else:
        name = wish.proposed_name
    if len(name) > LONGEST_NAME:
        raise ProviderError(
            f"the name {name!r}, made for resource {resource_name!r}, has {len(name)} characters; Kubernetes allows "
            f"{LONGEST_NAME}. Give the object a metadata.name, or the resource a shorter name"
        )
    _set_autoname(obj, name)


def _set_autoname(obj: Properties, name: str) -> None:
    set_metadata(obj, "name", name)
    metadata = child(obj, "metadata")
    annotations = None if metadata is None else child(metadata, "annotations")
    if annotations is not None:
        annotations[_AUTONAMED] = "true"
