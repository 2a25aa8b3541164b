from pathlib import Path

import pytest

from toolchain.plugins.base_values import UNKNOWN, Properties, Value
from toolchain.plugins.kubernetes import settings

CLUSTER = """
current-context: a
contexts: [{{name: a, context: {{cluster: c, namespace: own}}}}]
clusters: [{{name: c, cluster: {{server: '{server}'}}}}]
"""
ONE, TWO = CLUSTER.format(server="https://one"), CLUSTER.format(server="https://two")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


def variables(**values: str) -> dict[str, str]:
    return {f"kubernetes:config:{key}": value for key, value in values.items()}


def test_without_configuration_objects_go_to_the_default_namespace_of_a_cluster() -> None:
    assert settings.read({}, {}) == settings.Settings(namespace="default", server_side_apply=True)


@pytest.mark.parametrize(
    ("configured", "namespace"),
    [
        ({"namespace": "ai", "kubeconfig": ONE}, "ai"),
        ({"kubeconfig": ONE}, "own"),
        ({"kubeconfig": ONE, "context": "other"}, "default"),
        ({"kubeconfig": "no kubeconfig"}, ""),
    ],
)
def test_the_namespace_is_the_configured_one_or_the_kubeconfigs(configured: dict[str, str], namespace: str) -> None:
    assert settings.read(variables(**configured), {}).namespace == namespace


def test_a_setting_wins_over_its_environment_variable() -> None:
    environment = {"PULUMI_K8S_ENABLE_SECRET_MUTABLE": "true", "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY": "false"}
    assert settings.read({}, environment).secret_mutable
    assert not settings.read({}, environment).server_side_apply
    read = settings.read(variables(enableSecretMutable="false", enableServerSideApply="true"), environment)
    assert (read.secret_mutable, read.server_side_apply) == (False, True)


@pytest.mark.parametrize("key", ["cluster", "context", "kubeconfig"])
def test_a_folder_to_render_to_excludes_a_cluster(key: str) -> None:
    failures = settings.conflicts({"renderYamlToDirectory": "out", key: "x"}, {})
    assert [(failure.property, failure.reason) for failure in failures] == [
        (key, f'"{key}" arg is not compatible with "renderYamlToDirectory" arg')
    ]


def test_a_kubeconfig_that_the_sdk_took_from_the_environment_was_not_asked_for() -> None:
    assert settings.conflicts({"renderYamlToDirectory": "out", "kubeconfig": "/k"}, {"KUBECONFIG": "/k"}) == []


@pytest.mark.parametrize("always", [True, "true"])
def test_rendering_always_needs_a_folder(always: Value) -> None:
    assert [failure.property for failure in settings.conflicts({"alwaysRender": always}, {})] == ["alwaysRender"]
    assert settings.conflicts({"alwaysRender": always, "renderYamlToDirectory": "out"}, {}) == []


@pytest.mark.parametrize(
    ("old", "new", "diffs", "replaces"),
    [
        ({"namespace": "a"}, {"namespace": "b"}, ["namespace"], []),
        (
            {"renderYamlToDirectory": "a"},
            {"renderYamlToDirectory": "b"},
            ["renderYamlToDirectory"],
            ["renderYamlToDirectory"],
        ),
        ({}, {"renderYamlToDirectory": "b"}, ["renderYamlToDirectory"], ["renderYamlToDirectory"]),
        ({"kubeconfig": ONE}, {"kubeconfig": TWO}, ["kubeconfig"], ["kubeconfig"]),
        ({"kubeconfig": ONE}, {"kubeconfig": ONE + "\n# same"}, ["kubeconfig"], []),
        ({"kubeconfig": ONE}, {"kubeconfig": UNKNOWN}, ["kubeconfig"], ["kubeconfig"]),
        ({"clusterIdentifier": "1"}, {"clusterIdentifier": "2"}, ["clusterIdentifier"], ["clusterIdentifier"]),
        ({"clusterIdentifier": "1"}, {}, ["clusterIdentifier"], []),
        (
            {"clusterIdentifier": "1", "kubeconfig": ONE},
            {"clusterIdentifier": "1", "kubeconfig": TWO},
            ["kubeconfig"],
            [],
        ),
    ],
)
def test_another_folder_or_cluster_is_another_provider(
    old: Properties, new: Properties, diffs: list[str], replaces: list[str]
) -> None:
    result = settings.diff(old, new)
    assert (result.changes, list(result.diffs), list(result.replaces)) == (True, diffs, replaces)


def test_the_same_configuration_changes_nothing() -> None:
    assert settings.diff({"namespace": "a"}, {"namespace": "a"}).changes is False
