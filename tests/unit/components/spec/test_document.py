"""Reading stack files: values as YAML 1.2 has them, with their lines."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.spec.document import ENCRYPTED, parse_value, read_file, read_text
from components.spec.problem import SpecError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("08", "08"),
        ("1:30", "1:30"),
        ("2026-11-22", "2026-11-22"),
        ("42", 42),
        ("-7", -7),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("~", None),
        ("", None),
        ("500m", "500m"),
        ("[1, two]", [1, "two"]),
    ],
)
def test_a_plain_value_is_what_the_pulumi_cli_makes_of_it(text: str, value: object):
    assert parse_value(text) == value


def test_every_key_and_list_entry_has_its_line():
    document = read_text("Pulumi.x.yaml", "config:\n  slipway:a:\n    b:\n      - c\n      - d: 1\n")

    assert document.lines == {("a",): 2, ("a", "b"): 3, ("a", "b", 0): 4, ("a", "b", 1): 5, ("a", "b", 1, "d"): 5}


def test_keys_of_others_are_left_alone():
    document = read_text("Pulumi.x.yaml", "encryptionsalt: v1:x\nconfig:\n  aws:region: eu\n  slipway:a: 1\n")

    assert document.values == {"a": 1}


def test_an_encrypted_value_is_never_read():
    document = read_text("Pulumi.x.yaml", "config:\n  slipway:token:\n    secure: v1:abc\n")

    assert document.values == {"token": ENCRYPTED}


def test_an_empty_file_says_nothing():
    assert read_text("Pulumi.x.yaml", "").values == {}


def test_a_file_that_is_not_there_is_one_problem(tmp_path: Path):
    with pytest.raises(SpecError, match="no such file"):
        read_file(tmp_path / "Pulumi.x.yaml")


def test_a_file_that_is_not_text_is_one_problem(tmp_path: Path):
    (tmp_path / "Pulumi.x.yaml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SpecError, match="UTF-8"):
        read_file(tmp_path / "Pulumi.x.yaml")


def test_two_repeated_keys_are_two_problems():
    with pytest.raises(SpecError) as caught:
        read_text("Pulumi.x.yaml", "config:\n  slipway:a: 1\n  slipway:a: 2\n  slipway:b: 1\n  slipway:b: 2\n")

    assert [(problem.line, problem.path) for problem in caught.value.problems] == [(3, "slipway:a"), (5, "slipway:b")]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [*a]",
        "[" * 5000,
        "a: &a [x,x,x,x,x,x,x,x]\n"
        + "".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 8)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
        ),
    ],
    ids=["itself", "deep", "wide"],
)
def test_a_file_that_stands_for_too_much_is_one_problem(text: str):
    with pytest.raises(SpecError, match="aliases"):
        read_text("Pulumi.x.yaml", text)


@pytest.mark.parametrize("text", ["{", "[" * 5000, "{a: 1, a: 2}", "a: &a [*a]", "\x00"])
def test_a_value_that_cannot_be_read_is_an_error_of_yaml(text: str):
    with pytest.raises(yaml.YAMLError):
        parse_value(text)


def test_tags_make_nothing_but_plain_values():
    assert parse_value("!!python/object/apply:os.system ['true']") == ["true"]


def test_an_alias_is_what_it_refers_to():
    document = read_text("Pulumi.x.yaml", "config:\n  slipway:a: &a {x: 1}\n  slipway:b: *a\n")

    assert document.values == {"a": {"x": 1}, "b": {"x": 1}}


def test_a_number_that_no_machine_counts_to_stays_text():
    assert parse_value("9" * 5000) == "9" * 5000


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail_in_any_other_way(text: str):
    try:
        read_text("Pulumi.x.yaml", text)
    except SpecError as error:
        assert error.problems  # noqa: PT017  # either outcome is fine; another exception is not
