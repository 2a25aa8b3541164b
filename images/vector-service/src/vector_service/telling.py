"""What the store tells Prometheus."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from vector_service.store import Store


def tell(store: Store, registry: CollectorRegistry) -> None:
    """Register the store's metrics: gauges `vector_store_…`, and the counter `vector_store_compactions_total`."""
    gauges: Mapping[str, tuple[str, Callable[[], float]]] = {
        "vector_store_vectors": ("Vectors in the store.", lambda: len(store)),
        "vector_store_bytes": ("Memory that they take.", lambda: store.size),
        "vector_store_most_bytes": ("Memory that they may take.", lambda: store.most),
        "vector_store_log_bytes": ("Size of the log.", lambda: store.log_bytes),
        "vector_store_cut_bytes": ("Bytes of an unfinished record, cut off at the start.", lambda: store.cut_bytes),
    }
    for name, (help_text, value) in gauges.items():
        Gauge(name, help_text, registry=registry).set_function(value)
    registry.register(_Compactions(store))


class _Compactions(Collector):
    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> list[CounterMetricFamily]:
        return [
            CounterMetricFamily("vector_store_compactions", "Times the log was compacted.", self._store.compactions)
        ]
