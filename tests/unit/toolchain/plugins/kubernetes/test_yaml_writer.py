import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.base_values import Properties, Secret, Value
from toolchain.plugins.kubernetes.yaml_reader import read_objects
from toolchain.plugins.kubernetes.yaml_writer import dump

# What Go's yaml.v2 wrote for the same values.
GO: list[tuple[Value, str]] = [
    (None, "null"),
    (True, "true"),
    (8080, "8080"),
    (2**63, "9223372036854775808"),
    (2**64, "1.8446744073709552e+19"),
    (0.1, "0.1"),
    (1e-05, "1e-05"),
    (1234567.5, "1.2345675e+06"),
    (0.0001, "0.0001"),
    ({}, "{}"),
    ([], "[]"),
    ("plain", "plain"),
    ("", '""'),
    ("yes", '"yes"'),
    ("8080", '"8080"'),
    ("1:30", '"1:30"'),
    ("2001-01-01", '"2001-01-01"'),
    ("<<", "<<"),
    ("-", "'-'"),
    ("- a", "'- a'"),
    ("-a", "-a"),
    ("a: b", "'a: b'"),
    ("a:", "'a:'"),
    ("a:b", "a:b"),
    ("a #b", "'a #b'"),
    ("a#b", "a#b"),
    ("it's", "it's"),
    ("'", "''''"),
    ('say "hi"', 'say "hi"'),
    (" a", "' a'"),
    ("*x", "'*x'"),
    ("--- x", "'--- x'"),
    ("...", "'...'"),
    ("?", "'?'"),
    ("? a", "'? a'"),
    ("?a", "?a"),
    ("{}", "'{}'"),
    ("\t", r'"\t"'),
    ("\x7f", r'"\x7F"'),
    ("\r", r'"\r"'),
    ("😀", r'"\U0001F600"'),
    ("é", "é"),
    ("c:\\dir name", "c:\\dir name"),
    ("a\nb", "|-\n  a\n  b"),
    ("a\n", "|\n  a"),
    ("a\n\n", "|+\n  a\n"),
    ("\n", "|2+\n"),
    ("\n a", "|2-\n\n   a"),
    ("a\n b\n1", "|-\n  a\n   b\n  1"),
    ("a \nb", r'"a \nb"'),
    ("a\n\tb", r'"a\n\tb"'),
]


@pytest.mark.parametrize(("value", "written"), GO)
def test_values_are_written_as_kubernetes_tools_write_them(value: Value, written: str) -> None:
    assert dump({"k": value}) == f"k: {written}\n"


def test_long_texts_are_broken_at_spaces_beyond_column_80() -> None:
    words = "long text with many words " * 5
    assert dump({"k": words.strip()}) == (
        "k: long text with many words long text with many words long text with many words long\n"
        "  text with many words long text with many words\n"
    )
    assert dump({"k": words}) == (
        "k: 'long text with many words long text with many words long text with many words\n"
        "  long text with many words long text with many words '\n"
    )


def test_maps_and_lists_are_indented_as_kubernetes_tools_do() -> None:
    obj: Properties = {"a": [{"b": 1, "c": [1, [2, 3]]}, [], {"d": {"e": {}}}], "f": {"g": ["h"]}}
    assert dump(obj) == ("a:\n- b: 1\n  c:\n  - 1\n  - - 2\n    - 3\n- []\n- d:\n    e: {}\nf:\n  g:\n  - h\n")


def test_keys_are_sorted_with_letters_last_and_numbers_by_value() -> None:
    keys = ["a10", "a2", "a.b", "ab", "B", "a", "_", "1", "10", "9", "a02", "/"]
    expected = ["/", "_", "1", "9", "10", "B", "a", "a.b", "a2", "a02", "a10", "ab"]
    lines = dump(dict.fromkeys(keys, 0)).splitlines()
    assert [line.split(":")[0].strip('"') for line in lines] == expected


def test_the_order_of_keys_does_not_depend_on_the_programs() -> None:
    keys = ["9-A", "10", "1a", "017", "1B/"]
    assert len({dump(dict.fromkeys(order, 0)) for order in itertools.permutations(keys)}) == 1


def test_a_key_longer_than_128_bytes_is_written_in_two_lines() -> None:
    assert dump({"k" * 128: 1}) == "k" * 128 + ": 1\n"
    assert dump({"k" * 129: 1}) == "? " + "k" * 129 + "\n: 1\n"


def test_an_empty_object_is_written_as_one() -> None:
    assert dump({}) == "{}\n"


def test_what_is_marked_secret_is_never_written() -> None:
    with pytest.raises(TypeError, match="a value of type Secret cannot be rendered") as refused:
        dump({"k": Secret("canary")})
    assert "canary" not in str(refused.value)


TEXTS = st.text() | st.text(alphabet="ab 01:-#'\"\n.,_{}[]&*!|>%@`?\t", max_size=40) | st.text("ab ", min_size=70)
VALUES: st.SearchStrategy[Value] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_as_the_same(value: Value) -> None:
    obj: Properties = {"apiVersion": "v1", "kind": "Thing", "it": value}
    assert read_objects(dump(obj)) == [obj]
