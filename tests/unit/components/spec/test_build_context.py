"""What a build is given: its size, its largest entries, and what has no business in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.spec.build_context import build_context


def write(folder: Path, *paths: str, size: int = 1) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"x" * size)


def test_what_is_ignored_is_neither_counted_nor_warned_of(tmp_path: Path) -> None:
    write(tmp_path, "src/app.py", "src/lib.py", size=10)
    write(tmp_path, ".git/HEAD", ".env", "data/dump", size=1000)
    (tmp_path / ".dockerignore").write_text("*\n!src\n")
    found = build_context(tmp_path, "Dockerfile")
    assert (found.size, found.largest, found.warnings) == (20, (("src", 20),), ())


def test_the_dockerfiles_own_file_comes_first(tmp_path: Path) -> None:
    write(tmp_path, "a", "b")
    (tmp_path / ".dockerignore").write_text("*")
    (tmp_path / "gpu.dockerignore").write_text("*\n!a\n")
    assert build_context(tmp_path, "gpu").largest == (("a", 1),)


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (".git/objects/ab", ".git"),
        ("a/.venv/lib/x.py", "a/.venv"),
        ("node_modules/x/index.js", "node_modules"),
        ("a/__pycache__/x.pyc", "a/__pycache__"),
        (".env", ".env"),
        (".env.local", ".env.local"),
        ("deploy/id_ed25519", "deploy/id_ed25519"),
        ("tls/server.key", "tls/server.key"),
        (".aws/credentials", ".aws"),
        ("credentials.json", "credentials.json"),
        ("infra/terraform.tfstate", "infra/terraform.tfstate"),
    ],
)
def test_what_has_no_business_in_a_build_is_named_once(tmp_path: Path, path: str, named: str) -> None:
    write(tmp_path, path, "src/app.py")
    assert [found for found, _ in build_context(tmp_path, "Dockerfile").unwanted] == [named]


@pytest.mark.parametrize(
    "path", [".env.example", "id_ed25519.pub", "keys.py", "monkey", "src/credentials.py", ".gitignore"]
)
def test_what_only_looks_alike_is_not_warned_of(tmp_path: Path, path: str) -> None:
    write(tmp_path, path)
    assert build_context(tmp_path, "Dockerfile").warnings == ()


def test_a_large_context_is_warned_of_with_its_three_largest_entries(tmp_path: Path) -> None:
    for name, size in (("a", 60), ("b", 50), ("c", 40), ("d", 30)):
        (tmp_path / name).touch()
        with (tmp_path / name).open("r+b") as file:
            file.truncate(size * 10**6)
    (warning,) = build_context(tmp_path, "Dockerfile").warnings
    assert warning == "the build is given 180.0 MB, most of it in a 60.0 MB, b 50.0 MB, c 40.0 MB"


def test_a_folder_that_is_not_there_gives_nothing(tmp_path: Path) -> None:
    assert build_context(tmp_path / "none", "Dockerfile").size == 0
