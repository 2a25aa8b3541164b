"""What Prometheus sees of the queue and the model, beside the metrics of every service."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""From half a millisecond, which a small model takes, to the seconds of a large one."""

ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


class QueueMetrics:
    """The queue's metrics, and those of the model's runs.

    `model_queue_depth` (rows that wait), `model_queue_refused_total` (requests), `model_queue_wait_seconds` (from a
    request's arrival to its run), `model_batch_rows` and `model_inference_seconds` (of each run).
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self.depth = Gauge("model_queue_depth", "Rows that wait for the model.", registry=registry)
        self.refused = Counter("model_queue_refused", "Requests refused by a full queue.", registry=registry)
        self.wait = Histogram(
            "model_queue_wait", "Time in the queue.", unit="seconds", buckets=SECONDS, registry=registry
        )
        self.rows = Histogram("model_batch_rows", "Rows of one run.", buckets=ROWS, registry=registry)
        self.inference = Histogram(
            "model_inference", "Time of one run.", unit="seconds", buckets=SECONDS, registry=registry
        )
