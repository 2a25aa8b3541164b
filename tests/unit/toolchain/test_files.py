"""Files appear whole or not at all."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain import files


def test_a_file_is_written_with_its_folder_and_mode(tmp_path: Path) -> None:
    files.write(tmp_path / "a" / "b", "content", mode=0o755)
    assert (tmp_path / "a" / "b").read_text() == "content"
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o755


def test_an_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    files.write(tmp_path / "a", "content")
    before = (tmp_path / "a").stat()
    files.write(tmp_path / "a", "content")
    assert (tmp_path / "a").stat().st_ino == before.st_ino


def test_a_program_is_installed_executable(tmp_path: Path) -> None:
    (tmp_path / "built").write_bytes(b"program")
    files.install(tmp_path / "built", tmp_path / "bin" / "tool")
    assert (tmp_path / "bin" / "tool").read_bytes() == b"program"
    assert (tmp_path / "bin" / "tool").stat().st_mode & 0o111 == 0o111


def test_what_fails_half_way_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    files.write(tmp_path / "a", "old")

    def interrupted() -> None:
        with files.incoming(tmp_path / "a") as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (tmp_path / "a").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@given(st.lists(st.binary(max_size=3), max_size=4), st.lists(st.binary(max_size=3), max_size=4))
def test_digests_agree_exactly_when_the_parts_do(one: list[bytes], other: list[bytes]) -> None:
    assert (files.digest(one) == files.digest(other)) == (one == other)


def test_a_folders_digest_follows_names_and_contents_but_not_compiled_files(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    first = files.tree_digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("compiled")
    assert files.tree_digest(tmp_path) == first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert files.tree_digest(tmp_path) != first
