"""A guarded namespace."""

from tests.unit.components.declared import a_registry, an_environment
from tests.unit.components.given import QUOTA
from tests.unit.components.recorder import record


def test_a_namespace_comes_with_its_guards():
    recording = record(lambda: an_environment(quota=QUOTA))

    kinds = [each.type.rsplit(":", 1)[-1] for each in recording.resources if each.type.startswith("kubernetes:")]
    assert sorted(kinds) == ["LimitRange", "Namespace", "NetworkPolicy", "ResourceQuota"]


def test_guards_come_after_the_namespace():
    recording = record(an_environment)

    namespace = recording.one("Namespace").urn
    assert recording.one("LimitRange").dependencies == [namespace]


def test_a_registry_with_credentials_gives_nodes_a_pull_secret():
    credentials = {"username": "ci", "password": "registry"}

    recording = record(lambda: an_environment(a_registry(credentials=credentials, password="canary")))

    assert recording.one("Secret").inputs["type"] == "kubernetes.io/dockerconfigjson"


def test_a_registry_without_credentials_gives_none():
    assert record(an_environment).of_type("Secret") == []
