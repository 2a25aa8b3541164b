"""The part of JSON schema that configurations need, and its messages."""

import pytest

from policies.schema import Schema, problems

TEXT: Schema = {"type": "string", "pattern": "^a", "description": "something with a"}


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ("a", TEXT, []),
        ("b", TEXT, ["x is 'b'; it must be something with a"]),
        (1, TEXT, ["x is 1; it must be of type string"]),
        ("b", {"type": "string", "pattern": "^a"}, ["x is 'b'; it must be text that matches ^a"]),
        ("c", {"type": "string", "enum": ["a", "b"]}, ["x is 'c'; it must be one of a, b"]),
        (["a", "b"], {"type": "array", "items": TEXT}, ["x[1] is 'b'; it must be something with a"]),
        ([], {"type": "array", "items": TEXT, "minItems": 1}, ["x is empty; it must have at least 1 item"]),
        (True, {"type": "boolean"}, []),
        ({"k": "b"}, {"type": "object", "properties": {"k": TEXT}}, ["x.k is 'b'; it must be something with a"]),
        ({"l": 1}, {"type": "object", "properties": {"k": TEXT}}, []),
        (
            {"l": 1},
            {"type": "object", "properties": {"k": TEXT}, "additionalProperties": False},
            ["x.l is not known; known are k"],
        ),
        ({"l": 1}, {"type": "object", "additionalProperties": TEXT}, ["x.l is 1; it must be of type string"]),
    ],
)
def test_each_keyword_says_what_it_found_and_wants(value: object, schema: Schema, expected: list[str]) -> None:
    assert list(problems(value, schema, "x")) == expected


def test_a_long_value_is_not_quoted_in_full() -> None:
    (problem,) = problems("b" * 500, TEXT, "x")
    assert len(problem) < 120
