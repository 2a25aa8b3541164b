"""The table of properties is that of the published SDK."""

import inspect
import re

import pulumi_docker
import pytest

from toolchain.plugins.docker.kinds import CONTAINER, NETWORK, REMOTE_IMAGE, VOLUME, Kind

CLASSES = {
    "Container": (pulumi_docker.Container, CONTAINER),
    "Network": (pulumi_docker.Network, NETWORK),
    "RemoteImage": (pulumi_docker.RemoteImage, REMOTE_IMAGE),
    "Volume": (pulumi_docker.Volume, VOLUME),
}


def declared(resource: type, pattern: str) -> set[str]:
    """The property names that the SDK's constructor sets, as the protocol writes them."""
    source = inspect.getsource(getattr(resource, "_internal_init"))  # noqa: B009  # private, and the only list there is
    snake = re.findall(rf'__props__.__dict__\["(\w+)"\] = {pattern}', source)
    return {re.sub(r"_(\w)", lambda match: match[1].upper(), name) for name in snake}


@pytest.mark.parametrize(("resource", "kind"), CLASSES.values(), ids=CLASSES)
def test_every_input_of_the_sdk_is_known_and_no_other(resource: type, kind: Kind) -> None:
    assert declared(resource, r"(?!None)") == set(kind.fields)


@pytest.mark.parametrize(("resource", "kind"), CLASSES.values(), ids=CLASSES)
def test_every_output_of_the_sdk_is_known_and_no_other(resource: type, kind: Kind) -> None:
    assert declared(resource, "None") == set(kind.outputs)
