"""Image rules: a digest or a tag that stays, from places that are allowed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.policies.objects import DIGEST, Json, deployment, findings, good_pod_spec, pod, violations

RULES = ["image-tag", "image-digest", "image-registry"]
WHERE = ["containers", "initContainers", "ephemeralContainers"]


def with_image(image: Any, where: str = "containers") -> Json:
    return pod({where: [{"name": "a", "image": image}]})


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize(
    ("image", "passes"),
    [
        ("nginx", False),
        ("nginx:latest", False),
        ("host:5000/nginx", False),
        ("nginx:1.27", True),
        ("nginx:latest-alpine", True),
        (f"nginx@{DIGEST}", True),
        (f"nginx:latest@{DIGEST}", True),
    ],
)
def test_a_tag_must_not_move(where: str, image: str, passes: bool) -> None:
    assert violations(with_image(image, where), "image-tag") == ([] if passes else [f"spec.{where}[0].image"])


def test_the_disallowed_tags_are_a_setting() -> None:
    assert violations(with_image("a:main"), "image-tag", disallowedTags=["main", "nightly"])
    assert not violations(with_image("a:latest"), "image-tag", disallowedTags=["main"])


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize(
    ("image", "passes"),
    [
        ("nginx:1.27", False),
        ("nginx@sha256:abc", False),
        ("nginx@sha512:" + "a" * 64, False),
        (f"nginx@{DIGEST}", True),
        (f"nginx:1@{DIGEST}", True),
    ],
)
def test_a_digest_must_be_there_and_whole(where: str, image: str, passes: bool) -> None:
    assert violations(with_image(image, where), "image-digest") == ([] if passes else [f"spec.{where}[0].image"])


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize(
    ("allowed", "image", "passes"),
    [
        ("docker.io/library", "nginx", True),
        ("docker.io", "bitnami/redis", True),
        ("docker.io/library", "bitnami/redis", False),
        ("registry.example.com/team", "registry.example.com/team/app:1", True),
        ("registry.example.com/team", "registry.example.com/team:1", True),
        ("registry.example.com/team", "registry.example.com/team-evil/app:1", False),
        ("registry.example.com/team", "registry.example.com.evil.io/team/app:1", False),
        ("registry.example.com", "registry.example.com:5000/app", False),
        ("registry.example.com:5000", "registry.example.com:5000/app", True),
        ("registry.example.com", "registry.example.com.evil.io/app", False),
        ("registry.example.com", "evil.io/registry.example.com/app", False),
        ("REGISTRY.example.com", "registry.EXAMPLE.com/app", True),
        ("localhost/team", "localhost/team/app", True),
    ],
)
def test_a_registry_is_matched_at_segment_boundaries(where: str, allowed: str, image: str, passes: bool) -> None:
    found = violations(with_image(image, where), "image-registry", allowedRegistries=["other.example.com", allowed])
    assert found == ([] if passes else [f"spec.{where}[0].image"])


@given(st.text("abc./:-", min_size=1, max_size=12))
def test_no_suffix_of_an_allowed_path_gets_through(suffix: str) -> None:
    found = violations(
        with_image(f"registry.example.com/team{suffix}"),
        "image-registry",
        allowedRegistries=["registry.example.com/team"],
    )
    assert found or suffix[0] in "/:"


def test_without_a_list_the_registry_rule_is_off() -> None:
    assert violations(with_image("anything/at:all"), "image-registry", allowedRegistries=None) == []


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("image", [None, "", " ", "NGINX", "a b", "nginx:", 7, [], {}, False], ids=repr)
def test_what_is_no_image_passes_no_rule(rule: str, image: Any) -> None:
    assert violations(with_image(image), rule) == ["spec.containers[0].image"]


@pytest.mark.parametrize("rule", RULES)
def test_a_patch_that_does_not_state_the_image_is_not_judged(rule: str) -> None:
    body = deployment({"containers": [{"name": "app"}]})
    assert findings(body, "kubernetes:apps/v1:DeploymentPatch", (rule,)) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_good_pod_passes(rule: str) -> None:
    assert violations(deployment(good_pod_spec()), rule) == []


@pytest.mark.parametrize("rule", RULES)
def test_an_object_without_pods_is_not_judged(rule: str) -> None:
    assert violations({"apiVersion": "v1", "kind": "Secret", "stringData": {}}, rule) == []
