"""Base images are made once from a recipe, and pushed where they are missing."""

import json
import platform
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from toolchain import bases, files, oci
from toolchain.bases import PYTHON, RUST
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress

MAKER = """#!{python}
import os, sys, tarfile
target = next(argument for argument in sys.argv if argument.endswith("root.tar"))
with tarfile.open(target, "w") as archive:
    member = tarfile.TarInfo("made")
    member.mtime = int(os.environ["SOURCE_DATE_EPOCH"])
    archive.addfile(member)
with open({calls!r}, "a") as calls:
    calls.write("made\\n")
"""
"""A program that takes mmdebstrap's place: it makes an archive, and notes that it did."""


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    return tmp_path / "calls"


@pytest.fixture
def maker(tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(bases.os, "geteuid", lambda: 0)
    files.write(tmp_path / "mmdebstrap", MAKER.format(python=sys.executable, calls=str(calls)), mode=0o755)
    return str(tmp_path / "mmdebstrap")


@pytest.fixture
def pushes(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The digests in the registry, by repository and tag."""
    held: dict[str, str] = {}

    def pushed(_: str, repository: str, tag: str) -> str | None:
        return held.get(f"{repository}:{tag}")

    def push(_: str, repository: str, tag: str, content: oci.Image) -> None:
        held[f"{repository}:{tag}"] = content.digest

    monkeypatch.setattr(oci, "pushed", pushed)
    monkeypatch.setattr(oci, "push", push)
    return held


def ensure(home: Path, maker: str) -> str:
    return bases.ensure(PYTHON, maker, Home(home), Progress(quiet=60))


def test_a_base_is_made_and_pushed_under_its_official_name(tmp_path: Path, maker: str, pushes: dict[str, str]) -> None:
    digest = ensure(tmp_path / "home", maker)
    assert pushes == {"library/python:3.11-slim-bookworm": digest}


def test_only_the_bases_that_dockerfiles_name_are_made_and_pythons(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"ARG BASE={RUST.name}\nFROM ${{BASE}}\n")
    assert bases.needed([tmp_path / "Dockerfile", tmp_path / "none"]) == [PYTHON, RUST]
    assert bases.needed([]) == [PYTHON]


@pytest.mark.parametrize("image", ["rust-service", "mcp-server"])
def test_the_images_of_this_project_name_a_base_that_can_be_made(image: str) -> None:
    assert len(bases.needed([Path(__file__).parents[3] / "images" / image / "Dockerfile"])) == 2


def test_a_base_that_was_made_is_not_made_again(
    tmp_path: Path, maker: str, pushes: dict[str, str], calls: Path
) -> None:
    first = ensure(tmp_path / "home", maker)
    pushes.clear()
    assert ensure(tmp_path / "home", maker) == first
    assert calls.read_text() == "made\n"
    assert pushes


def test_two_homes_make_the_same_image(tmp_path: Path, maker: str, pushes: dict[str, str]) -> None:
    assert ensure(tmp_path / "one", maker) == ensure(tmp_path / "two", maker)
    assert len(pushes) == 1


def test_a_base_that_was_interrupted_is_made_again(
    tmp_path: Path, maker: str, pushes: dict[str, str], calls: Path
) -> None:
    ensure(tmp_path / "home", maker)
    next((tmp_path / "home" / "bases").glob("*/layer.tar.gz")).unlink()
    ensure(tmp_path / "home", maker)
    assert calls.read_text() == "made\nmade\n"
    assert pushes


def test_the_image_says_that_it_is_a_stand_in(tmp_path: Path, maker: str, pushes: dict[str, str]) -> None:
    ensure(tmp_path / "home", maker)
    config = json.loads(next((tmp_path / "home" / "bases").glob("*/config.json")).read_bytes())["config"]
    assert "not the official image" in config["Labels"]["org.opencontainers.image.description"]
    assert pushes


def test_the_recipe_follows_everything_that_the_image_is_made_of() -> None:
    changed = [replace(PYTHON, packages=("python3",)), replace(PYTHON, hook="")]
    assert len({bases.recipe(base) for base in [PYTHON, *changed]}) == 3


def test_the_machines_own_mirror_is_used_for_its_own_release(tmp_path: Path) -> None:
    (tmp_path / "apt").mkdir()
    (tmp_path / "os-release").write_text("ID=debian\nVERSION_CODENAME=bookworm\n")
    (tmp_path / "apt" / "sources.list").write_text("deb http://mirror.example bookworm main\n")
    assert bases.sources("bookworm", tmp_path) == (str(tmp_path / "apt" / "sources.list"),)
    assert bases.sources("trixie", tmp_path) == ()


def test_a_machine_that_is_not_debian_uses_debians_own_archive(tmp_path: Path) -> None:
    assert bases.sources("bookworm", tmp_path) == ()


def test_what_is_asked_of_the_maker_names_suite_target_and_sources() -> None:
    command = bases.command(PYTHON, "/usr/bin/mmdebstrap", ("/etc/apt/sources.list",), Path("/t/root.tar"))
    assert command[0] == "/usr/bin/mmdebstrap"
    assert command[-3:] == ["bookworm", "/t/root.tar", "/etc/apt/sources.list"]
    assert f"--include={','.join(PYTHON.packages)}" in command


def test_another_user_than_root_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bases.os, "geteuid", lambda: 1000)
    with pytest.raises(ToolchainError, match="needs root"):
        ensure(tmp_path, "mmdebstrap")


@pytest.mark.usefixtures("pushes")
def test_an_unknown_processor_is_refused_by_name(tmp_path: Path, maker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(ToolchainError, match="riscv64"):
        ensure(tmp_path / "home", maker)
