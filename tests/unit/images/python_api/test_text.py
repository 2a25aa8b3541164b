import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_api.text import chunks, rank, similarity


@given(st.text(max_size=50), st.text(max_size=50))
def test_likeness_is_between_none_and_all_and_the_same_both_ways(left: str, right: str) -> None:
    score = similarity(left, right)
    assert 0.0 <= score <= 1.0
    assert score == similarity(right, left)


@given(st.text(max_size=50))
def test_a_text_is_alike_itself(text: str) -> None:
    assert similarity(text, text) == pytest.approx(1.0)


@pytest.mark.parametrize(("left", "right"), [("Hello World", "  hello\n world "), ("\uff28ello", "hello"), ("", " ")])
def test_case_width_and_white_space_do_not_matter(left: str, right: str) -> None:
    assert similarity(left, right) == pytest.approx(1.0)


@pytest.mark.parametrize(("left", "right"), [("abc", "xyz"), ("", "word"), ("a", "b")])
def test_texts_without_anything_in_common_are_unlike(left: str, right: str) -> None:
    assert similarity(left, right) == 0.0


def test_a_slip_of_the_pen_is_nearer_than_another_word() -> None:
    assert similarity("container", "contianer") > similarity("container", "registry")


def test_candidates_come_by_falling_likeness_and_equal_ones_in_their_order() -> None:
    assert [each.index for each in rank("red apple", ["blue sky", "red apples", "x", "red apples"])] == [1, 3, 0, 2]


@given(st.text(max_size=200), st.integers(1, 40), st.data())
def test_pieces_cover_the_text_in_order_and_hold_their_size(text: str, size: int, data: st.DataObject) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    pieces = chunks(text, size, overlap)
    assert all(0 < each.end - each.start <= size for each in pieces)
    assert all(after.start == before.end - overlap for before, after in itertools.pairwise(pieces))
    assert [each.start for each in pieces[:1]] + [each.end for each in pieces[-1:]] == ([0, len(text)] if text else [])


def test_a_text_is_cut_at_white_space() -> None:
    text = "one two three four"
    assert [text[each.start : each.end] for each in chunks(text, 9)] == ["one two ", "three ", "four"]


def test_a_word_longer_than_a_piece_is_cut_anyway() -> None:
    assert [(each.start, each.end) for each in chunks("abcdefg", 3)] == [(0, 3), (3, 6), (6, 7)]


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (5, 5), (5, -1)])
def test_a_size_or_overlap_without_progress_is_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="size must be 1 or more"):
        chunks("text", size, overlap)
