"""Secrets as objects."""

from components.manifests.pull_secret import pull_secret
from components.manifests.secret import secret
from tests.unit.components.given import environment

LEAF = object()


def test_a_secret_is_immutable_and_its_value_is_passed_through_untouched():
    found = secret(environment(), "token-1a2b3c4d", LEAF)

    assert found["immutable"] is True
    assert found["data"]["value"] is LEAF


def test_a_pull_secret_is_of_the_type_that_nodes_read():
    found = pull_secret(environment(), LEAF)

    assert found["type"] == "kubernetes.io/dockerconfigjson"
    assert found["data"][".dockerconfigjson"] is LEAF
