"""Namespaces that guard themselves."""

import pytest

from components.manifests.namespace import namespace
from tests.unit.components.given import environment

PREFIX = "pod-security.kubernetes.io"


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_the_pod_security_level_is_enforced(level: str):
    assert namespace(environment(podSecurity=level))["metadata"]["labels"][f"{PREFIX}/enforce"] == level


def test_what_is_below_restricted_is_warned_about_whatever_is_enforced():
    labels = namespace(environment(podSecurity="baseline"))["metadata"]["labels"]

    assert labels[f"{PREFIX}/warn"] == labels[f"{PREFIX}/audit"] == "restricted"


def test_owner_and_tier_are_labels():
    labels = namespace(environment(owner="platform"))["metadata"]["labels"]

    assert (labels["slipway/owner"], labels["slipway/tier"]) == ("platform", "dev")
