"""The copied stack file holds no secret, and everything else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cli.scratch import config_path, without_secrets

SECURE = {"secure": "v1:canary"}


def test_the_provider_and_encrypted_values_are_taken_out() -> None:
    content = {
        "encryptionsalt": "v1:x",
        "secretsprovider": "awskms://x",
        "config": {"slipway:a": SECURE, "slipway:b": {"c": [1, {"d": SECURE}], "e": 2}},
    }
    kept, hidden = without_secrets(content)
    assert kept == {"config": {"slipway:b": {"c": [1, {"d": ""}], "e": 2}}}
    assert hidden == [("slipway:a",), ("slipway:b", "c", 1, "d")]


def test_a_path_is_written_as_the_engine_reads_it() -> None:
    assert config_path(("slipway:b", "c", 1, 'x".y')) == 'slipway:b["c"][1]["x\\".y"]'


plain = st.recursive(
    st.text(max_size=5) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), plain, max_size=4))
def test_a_file_without_secrets_is_copied_as_it_is(config: dict[str, Any]) -> None:
    assert without_secrets({"config": config}) == ({"config": config}, [])


def test_an_empty_file_has_no_secrets() -> None:
    assert without_secrets({}) == ({"config": {}}, [])
