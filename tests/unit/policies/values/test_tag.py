"""Tags of versions and branches: which there are, which move, and that no two branches share one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.values.tag import LIMIT, Version, branch_word, family, is_tag, matches


@pytest.mark.parametrize(
    ("version", "existing", "tags"),
    [
        ("1.2.3", [], "1.2.3 1.2 1 latest"),
        ("1.2.3", ["1.2.2", "1.2", "1", "latest", "main-abc"], "1.2.3 1.2 1 latest"),
        ("1.2.3", ["1.2.3"], "1.2.3 1.2 1 latest"),
        ("1.2.3", ["1.2.10"], "1.2.3"),
        ("1.2.3", ["1.3.0"], "1.2.3 1.2"),
        ("1.2.3", ["2.0.0"], "1.2.3 1.2 1"),
        ("1.2.3", ["2.0.0-rc.1", "1.3.0-rc.1", "v9.0.0", "20", "3.0"], "1.2.3 1.2 1 latest"),
        ("0.4.1", [], "0.4.1 0.4 latest"),
        ("1.2.3-rc.1", [], "1.2.3-rc.1"),
        ("0.0.0", [], "0.0.0 0.0 latest"),
    ],
)
def test_a_version_moves_the_names_that_it_is_the_highest_of(version: str, existing: list[str], tags: str) -> None:
    assert " ".join(family(Version.parse(version), existing)) == tags


@pytest.mark.parametrize(
    "text", ["1.2", "v1.2.3", "01.2.3", "1.2.3-", "1.2.3-rc.01", "1.2.3+build", "1.2.3.4", "", "1.2.3 ", "1.2.3-é"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a semantic version"):
        Version.parse(text)


@pytest.mark.parametrize("text", ["1.2.3", "0.0.0", "10.20.30", "1.0.0-alpha.1", "1.0.0-0a.b-c"])
def test_a_version_is_written_as_it_was_read(text: str) -> None:
    assert str(Version.parse(text)) == text
    assert is_tag(text)


@pytest.mark.parametrize(
    ("branch", "word"),
    [
        ("main", "main"),
        ("release-1.2", "release-1.2"),
        ("feature/login", "feature-login-df7c7aeb"),
        ("feature-login", "feature-login"),
        (".hidden", "hidden-"),
        ("übung", "bung-"),
        ("***", ""),
        ("main-0123abcd", "main-0123abcd-"),
    ],
)
def test_a_branch_becomes_a_word_that_tags_allow(branch: str, word: str) -> None:
    made = branch_word(branch)
    assert made.startswith(word)
    assert is_tag(made)


def test_a_branch_that_is_too_long_is_cut_and_told_apart() -> None:
    one, other = branch_word("x" * 300, 50), branch_word("x" * 301, 50)
    assert (len(one), len(other)) == (50, 50)
    assert one != other


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40) | st.from_regex(r"[ab/.-]{1,12}", fullmatch=True)


@given(one=names, other=names, room=st.integers(16, LIMIT))
def test_different_branches_have_different_words(one: str, other: str, room: int) -> None:
    words = branch_word(one, room), branch_word(other, room)
    assert all(is_tag(word) and len(word) <= room for word in words)
    assert (words[0] == words[1]) == (one == other)


@pytest.mark.parametrize(
    ("pattern", "tag", "found"),
    [
        ("stable", "stable", True),
        ("stable", "unstable", False),
        ("/^v?[0-9]+$/", "v12", True),
        ("/^v?[0-9]+$/", "v12-x", False),
        ("/rc/", "1.0.0-rc.1", True),
        ("/", "/", True),
    ],
)
def test_a_pattern_is_a_tag_or_an_expression(pattern: str, tag: str, found: bool) -> None:
    assert matches(pattern, tag) is found
