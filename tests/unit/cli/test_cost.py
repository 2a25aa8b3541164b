"""How a month's cost changes, in a line."""

from __future__ import annotations

from typing import Any

import pytest

from cli.cost import change, change_in, cost_table


def cost(least: str | None, most: str | None, *without: str, currency: str = "EUR") -> dict[str, Any]:
    of_all = {"least": least, "most": most, "notPriced": list(without)}
    return {"currency": currency, "workloads": {"api": of_all}, "all": of_all}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, cost("10.00", "10.00"), "Cost of a month: 10.00 EUR"),
        (cost("10.00", "10.00"), cost("10.00", "10.00"), "Cost of a month: 10.00 EUR, as before"),
        (cost("10.00", "10.00"), cost("20.50", "20.50"), "Cost of a month: 20.50 EUR, +10.50"),
        (cost("10.00", "40.00"), cost("5.00", "40.00"), "Cost of a month: 5.00 to 40.00 EUR, -5.00 to +0.00"),
        (cost("10.00", "10.00", currency="USD"), cost("9.00", "9.00"), "Cost of a month: 9.00 EUR; it was 10.00 USD"),
        (cost(None, None, "cpu"), cost("9.00", "9.00"), "Cost of a month: 9.00 EUR, it was not priced"),
        (None, cost("9.00", "9.00", "memory"), "Cost of a month: 9.00 EUR; not priced: memory"),
        (None, cost(None, None, "cpu"), "Cost of a month: not priced; not priced: cpu"),
        (cost("10.00", "10.00"), None, ""),
    ],
)
def test_a_change_is_told_with_its_sign(before: object, after: object, told: str) -> None:
    assert change(before, after) == told


def test_a_run_tells_what_was_deployed_from_what_would_be() -> None:
    def told(old: object, new: object) -> dict[str, Any]:
        ends = {"old": {"outputs": {"cost": old}}, "new": {"outputs": {"cost": new}}}
        return {"resOutputsEvent": {"metadata": {"type": "pulumi:pulumi:Stack", **ends}}}

    run = [told(cost("1.00", "1.00"), cost("3.00", "3.00"))]
    assert change_in(run) == "Cost of a month: 3.00 EUR, +2.00"


def test_a_table_says_what_is_not_priced() -> None:
    lines = [line.split() for line in cost_table(cost(None, None, "cpu", "memory")).splitlines()]

    assert ["api", "not", "priced", "not", "priced", "cpu,", "memory"] in lines
