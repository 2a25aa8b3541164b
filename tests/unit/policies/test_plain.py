"""Proxies, numbers, unknown values and secrets become plain."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_policy import Secret, proxy
from pulumi_policy.proxy import unknown_checking_proxy

from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE, UNKNOWN, Sealed, plain

LEAVES = st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=5)
TREES = st.recursive(
    LEAVES, lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(max_size=5), t, max_size=3), max_leaves=12
)


def wire(value: Any) -> Any:
    """A value as the SDK gets it: every number a float."""
    if isinstance(value, dict):
        return {key: wire(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [wire(item) for item in cast("list[Any]", value)]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@given(st.dictionaries(st.text(max_size=5), TREES, max_size=4))
def test_a_proxied_value_is_what_it_was_before_the_sdk(tree: dict[str, Any]) -> None:
    assert plain(unknown_checking_proxy(wire(tree))) == (tree, frozenset())


def test_the_sentinels_are_those_of_the_sdk() -> None:
    assert {value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")} == SENTINELS


@pytest.mark.parametrize("sentinel", sorted(SENTINELS))
def test_an_unknown_value_is_unknown_wherever_it_is(sentinel: str) -> None:
    tree = {"a": sentinel, "b": [1, sentinel], "c": {"d": sentinel, "e": 1}}
    expected = {"a": UNKNOWN, "b": [1, UNKNOWN], "c": {"d": UNKNOWN, "e": 1}}
    assert plain(tree)[0] == expected
    assert plain(unknown_checking_proxy(tree))[0] == expected


def test_a_secret_is_its_value_with_its_path_noted() -> None:
    secret = {SIGNATURE: SECRET_SIGNATURE, "value": {"x": "s"}}
    tree = {"a": [0, {"b": secret}], "c": Sealed("s"), "d": 1}
    assert plain(tree) == ({"a": [0, {"b": {"x": "s"}}], "c": "s", "d": 1}, {("a", 1, "b"), ("c",)})


def test_a_secret_of_a_state_file_is_secret_and_unknown() -> None:
    tree = {"a": {SIGNATURE: SECRET_SIGNATURE, "ciphertext": "AAAA"}}
    assert plain(tree) == ({"a": UNKNOWN}, {("a",)})


def test_a_sealed_unknown_value_is_both() -> None:
    assert plain({"a": Sealed(min(SENTINELS))}) == ({"a": UNKNOWN}, {("a",)})


def test_a_seal_survives_the_sdks_proxy() -> None:
    assert plain(unknown_checking_proxy({"a": {"b": Sealed(["s"])}})) == ({"a": {"b": ["s"]}}, {("a", "b")})


def test_a_proxy_that_hides_what_it_wraps_is_read_value_by_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.plain._TARGET", "no such key")
    tree = {"a": min(SENTINELS), "b": [1, {"c": Sealed("s")}]}
    expected = {"a": UNKNOWN, "b": [1, {"c": "s"}]}
    assert plain(unknown_checking_proxy(tree)) == (expected, {("b", 1, "c")})


def test_numbers_that_are_not_whole_stay() -> None:
    assert plain([1.5, float("inf")])[0] == [1.5, float("inf")]


def test_keys_become_text() -> None:
    assert plain({2: "a", None: "b"})[0] == {"2": "a", "None": "b"}


def test_an_error_of_a_mapping_itself_is_not_taken_for_an_unknown_value() -> None:
    class Broken(dict[str, Any]):
        def __getitem__(self, key: str) -> Any:
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        plain(Broken(a=1))


def test_an_object_that_is_no_value_stays_as_it_is() -> None:
    secret = Secret("x")
    assert plain({"a": secret})[0] == {"a": secret}
