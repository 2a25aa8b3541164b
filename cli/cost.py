"""What a stack costs in a month, as a table; and how that changes, as a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cli.events import Event, stack_outputs
from cli.plain import mapping, sequence, text
from cli.tables import aligned
from components.spec.cron import HOURS_A_MONTH

NOT_PRICED = "not priced"


def cost_table(found: Mapping[str, Any]) -> str:
    """The cost of each workload and of all, from the output `cost` of a stack."""
    rows = [("workload", "least", "most", NOT_PRICED)]
    rows += [(name, *_amounts(each)) for name, each in [*found["workloads"].items(), ("all", found["all"])]]
    return f"{aligned(rows)}\n\n{found['currency']} in a month of {HOURS_A_MONTH} hours."


def change_in(told: Sequence[Event]) -> str:
    """How a run changes the cost of its stack, in one line; nothing if that has no prices."""
    return change(stack_outputs(told, "old").get("cost"), stack_outputs(told).get("cost"))


def change(before: object, after: object) -> str:
    """How the cost of a stack changes, in one line; nothing if it has no prices.

    Args:
        before: the output `cost` as it was deployed, if it was.
        after: the same as it would be.
    """
    was, will = mapping(before), mapping(after)
    if not will:
        return ""
    told = f"Cost of a month: {_words(will)}"
    if was.get("currency") == will["currency"]:
        told += f", {_difference(mapping(was.get('all')), will['all'])}"
    elif was:
        told += f"; it was {_words(was)}"
    without = sequence(will["all"]["notPriced"])
    return f"{told}; {NOT_PRICED}: {', '.join(map(text, without))}" if without else told


def _amounts(each: Mapping[str, Any]) -> tuple[str, str, str]:
    return each["least"] or NOT_PRICED, each["most"] or NOT_PRICED, ", ".join(each["notPriced"]) or "-"


def _words(found: Mapping[str, Any]) -> str:
    of_all = mapping(found.get("all"))
    least, most = text(of_all.get("least")), text(of_all.get("most"))
    if not least:
        return NOT_PRICED
    return f"{least if least == most else f'{least} to {most}'} {text(found.get('currency'))}"


def _difference(was: Mapping[str, Any], will: Mapping[str, Any]) -> str:
    ends = [(text(was.get(end)), text(will.get(end))) for end in ("least", "most")]
    known = [Decimal(after) - Decimal(before) for before, after in ends if before and after]
    if len(known) < len(ends):
        return f"it was {text(was.get('least')) or NOT_PRICED}"
    if not any(known):
        return "as before"
    least, most = (f"{each:+}" for each in known)
    return least if least == most else f"{least} to {most}"
