"""`slipway dockerignore` names what a build should not be given, and writes files that keep it out."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.dockerignore import HEAD, LEFT_BEHIND, SECRETS, ignore_text
from components.spec.build_context import build_context
from tests.support.workbench import CHECKOUT
from tests.unit.cli.conftest import Desk

FOLDER = "images/python-api"


def source(desk: Desk, *paths: str, dockerfile: str = "FROM scratch\nCOPY src /src\n") -> Path:
    folder = desk.checkout / FOLDER
    for path in ("src/app.py", *paths):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    (folder / "Dockerfile").write_text(dockerfile)
    return folder


def patterns(dockerfile: str) -> list[str]:
    lines = ignore_text(f"FROM a\n{dockerfile}").splitlines()
    return [line for line in lines[1:] if line not in LEFT_BEHIND]


@pytest.mark.parametrize(
    ("dockerfile", "kept"),
    [
        ("COPY src /src", ["*", "!src"]),
        ("COPY --chown=1:1 ./a.txt b/ /", ["*", "!a.txt", "!b"]),
        ('COPY ["a b", "/"]', ["*", "!a b"]),
        ("COPY --from=build /x /y\nADD https://example.com/x /x", ["*"]),
        ("COPY <<END /x\ny\nEND", ["*"]),
        ("RUN --mount=type=bind,source=lock,target=/lock true", ["*", "!lock"]),
        ("COPY . /app", [*SECRETS]),
        ("COPY $SOURCE /app", [*SECRETS]),
    ],
)
def test_what_the_dockerfile_copies_enters_and_nothing_else(dockerfile: str, kept: list[str]) -> None:
    assert patterns(dockerfile) == kept


@pytest.mark.parametrize("file", sorted(CHECKOUT.glob("images/*/Dockerfile")), ids=lambda file: file.parent.name)
def test_images_of_this_project_are_given_the_same_by_a_written_file(file: Path, tmp_path: Path) -> None:
    own = build_context(file.parent, file.name)
    written = tmp_path / "written"
    for path in file.parent.rglob("*"):
        if path.is_file() and path.name != ".dockerignore":
            copy = written / path.relative_to(file.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (written / ".dockerignore").write_text(ignore_text(file.read_text()))
    assert build_context(written, file.name).size == own.size


def test_what_should_stay_out_is_named_and_fails(desk: Desk) -> None:
    source(desk, ".env", ".git/HEAD")
    said = desk.slipway("dockerignore")
    assert said.exit_code == 1
    assert ".env would be given to the build: settings that hold secrets" in said.stdout
    assert ".git would be given to the build: the whole history" in said.stdout
    assert "slipway dockerignore --write" in said.stderr


def test_a_written_file_keeps_it_out(desk: Desk) -> None:
    folder = source(desk, ".env", ".git/HEAD")
    said = desk.slipway("dockerignore", "--write", FOLDER)
    assert said.exit_code == 0, said.output
    assert (folder / ".dockerignore").read_text().startswith(HEAD)
    assert f"{FOLDER}  0.0 MB" in said.stdout


def test_a_file_that_is_there_is_not_written_over(desk: Desk) -> None:
    folder = source(desk)
    (folder / ".dockerignore").write_text("own\n")
    assert desk.slipway("dockerignore", "--write").exit_code == 0
    assert (folder / ".dockerignore").read_text() == "own\n"


def test_a_folder_that_nothing_builds_is_refused_with_those_that_are(desk: Desk) -> None:
    said = desk.slipway("dockerignore", "images/other")
    assert said.exit_code == 2
    assert f"allowed: {FOLDER}" in said.stderr


def test_a_dockerfile_that_is_none_is_refused(desk: Desk) -> None:
    source(desk, dockerfile="hello\n")
    said = desk.slipway("dockerignore", "--write")
    assert said.exit_code == 2
    assert f"{FOLDER}/Dockerfile cannot be read" in said.stderr
