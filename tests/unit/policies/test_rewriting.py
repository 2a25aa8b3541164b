"""Text is changed where it differs, and nowhere else: byte for byte."""

import json
from typing import Any, cast

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from policies.rewriting import RewriteError, rewrite
from tests.unit.policies.objects import Json


def changed(text: str, new: Any, *, as_json: bool = False, document: int = 0) -> str:
    old = json.loads(text) if as_json else list(yaml.safe_load_all(text))[document]
    return rewrite(text, {document: (old, new)}, as_json=as_json)


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ("a: 1\n", {"a": 1, "b": {"c": True}}, "a: 1\nb:\n  c: true\n"),
        ("a: 1", {"a": 1, "b": "2"}, "a: 1\nb: '2'"),
        ("a: 1\r\n", {"a": 1, "b": 2}, "a: 1\r\nb: 2\r\n"),
        ("a: 1  # one\n# two\n", {"a": 1, "b": 2}, "a: 1  # one\nb: 2\n# two\n"),
        ("m:\n    a: 'x'\n\nn: 1\n", {"m": {"a": "x", "b": 1}, "n": 1}, "m:\n    a: 'x'\n    b: 1\n\nn: 1\n"),
        ("m:\n", {"m": {"a": 1}}, "m: {a: 1}\n"),
        ("m: null # none\n", {"m": {"a": 1}}, "m: {a: 1} # none\n"),
        ("m: {}\n", {"m": {"a": ["x"]}}, "m: {a: [x]}\n"),
        ("m: {a: 1}\n", {"m": {"a": 1, "b": 2}}, "m: {a: 1, b: 2}\n"),
        ("m: {a: 1,}\n", {"m": {"a": 1, "b": 2}}, "m: {a: 1, b: 2}\n"),
        ("m: {\n  a: 1  # one\n}\n", {"m": {"a": 1, "b": 2}}, "m: {\n  a: 1,\n  b: 2  # one\n}\n"),
        ("m: {\n  a: 1,\n}\n", {"m": {"a": 1, "b": 2}}, "m: {\n  a: 1,\n  b: 2\n}\n"),
        ("l:\n- a\nm: 1\n", {"l": ["a", "b"], "m": 1}, "l:\n- a\n- b\nm: 1\n"),
        ("l:\n  - a # x\n", {"l": ["a", {"b": 1, "c": 2}]}, "l:\n  - a # x\n  - b: 1\n    c: 2\n"),
        ("l:\n  -   - a\n", {"l": [["a", "b"]]}, "l:\n  -   - a\n      - b\n"),
        ("l: []\n", {"l": ["a"]}, "l: [a]\n"),
        ("l: [a]\n", {"l": ["a", "b"]}, "l: [a, b]\n"),
        ("- a: 1\n- a: 2\n", [{"a": 1, "b": 1}, {"a": 2}], "- a: 1\n  b: 1\n- a: 2\n"),
        ("a: |\n  x\n   y\n\nb: 1\n", {"a": "x\n y\n", "b": 1, "c": 1}, "a: |\n  x\n   y\n\nb: 1\nc: 1\n"),
        ("m:\n  a: |\n    x\n\nn: 1\n", {"m": {"a": "x\n", "b": 1}, "n": 1}, "m:\n  a: |\n    x\n\n  b: 1\nn: 1\n"),
        ("m:\n  a: |-\n    x", {"m": {"a": "x", "b": 1}}, "m:\n  a: |-\n    x\n  b: 1"),
        ("m:\n  a: x\n    y # z\n", {"m": {"a": "x y", "b": 1}}, "m:\n  a: x\n    y # z\n  b: 1\n"),
        ("# c\na: 1 # one\nb: 2\n", {"b": 2}, "# c\nb: 2\n"),
        ("- a: 1\n  b: 2\n", [{"b": 2}], "- b: 2\n"),
        ("a: |\n  x\n\nb: 2\n", {"b": 2}, "b: 2\n"),
        ("m: {a: 1, b: 2}\n", {"m": {"b": 2}}, "m: {b: 2}\n"),
        ("m: {a: 1, b: 2}\n", {"m": {"a": 1}}, "m: {a: 1}\n"),
        ("m: {a: 1}\n", {"m": {}}, "m: {}\n"),
        ("m:\n  a: 1\n", {"m": {}}, "m:\n  {}\n"),
        ("a: 1\nb: 2\n", {"a": 1, "c": 3}, "a: 1\nc: 3\n"),
        ("a: &x\n  b: 1\nc: *x\n", {"a": {"b": 1, "d": 2}, "c": {"b": 1, "d": 2}}, "a: &x\n  b: 1\n  d: 2\nc: *x\n"),
        ("\ufeffa: 1\n", {"a": 1, "b": 2}, "\ufeffa: 1\nb: 2\n"),
        ('"a": "ä"\n', {"a": "ä", "b": 2}, '"a": "ä"\nb: 2\n'),
    ],
)
def test_only_what_differs_is_written(text: str, new: Any, expected: str) -> None:
    assert changed(text, new) == expected


@pytest.mark.parametrize(
    ("text", "new", "expected"),
    [
        ('{"a": 1}', {"a": 1, "b": {"c": "d"}}, '{"a": 1, "b": {"c": "d"}}'),
        ('{\n\t"a": 1\n}\n', {"a": 1, "b": None}, '{\n\t"a": 1,\n\t"b": null\n}\n'),
        ('{"m": {}, "l": [1]}', {"m": {"a": True}, "l": [1, "x"]}, '{"m": {"a": true}, "l": [1, "x"]}'),
        ('{"m": null}', {"m": {"a": 1}}, '{"m": {"a": 1}}'),
        ('{"a": 1, "b": 2}', {"b": 2}, '{"b": 2}'),
    ],
)
def test_json_stays_json(text: str, new: Any, expected: str) -> None:
    assert changed(text, new, as_json=True) == expected


def test_json_in_a_yaml_file_is_written_as_json() -> None:
    assert changed('x: {"m": {"a": 1}}\n', {"x": {"m": {"a": 1, "b": [True]}}}) == 'x: {"m": {"a": 1, "b": [true]}}\n'


def test_other_documents_stay_as_they_are() -> None:
    text = "%YAML 1.1\n---\na:   1\n...\n---\n# only this\nb: 1\n--- # third\nc: [ 1 ]\n"
    assert changed(text, {"b": 1, "d": 2}, document=1) == text.replace("b: 1\n", "b: 1\nd: 2\n")


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("a: &x\n  b: 1\nc: *x\n", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("a: &x\n  b: 1\nc: *x\n", {"a": {"b": 1, "d": 2}, "c": {"b": 1}}),
        ("x: &x\n  m: {a: 1}\ny:\n  <<: *x\n", {"x": {"m": {"a": 1}}, "y": {"m": {"a": 1, "b": 2}}}),
        ("m:\n  a: |\n    x", {"m": {"a": "x", "b": 1}}),
        ("a: 1\n", {"a": 2}),
        ("a: [1, 2]\n", {"a": [1]}),
        ("m: {a: 1, a: 2}\n", {"m": {}}),
    ],
)
def test_what_cannot_be_changed_in_place_is_refused(text: str, new: Any) -> None:
    with pytest.raises(RewriteError):
        changed(text, new)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.sampled_from(["x", "a b", "- c", "#d", "e: f", "", "true", "ä"])
)
KEYS = st.sampled_from(["a", "b", "c d", "e", "yes"])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
STYLES = st.sampled_from([None, True, False])


@given(st.dictionaries(KEYS, VALUES, min_size=1), STYLES, st.integers(2, 5), st.data())
def test_any_text_with_something_added_says_what_is_meant(body: Json, flow: bool, indent: int, data: Any) -> None:
    text = yaml.safe_dump(body, default_flow_style=flow, indent=indent, sort_keys=False, allow_unicode=True)
    new = grown(body, data)
    after = changed(text, new)
    assert yaml.safe_load(after) == new
    # What stood there still does, in its order.
    remaining = iter(after)
    assert all(each in remaining for each in text if each not in "{}[]~, \n")


def grown(value: Any, data: st.DataObject) -> Any:
    """The value with entries and items added here and there."""
    if isinstance(value, dict):
        made = {key: grown(item, data) for key, item in cast("Json", value).items()}
        return {**made, "new": data.draw(VALUES)} if data.draw(st.booleans()) else made
    if isinstance(value, list):
        return [*(grown(item, data) for item in cast("list[Any]", value)), *data.draw(st.lists(VALUES, max_size=1))]
    return value
