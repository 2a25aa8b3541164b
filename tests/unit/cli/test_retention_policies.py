"""Policies for registries that tidy up themselves: they keep what slipway keeps, or more."""

from __future__ import annotations

import fnmatch
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.retention.patterns import beginnings, wildcard
from cli.retention.policies import KINDS
from components.spec.retention import Retention
from policies.values.tag import LIMIT
from tests.unit.cli.conftest import Desk

GOLDEN = Path(__file__).parent / "golden"
EXPRESSIONS = [
    r"/^v?\d+\.\d+\.\d+$/",
    "/^release-/",
    "/^v[0-9]{1,2}/",
    r"/^a?b?c+$/",
    r"/^x\w*y$/",
    "/^1.2$/",
    "/^ab+c{2,}d/",
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_policy_of_the_default_settings(kind: str, request: pytest.FixtureRequest) -> None:
    made = KINDS[kind](Retention(), "team/slipway")
    file = GOLDEN / f"retention-{kind}.txt"
    if request.config.getoption("--regenerate"):
        file.write_text(made)
    assert made == file.read_text()
    assert (yaml.safe_load if kind == "ghcr" else json.loads)(made)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("stable", "stable"),
        (r"/^v?\d+\.\d+\.\d+$/", "*.*.*"),
        ("/^release-/", "release-*"),
        ("/rc$/", "*rc"),
        ("/^a+$/", "a*"),
        ("//", "*"),
    ],
)
def test_an_expression_in_wildcards(pattern: str, words: str) -> None:
    assert wildcard(pattern) == words


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("stable", ["stable"]),
        ("/^release-/", ["release-"]),
        ("/^a?b$/", ["ab", "b"]),
        (r"/^v?\d/", sorted([*"0123456789", *(f"v{digit}" for digit in range(10))])),
    ],
)
def test_an_expression_by_its_beginnings(pattern: str, found: list[str]) -> None:
    assert beginnings(pattern) == found


@settings(max_examples=60, deadline=None)
@given(data=st.data(), pattern=st.sampled_from(EXPRESSIONS))
def test_what_an_expression_keeps_is_kept_in_other_words_too(data: st.DataObject, pattern: str) -> None:
    tag = data.draw(st.from_regex(pattern[1:-1].replace(r"\d", "[0-9]"), alphabet=st.characters(max_codepoint=127)))
    tag = tag.strip("\n")[:LIMIT]
    assert fnmatch.fnmatchcase(tag, wildcard(pattern))
    assert tag.startswith(tuple(beginnings(pattern)))


@pytest.mark.parametrize("pattern", ["/^(a|b)$/", "/a|b/", "/^a(?=b)/"])
def test_what_cannot_be_said_is_refused(pattern: str, desk: Desk) -> None:
    with pytest.raises(ValueError, match="no word for"):
        wildcard(pattern)
    desk.change("dev", lambda content: content["config"]["slipway:registry"].update(retention={"keep": [pattern]}))
    said = desk.slipway("retention", "policy", "ecr")
    assert said.exit_code == 2
    assert "`registry.retention.keep` cannot be said to ecr" in said.stderr


@pytest.mark.parametrize("pattern", ["/rc/", r"/^\d*a/", "/^.a/"])
def test_what_does_not_say_how_a_tag_begins_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="how a tag begins"):
        beginnings(pattern)
