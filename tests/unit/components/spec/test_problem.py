"""How problems are told, and what is kept out of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.problem import HIDDEN, Problem, SpecError, path_text, show, suggestion
from components.spec.refusal import Path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("workloads", "python-api", "port"), "slipway:workloads.python-api.port"),
        (("workloads", "api", "extraPorts", 0, "name"), "slipway:workloads.api.extraPorts[0].name"),
        (("workloads", "api", "configFiles", "files", "a.yaml"), 'slipway:workloads.api.configFiles.files["a.yaml"]'),
    ],
)
def test_a_path_reads_like_the_file(path: Path, text: str):
    assert path_text(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        (3, "3"),
        ("dev", "'dev'"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping with the key `a`"),
        ({"a": 1, "b": 2}, "a mapping with the keys `a` and `b`"),
        ([], "an empty list"),
        ([1, 2], "a list of 2"),
    ],
)
def test_a_value_is_shown_as_a_person_would_say_it(value: object, text: str):
    assert show(value) == text


def test_a_long_value_is_shortened():
    assert len(show("x" * 1000)) < 100


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("hunter2", ("registry", "credentials", "password")),
        ("hunter2", ("secrets", "db")),
        ("hunter2", ("secrets", "db", "fromConfig")),
        ("hunter2", ("workloads", "api", "env", "API_TOKEN")),
        (f"ghp_{'a' * 36}", ("workloads", "api", "port")),
    ],
)
def test_what_may_be_a_secret_is_not_shown(value: str, path: Path):
    assert show(value, path) == HIDDEN


def test_a_plain_setting_of_a_generated_secret_is_shown():
    assert show(8, ("secrets", "token", "generated", "length")) == "8"


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("replcas", ["replicas", "resources"], "replicas"),
        ("production", ["dev", "staging", "prod"], "prod"),
        ("Prod", ["dev", "prod"], "prod"),
        ("colour", ["rollout", "port"], None),
        ("", ["port"], None),
    ],
)
def test_a_slip_is_recognised_and_a_stranger_is_not(word: str, known: list[str], meant: str | None):
    assert suggestion(word, known) == meant


@given(st.text(), st.lists(st.text(), max_size=5))
def test_a_suggestion_is_always_one_of_the_known_words(word: str, known: list[str]):
    assert suggestion(word, known) in {*known, None}


def test_all_problems_are_told_in_the_order_of_the_file():
    late = Problem("Pulumi.x.yaml", "slipway:b", "b", "b", "b", line=9)
    early = Problem("Pulumi.x.yaml", "slipway:a", "a", "a", "a", line=2)

    text = str(SpecError([late, early]))

    assert text.index("Pulumi.x.yaml:2") < text.index("Pulumi.x.yaml:9")
    assert text.startswith("The configuration has 2 problems")
