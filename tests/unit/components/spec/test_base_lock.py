"""The lock of bases: what it may say, and which builds it holds for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.spec.base_lock import FILE, LockedBase, pins, pins_of, read_base_lock, written
from components.spec.image import BuildImage
from components.spec.problem import SpecError

DIGEST = f"sha256:{'a' * 64}"
PYTHON = "docker.io/library/python:3.11-slim"
DEBIAN = "docker.io/library/debian:12.11-slim"

digests = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
bases = st.builds(
    LockedBase,
    digest=st.none() | digests,
    platforms=st.dictionaries(st.sampled_from(("linux/amd64", "linux/arm64")), digests),
    since=st.none() | st.dates().map(str),
    stand_in=st.none() | st.just("Debian bookworm"),
)
references = st.from_regex(r"docker\.io/library/[a-z]{1,8}:[0-9]\.[0-9]{1,2}", fullmatch=True)


def lock(folder: Path, text: str) -> Path:
    (folder / "images").mkdir()
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


@settings(max_examples=30)
@given(st.dictionaries(references, bases))
def test_what_is_written_is_read_and_in_one_order(locked: dict[str, LockedBase]):
    text = written(locked)
    names = [line.removesuffix(" {}").removesuffix(":") for line in text.splitlines() if line.startswith("docker.io")]
    assert names == sorted(locked)
    assert written(dict(reversed(locked.items()))) == text


def test_what_was_written_is_read_again(tmp_path: Path):
    locked = {
        PYTHON: LockedBase(
            digest=DIGEST, platforms={"linux/amd64": DIGEST}, since="2026-11-22", stand_in="Debian bookworm"
        ),
        DEBIAN: LockedBase(),
    }
    assert read_base_lock(lock(tmp_path, written(locked))) == locked


def test_a_project_without_a_lock_pins_nothing(tmp_path: Path):
    assert read_base_lock(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("- a", ""),
        ("a: [", ""),
        (f"{PYTHON}: latest", PYTHON),
        (f"{PYTHON}: {{digest: sha256:0}}", f"{PYTHON} digest"),
        (f"{PYTHON}: {{digset: {DIGEST}}}", f"{PYTHON} digset"),
        (f"{PYTHON}: {{platforms: {{windows/amd64: {DIGEST}}}}}", f"{PYTHON} platforms windows/amd64"),
    ],
)
def test_a_malformed_lock_is_refused_by_its_place(tmp_path: Path, text: str, path: str):
    with pytest.raises(SpecError) as refusal:
        read_base_lock(lock(tmp_path, text))
    [problem] = refusal.value.problems
    assert (problem.place, "slipway bases refresh" in problem.mend) == (FILE, True)
    assert problem.path.startswith(path)


def test_a_day_that_is_none_is_shown(tmp_path: Path):
    with pytest.raises(SpecError, match="2026-13-45"):
        read_base_lock(lock(tmp_path, f"{PYTHON}: {{since: '2026-13-45'}}"))


def test_a_folder_in_the_place_of_the_lock_is_told(tmp_path: Path):
    (tmp_path / FILE).mkdir(parents=True)
    with pytest.raises(SpecError, match="Is a directory"):
        read_base_lock(tmp_path)


def test_a_stand_in_keeps_its_tag_and_so_does_what_has_no_digest_yet():
    locked = {PYTHON: LockedBase(digest=DIGEST, stand_in="Debian bookworm"), DEBIAN: LockedBase(digest=DIGEST)}
    assert pins(locked, stand_ins=False) == {PYTHON: f"{PYTHON}@{DIGEST}", DEBIAN: f"{DEBIAN}@{DIGEST}"}
    assert pins(locked, stand_ins=True) == {DEBIAN: f"{DEBIAN}@{DIGEST}"}
    assert pins({PYTHON: LockedBase()}, stand_ins=False) == {}


@pytest.mark.parametrize(
    ("text", "args", "named"),
    [
        (f"ARG BASE={PYTHON}\nFROM ${{BASE}}\n", {}, True),
        (f"FROM {PYTHON} AS builder\n", {}, True),
        ("ARG BASE\nFROM ${BASE}\n", {"BASE": PYTHON}, True),
        (f"FROM {PYTHON}-bookworm\n", {}, False),
        (f"FROM mirror.example.com/{PYTHON}\n", {}, False),
        ("FROM scratch\n", {}, False),
    ],
)
def test_a_build_is_told_only_of_the_bases_that_it_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, args: dict[str, str], named: bool
):
    monkeypatch.chdir(tmp_path)
    Path("Dockerfile").write_text(text)
    image = BuildImage.model_construct(folder=".", args=args)
    held = {PYTHON: f"{PYTHON}@{DIGEST}"}
    assert pins_of(image, held) == (held if named else {})
