"""What one stack runs is recorded for the next: by digest, beside what was recorded before."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.failures import BadInputError
from cli.promote import digests, recorded
from tests.unit.cli.conftest import Desk

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


def test_the_digest_is_taken_without_its_registry() -> None:
    assert digests({"api": f"registry.example.com/x/api@{A}"}, ["api"], "staging") == {"api": A}


@pytest.mark.parametrize("images", [{}, {"api": "x/api:latest"}, {"api": "x/api@sha256:12"}, {"api": None}])
def test_an_image_without_a_digest_is_refused(images: dict[str, str]) -> None:
    with pytest.raises(BadInputError, match="runs no image 'api' by digest"):
        digests(images, ["api"], "staging")


def test_the_comment_above_and_other_records_are_kept() -> None:
    before = f"# Changed by pull request.\n\nstaging:\n  other: {B}\n  api: {B}\ndev:\n  api: {B}\n"
    after = recorded(before, "staging", {"api": A})
    assert after.startswith("# Changed by pull request.\n\n")
    assert yaml.safe_load(after) == {"dev": {"api": B}, "staging": {"api": A, "other": B}}


names = st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True)


@given(names, st.dictionaries(names, st.sampled_from([A, B]), min_size=1))
def test_recording_twice_changes_nothing_more(source: str, promoted: dict[str, str]) -> None:
    once = recorded("# note\n", source, promoted)
    assert recorded(once, source, promoted) == once


def test_promotion_writes_what_the_next_stack_needs(desk: Desk) -> None:
    names = ("alertmanager", "prometheus", "python-api")
    desk.answer("stack output", json.dumps({"images": {name: f"registry.example.com/{name}@{A}" for name in names}}))
    said = desk.slipway("promote", "staging", "prod")
    assert said.exit_code == 0, said.output
    assert yaml.safe_load((desk.checkout / "promotions" / "prod.yaml").read_text()) == {
        "staging": dict.fromkeys(names, A)
    }


def test_a_stack_that_promotes_nothing_is_told_so(desk: Desk) -> None:
    said = desk.slipway("promote", "staging", "dev")
    assert said.exit_code == 2
    assert "promotes nothing from 'staging'" in said.stderr
