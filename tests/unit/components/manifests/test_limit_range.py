"""Defaults for containers that state nothing."""

from components.manifests.limit_range import limit_range
from tests.unit.components.given import environment


def test_a_container_without_resources_gets_some():
    (limit,) = limit_range(environment())["spec"]["limits"]

    assert limit["type"] == "Container"
    assert set(limit["default"]) == set(limit["defaultRequest"]) == {"cpu", "memory", "ephemeral-storage"}
