from pathlib import Path

import pytest

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.kubeconfig import (
    UnreadableKubeconfigError,
    active_cluster,
    ambient,
    namespace,
    parse,
)

TEXT = """
apiVersion: v1
kind: Config
current-context: here
contexts:
- {name: here, context: {cluster: one, namespace: ai}}
- {name: there, context: {cluster: two}}
clusters:
- {name: one, cluster: {server: https://one}}
- {name: two, cluster: {server: https://two}}
"""


@pytest.fixture
def config() -> Properties:
    return parse(TEXT)


def test_a_path_a_text_and_an_object_say_the_same(tmp_path: Path, config: Properties) -> None:
    (tmp_path / "config").write_text(TEXT)
    assert parse(str(tmp_path / "config")) == parse(config) == config


@pytest.mark.parametrize("nothing", [None, "", "# empty"])
def test_nothing_is_an_empty_kubeconfig(nothing: Value) -> None:
    assert parse(nothing) == {}


@pytest.mark.parametrize("value", ["/no/such/canary", "canary: [", 7, True])
def test_what_is_no_kubeconfig_is_refused_without_quoting_it(value: Value) -> None:
    with pytest.raises(UnreadableKubeconfigError) as refused:
        parse(value)
    assert "canary" not in str(refused.value)


def test_the_context_in_use_decides_namespace_and_cluster(config: Properties) -> None:
    assert namespace(config) == "ai"
    assert namespace(config, "there") == namespace(config, "nowhere") == namespace({}) == ""
    assert active_cluster(config) == {"server": "https://one"}
    assert active_cluster(config, "there") == active_cluster(config, cluster="two") == {"server": "https://two"}
    assert active_cluster(config, "nowhere") is None
    assert active_cluster(config, cluster="nowhere") is None


def test_of_several_ambient_files_the_first_that_says_something_wins(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("current-context: there\n")
    (tmp_path / "b").write_text(TEXT.replace("cluster: two", "cluster: two, namespace: second"))
    (tmp_path / "c").write_text("not: [yaml")
    listed = ":".join(str(tmp_path / name) for name in ("missing", "c", "a", "b"))
    assert namespace(ambient({"KUBECONFIG": listed})) == "second"


def test_without_a_variable_the_users_own_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert namespace(ambient({})) == ""
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(TEXT)
    assert namespace(ambient({})) == "ai"
