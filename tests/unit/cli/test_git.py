"""What git knows of the checkout, and what it says where there is nothing to know."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cli import git
from tests.support.sixty_pushes import commit


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with one commit on `topic`."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "topic"], cwd=tmp_path, check=True)
    for name in ("api/app.py", "worker/app.py"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("1")
    commit(tmp_path, "api", "worker")
    return tmp_path


def test_a_clean_source_is_its_commit(checkout: Path) -> None:
    found = git.commit(checkout, ["api"], {})
    assert found
    assert (found.branch, found.sha, found.changed) == ("topic", git.head(checkout), ())


def test_changes_and_new_files_of_the_source_are_told_and_no_others(checkout: Path) -> None:
    (checkout / "api" / "app.py").write_text("2")
    (checkout / "api" / "new file.py").write_text("2")
    (checkout / "worker" / "app.py").write_text("2")
    found = git.commit(checkout, ["api"], {})
    assert found
    assert sorted(found.changed) == ["api/app.py", "api/new file.py"]


@pytest.mark.parametrize(
    ("environ", "branch"),
    [
        ({}, ""),
        ({"GITHUB_REF_NAME": "main"}, "main"),
        ({"GITHUB_HEAD_REF": "topic", "GITHUB_REF_NAME": "7/merge"}, "topic"),
        ({"GITHUB_HEAD_REF": "", "CI_COMMIT_REF_NAME": "main"}, "main"),
    ],
)
def test_a_detached_commit_is_of_the_branch_that_ci_names(checkout: Path, environ: dict[str, str], branch: str) -> None:
    subprocess.run(["git", "checkout", "--quiet", "--detach"], cwd=checkout, check=True)
    found = git.commit(checkout, ["api"], environ)
    assert found
    assert found.branch == branch


def test_without_a_repository_or_a_commit_there_is_nothing_to_know(tmp_path: Path) -> None:
    assert git.commit(tmp_path, ["api"], {}) is None
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert git.commit(tmp_path, ["api"], {}) is None
