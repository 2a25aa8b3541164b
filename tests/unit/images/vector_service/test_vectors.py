"""Search is exact: it finds what a plain loop over plain numbers finds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vector_service.change import Delete, Put
from vector_service.vectors import Metric, Vectors, size_of

# Small whole numbers: their products are exact, so that equal scores are equal in both ways of computing them.
VALUES = st.lists(st.integers(-9, 9), min_size=3, max_size=3).filter(any)
IDS = st.sampled_from([f"v{number}" for number in range(12)])
CHANGES = st.lists(st.one_of(st.tuples(IDS, VALUES), st.tuples(IDS, st.none())), max_size=40)

Change = tuple[str, "list[int] | None"]


def made(changes: list[Change]) -> tuple[Vectors, dict[str, list[int]]]:
    """Vectors after these changes, and the same as a dictionary."""
    vectors, plain = Vectors(), dict[str, "list[int]"]()
    for name, values in changes:
        if values is None:
            assert vectors.apply(Delete([name])) == (name in plain)
            plain.pop(name, None)
        else:
            vectors.apply(Put([name], np.asarray([values], np.float32), [f"about {name}"]))
            plain[name] = values
    return vectors, plain


def score(query: list[int], values: list[int], metric: Metric) -> float:
    product = sum(left * right for left, right in zip(query, values, strict=True))
    return product if metric == "dot" else product / math.hypot(*query) / math.hypot(*values)


@settings(deadline=None, max_examples=60)
@given(CHANGES, VALUES, st.integers(1, 15))
@pytest.mark.parametrize("metric", ["cosine", "dot"])
def test_a_search_finds_the_best_of_all(metric: Metric, changes: list[Change], query: list[int], top: int) -> None:
    vectors, plain = made(changes)
    found = vectors.search(np.asarray(query, np.float32), top, metric)
    wanted = sorted((score(query, values, metric) for values in plain.values()), reverse=True)[:top]
    assert [each.score for each in found] == pytest.approx(wanted, abs=1e-6)
    assert [each.score for each in found] == pytest.approx([score(query, plain[each.id], metric) for each in found])
    assert [each.metadata for each in found] == [f"about {each.id}" for each in found]


@settings(deadline=None, max_examples=60)
@given(CHANGES)
def test_what_is_held_is_what_was_put_in_and_not_taken_out(changes: list[Change]) -> None:
    vectors, plain = made(changes)
    assert len(vectors) == len(plain)
    assert vectors.size == sum(size_of(name, 3, f"about {name}") for name in plain)
    for name, values in plain.items():
        here = vectors.get(name)
        assert here is not None
        assert (here[0].tolist(), here[1]) == (values, f"about {name}")


@settings(deadline=None, max_examples=60)
@given(CHANGES)
def test_its_own_changes_make_it_again(changes: list[Change]) -> None:
    vectors, plain = made(changes)
    again = Vectors()
    for put in vectors.puts():
        again.apply(put)
    held = {name: again.get(name) for name in plain}
    assert {name: here and here[0].tolist() for name, here in held.items()} == plain
    assert (len(again), again.size) == (len(vectors), vectors.size)


def test_equal_scores_are_ordered_by_id() -> None:
    vectors, _ = made([(name, [1, 0, 0]) for name in ("c", "a", "b")])
    found = vectors.search(np.asarray([1, 0, 0], np.float32), 2, "cosine")
    assert [each.id for each in found] == ["a", "b"]


def test_more_vectors_than_lie_together_are_all_searched() -> None:
    count = 2500
    values = np.random.default_rng(7).normal(size=(count, 4)).astype(np.float32)
    vectors = Vectors()
    vectors.apply(Put([f"v{number}" for number in range(count)], values, [""] * count))
    vectors.apply(Delete([f"v{number}" for number in range(0, count, 2)]))
    scores = values @ values[1]
    best = sorted(range(1, count, 2), key=lambda number: -scores[number])[:5]
    assert [each.id for each in vectors.search(values[1], 5, "dot")] == [f"v{number}" for number in best]


def test_another_dimension_is_refused_while_there_are_vectors() -> None:
    vectors, _ = made([("a", [1, 2, 3])])
    other = Put(["b"], np.ones((1, 2), np.float32), [""])
    with pytest.raises(ValueError, match="2 numbers among those of 3"):
        vectors.apply(other)
    vectors.apply(Delete(["a"]))
    assert vectors.apply(other) == 1
