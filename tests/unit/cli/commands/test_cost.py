"""`slipway cost` shows what a month costs, and starts nothing."""

from __future__ import annotations

import json

from tests.unit.cli.conftest import Desk

PRICES = {"currency": "EUR", "cpuHour": 0.04, "memoryHour": 0.005}


def test_a_stack_without_prices_is_told_how_to_get_some(desk: Desk) -> None:
    said = desk.slipway("cost")

    assert said.exit_code == 2
    assert "`slipway:prices`" in said.output


def test_every_workload_has_its_line(desk: Desk) -> None:
    desk.change("dev", lambda content: content["config"].update({"slipway:prices": PRICES}))

    said = desk.slipway("cost")
    found = json.loads(desk.slipway("cost", "--json").output)

    assert said.exit_code == 0, said.output
    assert desk.calls() == []
    # A tenth of a core and an eighth of a gibibyte, 730 hours.
    assert found["workloads"]["python-api"] == {"least": "3.38", "most": "3.38", "notPriced": []}
    assert "python-api  3.38" in said.output
