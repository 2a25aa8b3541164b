"""Recording rules and alerts: how much of its error budget each workload spends, and whether it is seen at all."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any

import yaml

from components.manifests import promql
from components.spec import defaults
from components.spec.backup import BACKUP, Backup, backup_name
from components.spec.burn_rate import BURN_RATES, BurnRate, budget, windows
from components.spec.values import duration_seconds, duration_text
from components.spec.workload import Workload

RUNBOOK = "docs/monitoring.md"
"""Where each alert has a section of its name."""

STALE_AFTER = 2
"""Intervals without a backup until somebody is told: one may fail, and is tried again."""


def alert_rules(workloads: Mapping[str, Workload], backup: Backup | None = None, kept: Collection[str] = ()) -> str:
    """The rule file: one group for each workload, and one for what saves volumes.

    Args:
        workloads: those that have metrics, by name.
        backup: what saves volumes, if something does.
        kept: the names of the workloads whose volumes it saves.
    """
    groups = [
        {"name": name, "rules": [*_records(name, each), *_alerts(name, each)]} for name, each in workloads.items()
    ]
    if backup and kept:
        groups.append({"name": BACKUP, "rules": [rule for name in kept for rule in _backup_alerts(name, backup)]})
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


def _backup_alerts(name: str, backup: Backup) -> Iterable[dict[str, Any]]:
    success = promql.series("backup_last_success_timestamp_seconds", backup_name(name))
    failed = promql.series("backup_check_failed", backup_name(name))
    longest = STALE_AFTER * duration_seconds(backup.every)
    stale: dict[str, Any] = {
        "alert": "BackupStale",
        "labels": {"workload": name, "severity": "ticket"},
        "annotations": {
            "summary": f"The volumes of {name} have not been saved for too long",
            "description": f"They are to be saved every {backup.every}, and the last time that it went well is twice "
            "as long ago, or unknown.",
            "runbook": f"{RUNBOOK}#backupstale",
        },
    }
    yield {**stale, "expr": f"time() - max({success}) > {longest}"}
    # Nothing has been saved yet, the repository cannot be asked, or what saves is not there.
    yield {**stale, "expr": f"absent({success})", "for": duration_text(longest)}
    yield {
        "alert": "BackupDamaged",
        "expr": f"max({failed}) == 1",
        "labels": {"workload": name, "severity": "page"},
        "annotations": {
            "summary": f"What was saved of {name} did not pass its check",
            "description": "It cannot be relied on. The container's log has restic's own words.",
            "runbook": f"{RUNBOOK}#backupdamaged",
        },
    }


def _burns(rate: BurnRate, name: str, period: int, availability: Decimal) -> str:
    """Both windows above the threshold: the long one says that it matters, the short one that it goes on."""
    threshold = _plain(rate.threshold(availability))
    both = (rate.long(period), rate.short(period))
    return " and ".join(f"{promql.recorded(name, window)} > {threshold}" for window in both)


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
