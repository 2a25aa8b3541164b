"""Rules over releases: blue and green."""

from typing import Any

import pytest

from policies.plain import SENTINELS
from tests.unit.policies.cases.case import Json
from tests.unit.policies.joined import NAMESPACE, said, service, serving

UNKNOWN = min(SENTINELS)


def half(colour: str, name: str = "web", image: Any = "a:1", **pod: Any) -> Json:
    made = serving(
        name, container={"image": image, "env": [{"name": "COLOUR", "value": colour}], **pod.pop("fields", {})}, **pod
    )
    made["metadata"]["name"] = f"{name}-{colour}"
    made["spec"]["template"]["metadata"]["labels"]["slipway/colour"] = colour
    return made


BLUE, GREEN = half("blue"), half("green", image="a:2")


def test_halves_that_differ_in_image_and_colour_are_alike() -> None:
    assert said("release-alike", BLUE, GREEN) == []
    assert said("release-alike", BLUE, half("green", name="other", fields={"tty": True})) == []
    assert said("release-alike", BLUE) == []


@pytest.mark.parametrize(
    ("other", "at"),
    [
        (half("green", fields={"tty": True}), "containers[0].tty"),
        (half("green", serviceAccountName="other"), "serviceAccountName"),
        (half("green", initContainers=[{"name": "a"}]), "initContainers"),
        (half("green", fields={"env": []}), "containers[0].env"),
    ],
)
def test_whatever_else_differs_is_named(other: Json, at: str) -> None:
    assert said("release-alike", BLUE, other) == [("violation", "Deployment web-green", f"spec.template.spec.{at}")]


def test_a_difference_that_is_not_known_yet_waits() -> None:
    assert [verdict for verdict, _, _ in said("release-alike", BLUE, half("green", fields={"tty": UNKNOWN}))] == [
        "unknown"
    ]
    assert said("release-alike", half("blue", image=UNKNOWN), half("green", image=UNKNOWN)) == []


def selecting(**selector: Any) -> Json:
    return service(selector=selector)


def test_a_service_of_one_colour_passes() -> None:
    assert said("release-selector", BLUE, GREEN, selecting(**{"app": "web", "slipway/colour": "blue"})) == []
    assert said("release-selector", serving(), serving("b"), service()) == []


@pytest.mark.parametrize("more", [{"clusterIP": "None"}, {"ports": [{"name": "metrics", "port": 9090}]}])
def test_a_service_that_takes_no_requests_may_choose_both(more: Json) -> None:
    assert said("release-selector", BLUE, GREEN, service(**more)) == []


def test_a_service_of_both_colours_is_named() -> None:
    assert said("release-selector", BLUE, GREEN, service()) == [("violation", "Service web", "spec.selector")]


def test_a_colour_that_is_not_known_yet_waits() -> None:
    switched = selecting(**{"app": "web", "slipway/colour": UNKNOWN})
    assert [verdict for verdict, _, _ in said("release-selector", NAMESPACE, BLUE, GREEN, switched)] == ["unknown"]
