from pathlib import Path

import pytest
import yaml

from toolchain import processes
from toolchain.cluster.layout import Layout
from toolchain.cluster.status import Used, current_context, status, used, variables
from toolchain.home import Home


def a_kubeconfig(path: Path, context: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump({"current-context": context}))
    return path


def test_the_users_own_cluster_is_used_before_ours(tmp_path: Path) -> None:
    theirs = a_kubeconfig(tmp_path / ".kube" / "config", "kind-dev")

    found = used(tmp_path / "ours", {"HOME": str(tmp_path)})

    assert found == Used(theirs, "kind-dev", own=False)


def test_ours_is_used_where_the_user_has_none(tmp_path: Path) -> None:
    ours = tmp_path / "ours"

    assert used(ours, {"HOME": str(tmp_path)}) == Used(ours, "slipway", own=True)


def test_ours_named_by_the_environment_is_known_as_ours(tmp_path: Path) -> None:
    ours = a_kubeconfig(tmp_path / "ours", "slipway")

    assert used(ours, {"KUBECONFIG": str(ours)}) == Used(ours, "slipway", own=True)


def test_the_first_file_with_a_context_counts(tmp_path: Path) -> None:
    second = a_kubeconfig(tmp_path / "second", "k3d-dev")

    found = used(None, {"KUBECONFIG": f"{tmp_path}/missing:{second}"})

    assert found == Used(second, "k3d-dev", own=False)


def test_without_any_cluster_none_is_used(tmp_path: Path) -> None:
    assert used(None, {"HOME": str(tmp_path)}) is None


@pytest.mark.parametrize("text", ["", "[]", "a: [", "current-context: null", "current-context: 3"])
def test_a_file_that_chooses_no_context_is_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "config").write_text(text)

    assert current_context(tmp_path / "config") == ""


def test_nothing_runs_in_an_empty_home(tmp_path: Path) -> None:
    found = status(Home(tmp_path / "home"), {})

    assert (found.running, found.ready, found.parts, found.kubeconfig) == (False, False, {}, None)
    assert not (tmp_path / "home").exists()


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The kubeconfig of a cluster of slipway's own that runs, as far as its record goes."""

    def mark(home: Home, name: str) -> str:
        return f"{name} of {home}"

    monkeypatch.setattr(processes, "running", mark)
    return a_kubeconfig(Layout(Home(tmp_path / "home")).kubeconfig, "slipway")


def test_ours_is_found_after_what_the_user_has(running: Path, tmp_path: Path) -> None:
    home, theirs = Home(tmp_path / "home"), a_kubeconfig(tmp_path / ".kube" / "config", "kind-dev")

    assert variables(home, {"HOME": str(tmp_path)}) == {"KUBECONFIG": f"{theirs}:{running}"}
    assert variables(home, {"HOME": "/", "KUBECONFIG": f"{theirs}:{tmp_path}/gone"}) == {
        "KUBECONFIG": f"{theirs}:{running}"
    }


def test_ours_is_found_where_the_user_has_none(running: Path, tmp_path: Path) -> None:
    assert variables(Home(tmp_path / "home"), {"HOME": str(tmp_path)}) == {"KUBECONFIG": str(running)}


def test_ours_is_named_once(running: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")

    assert variables(home, variables(home, {})) == {"KUBECONFIG": str(running)}


def test_a_cluster_that_does_not_run_is_not_looked_for(tmp_path: Path) -> None:
    assert variables(Home(tmp_path / "home"), {"HOME": str(tmp_path)}) == {}
