"""An image that a registry of this machine lost is built again by the next `up`, and only such an image."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.unit.cli.conftest import Desk
from tests.unit.cli.pushed import Registry, answering_registry, deploy, image


@pytest.fixture
def registry() -> Generator[Registry]:
    with answering_registry() as registry:
        yield registry


def flags_of_up(desk: Desk) -> list[str]:
    """What `slipway up` asked of the engine."""
    said = desk.slipway("up")
    assert said.exit_code == 0, said.output
    [up] = [call["arguments"] for call in desk.calls() if call["arguments"][0] == "up"]
    return up


def test_an_image_that_is_gone_is_replaced_and_named(desk: Desk, registry: Registry) -> None:
    registry.status = 404
    deploy(desk, registry, image(registry.address))
    flags = flags_of_up(desk)
    assert flags[flags.index("--replace") + 1] == "urn:image"


def test_an_image_that_stays_when_its_stack_goes_is_replaced_too(desk: Desk, registry: Registry) -> None:
    registry.status = 404
    deploy(desk, registry, image(registry.address, retainOnDelete=True))
    assert "--replace" in flags_of_up(desk)


def test_an_image_that_is_there_is_left_alone(desk: Desk, registry: Registry) -> None:
    registry.status = 200
    deploy(desk, registry, image(registry.address))
    assert "--replace" not in flags_of_up(desk)


def test_a_registry_that_cannot_be_asked_has_lost_nothing(desk: Desk, registry: Registry) -> None:
    registry.status = 500
    deploy(desk, registry, image(registry.address))
    assert "--replace" not in flags_of_up(desk)


def test_an_image_in_another_registry_is_not_asked_for(desk: Desk, registry: Registry) -> None:
    deploy(desk, registry, image("registry.example.com"))
    flags_of_up(desk)
    assert registry.asked == []
