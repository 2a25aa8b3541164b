"""Recording rules and alerts: how much of its error budget each workload spends, and whether it is seen at all."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

import yaml

from components.manifests import promql
from components.spec import defaults
from components.spec.burn_rate import BURN_RATES, BurnRate, budget, windows
from components.spec.values import duration_seconds, duration_text
from components.spec.workload import Workload

RUNBOOK = "docs/monitoring.md"
"""Where each alert has a section of its name."""


def alert_rules(workloads: Mapping[str, Workload]) -> str:
    """The rule file for these workloads, each of which has metrics: one group for each."""
    groups = [
        {"name": name, "rules": [*_records(name, each), *_alerts(name, each)]} for name, each in workloads.items()
    ]
    return yaml.safe_dump({"groups": groups}, sort_keys=False, width=1000)


def _records(name: str, workload: Workload) -> Iterable[dict[str, Any]]:
    """The share of failed requests over each window of the alerts."""
    judged = promql.indicator(workload)
    for window in map(duration_text, windows(duration_seconds(workload.slo.period))):
        # Without the zero there would be no answer until the first error.
        errors = f"({promql.rate(judged.errors, name, window)} or vector(0))"
        yield {
            "record": f"{promql.RATIO}{window}",
            "expr": f"{errors} / {promql.rate(judged.requests, name, window)}",
            "labels": {"workload": name},
        }


def _alerts(name: str, workload: Workload) -> Iterable[dict[str, Any]]:
    period = duration_seconds(workload.slo.period)
    availability = Decimal(workload.slo.availability)
    allowed = f"{_plain(budget(availability) * 100)}%"
    for severity, rates in groupby(BURN_RATES, key=lambda rate: rate.severity):
        yield {
            "alert": "ErrorBudgetBurn",
            "expr": " or ".join(f"({_burns(rate, name, period, availability)})" for rate in rates),
            "labels": {"workload": name, "severity": severity},
            "annotations": {
                "summary": f"{name} spends its error budget too fast",
                "description": f"{{{{ $value | humanizePercentage }}}} of the requests to {name} fail; over "
                f"{workload.slo.period} it may be {allowed}.",
                "runbook": f"{RUNBOOK}#errorbudgetburn",
            },
        }
    yield {
        "alert": "WorkloadUnseen",
        "expr": f"absent({promql.series('up', name)} == 1)",
        "for": duration_text(defaults.UNSEEN),
        "labels": {"workload": name, "severity": "page"},
        "annotations": {
            "summary": f"No pod of {name} answers Prometheus",
            "description": f"While it is so, nothing is known of {name}, and no other alert about it can come.",
            "runbook": f"{RUNBOOK}#workloadunseen",
        },
    }


def _burns(rate: BurnRate, name: str, period: int, availability: Decimal) -> str:
    """Both windows above the threshold: the long one says that it matters, the short one that it goes on."""
    threshold = _plain(rate.threshold(availability))
    both = (rate.long(period), rate.short(period))
    return " and ".join(f"{promql.recorded(name, window)} > {threshold}" for window in both)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
