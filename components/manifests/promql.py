"""Pieces of PromQL, made from the specification."""

import json
import re
from collections.abc import Mapping

from components.spec.slo import Counter, Indicator
from components.spec.values import duration_text
from components.spec.workload import Workload

REQUESTS = "application_requests_total"
"""The counter that the images of this project have, by method, route and status."""

LATENCY = "application_latency_seconds"
"""Their histogram, by method and route."""

RATIO = "workload:slo_errors_per_request:ratio_rate"
"""The recorded share of failed requests; the window's length follows."""


def quoted(text: str) -> str:
    """A string of PromQL; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def selector(counter: Counter, workload: str) -> str:
    """The counter's series of one workload."""
    return series(counter.metric, workload, where=counter.where, unless=counter.unless)


def series(
    metric: str, workload: str, *, where: Mapping[str, str] | None = None, unless: Mapping[str, str] | None = None
) -> str:
    """A metric's series of one workload."""
    matchers = [
        f"workload={quoted(workload)}",
        *(f"{label}=~{quoted(pattern)}" for label, pattern in (where or {}).items()),
        *(f"{label}!~{quoted(pattern)}" for label, pattern in (unless or {}).items()),
    ]
    return f"{metric}{{{','.join(matchers)}}}"


def indicator(workload: Workload) -> Indicator:
    """What the workload is judged by: its own choice, or this project's counter without the kubelet's probes."""
    if workload.slo.indicator:
        return workload.slo.indicator
    paths = dict.fromkeys((workload.probes.liveness_path, workload.probes.readiness_path))
    unless = {"route": "|".join(re.escape(path) for path in paths)}
    return Indicator(
        requests=Counter(metric=REQUESTS, unless=unless),
        errors=Counter(metric=REQUESTS, where={"status": "5.."}, unless=unless),
    )


def rate(counter: Counter, workload: str, window: str) -> str:
    """Events a second over a window, all pods together."""
    return f"sum(rate({selector(counter, workload)}[{window}]))"


def recorded(name: str, window: int) -> str:
    """The recorded share of a workload's requests that failed within a window of so many seconds."""
    return series(f"{RATIO}{duration_text(window)}", name)
