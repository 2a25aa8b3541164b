"""Images that others are built on: each before what needs it, its digest as a build argument."""

from typing import Any

import pulumi
import pytest

from components.bases import base_references
from components.images import verified_image
from components.spec.image import BuildImage, Image
from tests.unit.components.declared import a_registry
from tests.unit.components.recorder import DIGEST, Recording, record

REPOSITORY = "registry.example.com/slipway"


def declared(
    bases: dict[str, dict[str, Any]], service: dict[str, Any] | None = None, *, preview: bool = False
) -> Recording:
    specs = {name: BuildImage.model_validate({"folder": f"images/{name}", **fields}) for name, fields in bases.items()}
    built = Image.model_validate({"build": {"folder": "images/api", **(service or {})}})

    def program() -> None:
        registry = a_registry()
        references = base_references(specs, registry, "dev", {})
        verified_image("api", built, registry, "dev", {}, {}, bases=references)

    return record(program, preview=preview)


def arguments(recording: Recording, name: str) -> dict[str, Any]:
    (image,) = [each for each in recording.of_type("Image") if each.name == name]
    return image.inputs.get("buildArgs", {})


def test_a_base_is_built_and_its_digest_is_a_build_argument():
    recording = declared({"python-base": {}}, {"bases": {"BASE": "python-base"}})

    assert arguments(recording, "api") == {"SOURCE_DATE_EPOCH": "0", "BASE": f"{REPOSITORY}/python-base@{DIGEST}"}


def test_a_service_waits_for_its_base_and_for_nothing_else():
    recording = declared({"python-base": {}, "other": {}}, {"bases": {"BASE": "python-base"}})

    urns = {each.name: each.urn for each in recording.of_type("Image")}
    (service,) = [each for each in recording.of_type("Image") if each.name == "api"]
    (other,) = [each for each in recording.of_type("Image") if each.name == "other"]
    assert urns["python-base"] in service.dependencies
    assert urns["other"] not in service.dependencies
    assert not set(urns.values()) & set(other.dependencies)


def test_a_base_may_be_built_on_another_whatever_their_order():
    recording = declared({"upper": {"bases": {"BASE": "lower"}}, "lower": {}})

    assert arguments(recording, "upper")["BASE"] == f"{REPOSITORY}/lower@{DIGEST}"


def test_a_base_that_would_change_is_unknown_in_a_preview():
    recording = declared({"python-base": {}}, {"bases": {"BASE": "python-base"}}, preview=True)

    assert arguments(recording, "api").get("BASE") != f"{REPOSITORY}/python-base@{DIGEST}"


def test_a_base_may_need_a_secret_that_is_told_when_it_is_not_there():
    with pytest.raises(pulumi.RunError, match="NO_SUCH_VARIABLE"):
        declared({"python-base": {"secrets": {"token": {"env": "NO_SUCH_VARIABLE"}}}})
