"""Fences, cuts and shares keep their promises for any text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from cli.comment.markdown import code, cut, fence, inline, share, shorten

lines = st.lists(st.text(alphabet="ab` ", max_size=40), max_size=40)


@given(lines)
def test_a_fence_is_longer_than_any_run_of_backticks_in_it(content: list[str]) -> None:
    first, *inside, last, end = fence(content, "diff").split("\n")
    ticks = first.removesuffix("diff")
    assert (last, end) == (ticks, "")
    assert all(len(run) < len(ticks) for line in inside for run in re.findall("`+", line))


@given(lines, st.integers(min_value=0, max_value=400))
def test_a_cut_fits_and_keeps_both_ends(content: list[str], size: int) -> None:
    kept = cut(content, size)
    whole = sum(len(line) + 1 for line in content)
    assert sum(len(line) + 1 for line in kept) <= max(size, 1)
    if whole <= size:
        assert kept == content
    elif len(kept) > 2:
        assert kept[0] == content[0]


@given(st.lists(st.integers(min_value=0, max_value=1000), max_size=20), st.integers(min_value=0, max_value=5000))
def test_shares_are_fair(sizes: list[int], total: int) -> None:
    shares = share(sizes, total)
    assert sum(shares) <= total
    assert all(given_ <= wanted for given_, wanted in zip(shares, sizes, strict=True))
    short = [given_ for given_, wanted in zip(shares, sizes, strict=True) if given_ < wanted]
    # What cannot be divided evenly goes to some of them: nobody who is short has two less than another.
    assert not short or max(shares) - min(short) <= 1


@given(st.text(max_size=80), st.integers(min_value=0, max_value=60))
def test_a_shortened_text_fits(content: str, size: int) -> None:
    assert len(shorten(content, size)) <= size or (content == shorten(content, size) and len(content) <= size)


@given(st.text(max_size=60))
def test_a_code_span_is_one_cell_on_one_line(content: str) -> None:
    span = code(content)
    assert "\n" not in span
    assert "|" not in span


def test_markup_in_a_sentence_is_not_markup() -> None:
    assert inline("<b>*x*</b> [a](b)") == r"\<b\>\*x\*\</b\> \[a\](b)"
