from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.live.equivalence import aligned, quantity


def container(**resources: Value) -> Properties:
    return {"spec": {"containers": [{"name": "a", "resources": {"limits": {**resources}}}]}}


@pytest.mark.parametrize(
    ("live", "wanted"),
    [("1", "1000m"), ("1", 1), ("64Mi", "0.0625Gi"), ("16Mi", "16384Ki"), ("10m", "0.01"), ("1k", 1000)],
)
def test_quantities_that_mean_the_same_are_written_as_wanted(live: str, wanted: Value) -> None:
    assert aligned(container(cpu=live), container(cpu=wanted)) == container(cpu=wanted)


def test_other_quantities_stay_as_they_are() -> None:
    assert aligned(container(cpu="1"), container(cpu="2")) == container(cpu="1")


@pytest.mark.parametrize("field", ["data", "labels", "annotations"])
def test_texts_that_look_like_quantities_are_compared_as_texts(field: str) -> None:
    live: Properties = {field: {"cpu": "1"}}

    assert aligned(live, {field: {"cpu": "1000m"}}) == live


@pytest.mark.parametrize("empty", [False, 0, "", [], {}, None])
def test_what_the_server_left_out_from_the_start_counts_as_there(empty: Value) -> None:
    live: Properties = {"spec": {"a": 1}}

    assert aligned(live, {"spec": {"a": 1, "hostNetwork": empty}}, before=live) == {
        "spec": {"a": 1, "hostNetwork": empty}
    }


def test_what_somebody_took_away_stays_missing() -> None:
    before: Properties = {"spec": {"automountServiceAccountToken": False}}

    assert aligned({"spec": {}}, before, before=before) == {"spec": {}}


def test_what_was_never_applied_stays_missing() -> None:
    assert aligned({"spec": {}}, {"spec": {"automountServiceAccountToken": False}}) == {"spec": {}}


def test_an_empty_value_in_a_config_map_is_data() -> None:
    assert aligned({"data": {}}, {"data": {"a": ""}}, before={"data": {}}) == {"data": {}}


@pytest.mark.parametrize(
    ("written", "amount"),
    [("100m", "0.1"), ("1Ki", "1024"), ("2E", "2e18"), ("1e3", "1000"), (5, "5"), ("-1", "-1"), ("1n", "1e-9")],
)
def test_quantities_are_read(written: Value, amount: str) -> None:
    assert quantity(written) == Decimal(amount)


@pytest.mark.parametrize("written", ["", "m", "Mi", "a", "NaN", "Infinity", True, None, []])
def test_what_is_no_quantity_is_none(written: Value) -> None:
    assert quantity(written) is None


@given(st.text(max_size=12))
def test_any_text_is_a_quantity_or_none(written: str) -> None:
    amount = quantity(written)

    assert amount is None or amount.is_finite()
