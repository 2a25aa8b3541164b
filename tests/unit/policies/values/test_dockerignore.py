"""Which paths stay out of a build, as BuildKit reads `.dockerignore`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.values.dockerignore import Ignored


@pytest.mark.parametrize(
    ("text", "path", "out"),
    [
        ("", "a", False),
        ("# a", "a", False),
        ("a", "a", True),
        ("a", "a/b", True),
        ("a", "b/a", False),
        ("/a", "a", True),
        ("./a/", "a/b", True),
        ("*.pyc", "a.pyc", True),
        ("*.pyc", "b/a.pyc", False),
        ("**/*.pyc", "a.pyc", True),
        ("**/*.pyc", "b/c/a.pyc", True),
        ("*/b", "a/b/c", True),
        ("a?", "ab", True),
        ("a?", "a/b", False),
        ("[ab]", "b", True),
        ("[^ab]", "b", False),
        ("[a", "[a", True),
        ("a/**", "a/b/c", True),
        ("**", "a/b", True),
        ("*\n!a", "a", False),
        ("*\n!a", "a/b", False),
        ("*\n!a", "b", True),
        ("*\n!a\na/b", "a/b/c", True),
        ("!a\n*", "a", True),
        ("a.b", "aXb", False),
        ("\\*", "*", True),
        ("..", "a", False),
    ],
)
def test_a_path_is_kept_out_by_the_last_pattern_that_holds(text: str, path: str, out: bool) -> None:
    assert Ignored.read(text).keeps_out(path) is out


@pytest.mark.parametrize(
    ("text", "folder", "all_out"),
    [("*", "a", True), ("*\n!a/b", "a", False), ("*\n!a/b", "c", True), ("*\n!**/b", "c", False), ("b", "a", False)],
)
def test_a_folder_is_passed_over_when_nothing_in_it_is_taken_back(text: str, folder: str, all_out: bool) -> None:
    assert Ignored.read(text).keeps_all_out(folder) is all_out


paths = st.lists(st.sampled_from("ab"), min_size=1, max_size=4).map("/".join)
lines = st.lists(st.from_regex(r"!?(a|b|\*|\*\*|\?)(/(a|b|\*|\*\*)){0,2}", fullmatch=True), max_size=4)


@given(patterns=lines, folder=paths, below=paths)
def test_nothing_enters_from_a_folder_that_is_passed_over(patterns: list[str], folder: str, below: str) -> None:
    ignored = Ignored.read("\n".join(patterns))
    if ignored.keeps_all_out(folder):
        assert ignored.keeps_out(f"{folder}/{below}")
