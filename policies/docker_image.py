"""Images of a Docker host: what it pulls, and which of them a container runs by the host's own number."""

from __future__ import annotations

from collections.abc import Mapping

from policies.docker_container import as_object, is_number
from policies.docker_words import CONTAINER, IMAGE, PLACES
from policies.plain import Path
from policies.view import Container, Manifest, Pod


def image_object(inputs: dict[str, object], secrets: frozenset[Path] = frozenset()) -> Manifest:
    """Makes an object that carries a pod of the image, so that the rules over images hold for it.

    Args:
        inputs: The plain inputs of a `docker.RemoteImage`.
        secrets: Paths of secret values in them.

    Returns:
        The object; its kind is the resource's type.
    """
    return _running(IMAGE, ("containers", 0), inputs.get("name"), {PLACES: {}}, secrets)


def running_object(
    inputs: dict[str, object], pulled: Mapping[object, object], secrets: frozenset[Path] = frozenset()
) -> Manifest:
    """Makes an object that carries a pod of the image which a container runs, under the name by which it was pulled.

    Args:
        inputs: The plain inputs of a `docker.Container`.
        pulled: The names of the images that are pulled, by their numbers.
        secrets: Paths of secret values in the inputs.

    Returns:
        The object; its kind is the resource's type.
    """
    image = inputs.get("image")
    if is_number(image):
        image = pulled.get(image, f"localhost/image@{image}")
    return _running(CONTAINER, (), image, {"metadata": {"name": inputs.get("name")}}, as_object(secrets))


def _running(kind: str, path: Path, image: object, body: dict[str, object], secrets: frozenset[Path]) -> Manifest:
    container: dict[str, object] = {"image": image}
    pod = Pod((), {"containers": [container]}, (Container("container", path, container),), {})
    return Manifest("", kind, (), body, (pod,), secrets=secrets)
