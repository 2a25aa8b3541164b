"""What monitoring asks of the workloads that it watches: metrics, names that are free, and windows that fit."""

from collections.abc import Collection, Iterator, Mapping

from components.spec.burn_rate import windows
from components.spec.monitoring import METRICS_SERVICE_SUFFIX, Monitoring
from components.spec.ports import METRICS_PORT
from components.spec.refusal import Refusal
from components.spec.values import duration_seconds, duration_text
from components.spec.workload import Workload

TAKEN_NAMES: Mapping[str, str] = {
    "prometheus": "it is what collects metrics",
    "alertmanager": "it is what sends alerts",
    "metrics": "it is the network policy that lets Prometheus read them",
}
"""Names that objects have already in an environment with monitoring, with the reason."""

SAMPLES_PER_WINDOW = 4
"""Scrapes that the shortest window of an alert has to hold: a rate needs two, and some scrape may fail."""


def watched(workloads: Mapping[str, Workload]) -> dict[str, Workload]:
    """The workloads that have metrics."""
    return {name: each for name, each in workloads.items() if each.metrics_port}


def names_taken(workload_names: Collection[str]) -> dict[str, str]:
    """Names that no workload may have beside these workloads, with the reason."""
    found = {
        f"{name}{METRICS_SERVICE_SUFFIX}": f"it is the service by which Prometheus finds the pods of `{name}`"
        for name in workload_names
    }
    return {**found, **TAKEN_NAMES}


def metrics_checks(workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """There is something to watch, where nothing is saved: that is watched, too."""
    if not watched(workloads):
        yield Refusal(
            at=("monitoring",),
            found="no workload that has metrics",
            allowed=f"a workload with a port called `{METRICS_PORT}`",
            mend="add `extraPorts: [{name: metrics, port: 9090}]` to a workload, or remove `slipway:monitoring`",
        )


def window_checks(monitoring: Monitoring, workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """The shortest window of each alert holds enough samples, and the longest is kept."""
    scrape, retention = monitoring.prometheus.scrape_seconds, monitoring.prometheus.retention
    for name, workload in watched(workloads).items():
        at, period = ("workloads", name, "slo", "period"), workload.slo.period
        shortest, *_, longest = windows(duration_seconds(period))
        most = shortest // SAMPLES_PER_WINDOW
        if scrape > most:
            yield Refusal(
                at=at,
                found=f"{period}, whose shortest window of alerts is {duration_text(shortest)}",
                allowed=f"a window of {SAMPLES_PER_WINDOW} scrapes or more: one comes every {scrape} seconds",
                mend=f"set `monitoring.prometheus.scrapeSeconds` to {most} or less, or a longer period",
            )
        if duration_seconds(retention) < longest:
            yield Refusal(
                at=at,
                found=f"{period}, whose longest window of alerts is {duration_text(longest)}",
                allowed=f"a window not longer than samples are kept: {retention}",
                mend="raise `monitoring.prometheus.retention`, or set a shorter period",
            )
