"""A Grafana dashboard of the environment: a row for each workload, from the same figures as the alerts."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from components.manifests import promql
from components.manifests.labels import environment_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.burn_rate import BURN_RATES, budget
from components.spec.environment import Environment
from components.spec.values import duration_seconds, duration_text
from components.spec.workload import Workload

NAME = "dashboard"
"""The name of the ConfigMap."""

_WINDOW = "$__rate_interval"
"""Grafana's own choice of a window: never shorter than a few scrapes."""

_COLUMNS, _WIDTH, _HEIGHT = 3, 8, 7
"""Panels in a line, of the 24 units that a dashboard is wide, and their height."""

_SCHEMA = 39
"""The version of the dashboard's own format, which Grafana reads from 10.3 on and brings up to date itself."""


@dataclass(frozen=True)
class _Panel:
    """One graph: its queries by their legends, and the values at which a line is drawn."""

    title: str
    unit: str
    queries: Mapping[str, str]
    lines: tuple[float, ...] = field(default=())


def dashboard(environment: Environment, workloads: Mapping[str, Workload]) -> Manifest:
    """A ConfigMap with the label by which Grafana's sidecar finds dashboards.

    Args:
        environment: where it lives.
        workloads: those that have metrics, by name.
    """
    name = environment.namespace
    labels = {**environment_labels(environment), "grafana_dashboard": "1"}
    content = {
        # Grafana allows 40 characters, and a namespace may have 63.
        "uid": f"slipway-{hashlib.sha256(name.encode()).hexdigest()[:16]}",
        "title": f"{name}: workloads",
        "tags": ["slipway", environment.tier],
        "schemaVersion": _SCHEMA,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "source", "label": "Prometheus", "type": "datasource", "query": "prometheus"}]
        },
        "panels": list(_panels(workloads)),
    }
    text = json.dumps(content, indent=1)
    metadata = {"name": NAME, "namespace": name, "labels": labels}
    return manifest("v1", "ConfigMap", metadata, data={f"{name}.json": text})


def _panels(workloads: Mapping[str, Workload]) -> Iterator[dict[str, Any]]:
    number, top = 0, 0
    for name, workload in workloads.items():
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": name,
            "collapsed": False,
            "gridPos": {"x": 0, "y": top, "w": _COLUMNS * _WIDTH, "h": 1},
            "panels": [],
        }
        top += 1
        shown = list(_of_workload(name, workload))
        for index, panel in enumerate(shown):
            number += 1
            line, column = divmod(index, _COLUMNS)
            yield _graph(number, panel, column * _WIDTH, top + line * _HEIGHT)
        top += -(-len(shown) // _COLUMNS) * _HEIGHT


def _of_workload(name: str, workload: Workload) -> Iterator[_Panel]:
    judged = promql.indicator(workload)
    period = duration_seconds(workload.slo.period)
    allowed = budget(Decimal(workload.slo.availability))
    fastest, slowest = BURN_RATES[0], BURN_RATES[-1]
    failing = {
        duration_text(window): promql.recorded(name, window)
        for window in (fastest.short(period), fastest.long(period), slowest.long(period))
    }
    requests = promql.rate(judged.requests, name, _WINDOW)
    errors = promql.rate(judged.errors, name, _WINDOW)
    yield _Panel("Requests", "reqps", {"all": requests, "failed": f"{errors} or vector(0)"})
    yield _Panel("Failed requests", "percentunit", failing, (float(allowed),))
    yield _Panel(
        "Error budget burn rate",
        "short",
        {window: f"{query} / {allowed}" for window, query in failing.items()},
        tuple(float(rate.factor) for rate in BURN_RATES),
    )
    if workload.slo.indicator is None:
        buckets = promql.series(f"{promql.LATENCY}_bucket", name, unless=judged.requests.unless)
        summed = f"sum by (le) (rate({buckets}[{_WINDOW}]))"
        quantiles = {f"{share * 100:g}%": f"histogram_quantile({share}, {summed})" for share in (0.5, 0.95, 0.99)}
        yield _Panel("Latency", "s", quantiles)
    up = promql.series("up", name)
    yield _Panel("Pods", "short", {"seen": f"count({up})", "answering": f"sum({up})"})
    cpu = f"rate({promql.series('process_cpu_seconds_total', name)}[{_WINDOW}])"
    yield _Panel("Processors", "short", {"{{instance}}": cpu})
    memory = promql.series("process_resident_memory_bytes", name)
    yield _Panel("Memory", "bytes", {"{{instance}}": memory})


def _graph(number: int, panel: _Panel, left: int, top: int) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${source}"}
    steps = [{"color": "green", "value": None}, *({"color": "red", "value": line} for line in panel.lines)]
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {"x": left, "y": top, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {
            "defaults": {
                "unit": panel.unit,
                "min": 0,
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": "dashed" if panel.lines else "off"}},
            },
            "overrides": [],
        },
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": source, "expr": query, "legendFormat": legend}
            for index, (legend, query) in enumerate(panel.queries.items())
        ],
    }
