"""What Prometheus sees, in a registry of its own so that a process may hold several services (as tests do)."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

LATENCY_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. From a millisecond, since most answers take a few, to ten, where clients have given up."""

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metrics:
    """The service's metrics.

    `application_latency_seconds` (histogram) and `application_requests_total` (counter) by method, route and, for the
    counter, status; `application_requests_in_flight` and `application_ready` (gauges). A route is the pattern that
    matched, never the path: whoever sends paths at random must not fill the monitoring's memory.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.latency = Histogram(
            "application_latency",
            "Time from a request's head to the end of its answer.",
            ("method", "route"),
            unit="seconds",
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.requests = Counter(
            "application_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        # Of several processes of one container: all their requests, and ready when each is.
        self.in_flight = Gauge(
            "application_requests_in_flight",
            "Requests being answered now.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self.ready = Gauge(
            "application_ready",
            "1 when requests should be sent here, else 0.",
            registry=self.registry,
            multiprocess_mode="livemin",
        )
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        known = method if method in _METHODS else "OTHER"
        self.latency.labels(known, route).observe(seconds)
        self.requests.labels(known, route, str(status)).inc()
