import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vector_service.change import Delete, Put, decoded, encoded

NUMBERS = st.floats(-(2.0**53), 2.0**53, width=32)


@given(st.dictionaries(st.text(), st.tuples(st.lists(NUMBERS, min_size=3, max_size=3), st.text()), min_size=1))
def test_vectors_come_back_as_they_were(vectors: dict[str, tuple[list[float], str]]) -> None:
    values = np.asarray([numbers for numbers, _ in vectors.values()], np.float32)
    back = decoded(encoded(Put(list(vectors), values, [told for _, told in vectors.values()])))
    assert isinstance(back, Put)
    assert list(back.ids) == list(vectors)
    assert np.array_equal(back.values, values)
    assert list(back.metadata) == [told for _, told in vectors.values()]


@given(st.lists(st.text()))
def test_deletions_come_back_as_they_were(ids: list[str]) -> None:
    assert decoded(encoded(Delete(ids))) == Delete(ids)


@pytest.mark.parametrize("payload", [b"", b"\x05\x00\x00\x00{}", b"\x02\x00\x00\x00{}", b"\x04\x00\x00\x00null"])
def test_anything_else_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decoded(payload)
