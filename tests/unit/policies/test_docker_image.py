"""Images of a Docker host: judged where they are pulled; a container runs one by the host's own number."""

import ast
from collections.abc import Mapping
from typing import Any

import pytest

from policies.docker_words import CONTAINER, IMAGE, IMAGE_WORDS
from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE
from policies.rules.supply_chain import COMPONENT_TYPE
from tests.unit.policies.analyzer import Analyzer, Diagnostic
from tests.unit.policies.cases.case import Json
from tests.unit.policies.objects import DIGEST

UNKNOWN = min(SENTINELS)
REGISTRY = "registry.example.com/slipway"
REFERENCE = f"{REGISTRY}/web@{DIGEST}"
NUMBER = f"sha256:{'a' * 64}"


def messages(name: Any) -> list[str]:
    """What is said of a pulled image of this name."""
    config: Json = {"enforcementLevel": "mandatory", "allowedRegistries": [REGISTRY]}
    found = Analyzer({"workloads": config}).analyze(IMAGE, {"name": name}, "web")
    return [each.message.split("\n")[1] for each in found]


def test_an_image_by_digest_from_an_allowed_registry_passes() -> None:
    assert messages(REFERENCE) == []


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        (f"{REGISTRY}/web:1", ["image-digest"]),
        (f"elsewhere.example.com/web@{DIGEST}", ["image-registry"]),
        ("nginx", ["image-tag", "image-digest", "image-registry"]),
    ],
)
def test_another_image_is_refused_at_its_name(name: str, rules: list[str]) -> None:
    found = messages(name)
    assert [line.split(" ")[0] for line in found] == rules
    assert all(f": {IMAGE} web: name must " in line for line in found)


def test_an_image_that_is_not_known_yet_is_not_decided() -> None:
    (line,) = messages(UNKNOWN)
    assert line.startswith("not checked yet")


def test_the_mending_is_python() -> None:
    for words in IMAGE_WORDS.values():
        ast.parse(f'docker.RemoteImage("app", {words.argument})')


def stack(image: Any, pulled: str = REFERENCE, name: Any = "web") -> list[Diagnostic]:
    """What is said of a stack that verified one image, pulled one, and runs one in a container."""
    resources: list[tuple[str, str, Mapping[str, Any]]] = [
        (CONTAINER, "web", {"name": name, "image": image}),
        (IMAGE, "web-image", {"name": pulled, "imageId": NUMBER}),
        (COMPONENT_TYPE, "web", {"reference": REFERENCE}),
    ]
    return Analyzer({"stack": {"enforcementLevel": "mandatory"}}).analyze_stack(resources)


@pytest.mark.parametrize("image", [NUMBER, REFERENCE])
def test_a_container_of_a_verified_image_passes(image: str) -> None:
    assert stack(image) == []


@pytest.mark.parametrize("image", [f"sha256:{'b' * 64}", "nginx", f"{REGISTRY}/web@sha256:{'c' * 64}"])
def test_a_container_of_another_image_is_refused(image: str) -> None:
    (found,) = stack(image)
    assert found.level == "mandatory"
    assert f"verified-image (high): {CONTAINER} web, container: image must be the digest" in found.message


def test_a_container_of_an_image_that_was_pulled_and_not_verified_is_refused() -> None:
    (found,) = stack(NUMBER, pulled=f"{REGISTRY}/other@sha256:{'d' * 64}")
    assert found.level == "mandatory"


def test_a_container_whose_image_is_not_known_yet_is_not_decided() -> None:
    (found,) = stack(UNKNOWN)
    assert found.level == "advisory"


def test_a_secret_name_is_not_printed() -> None:
    (found,) = stack("nginx", name={SIGNATURE: SECRET_SIGNATURE, "value": "canary"})
    assert "canary" not in found.message
