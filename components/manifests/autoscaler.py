"""Pods by load."""

import json
from collections.abc import Iterator
from typing import Any

from components.manifests.labels import workload_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.environment import Environment
from components.spec.scaling import Autoscaling, Keda, Signal
from components.spec.workload import Workload

_FALLBACK_FAILURES = 3


def autoscaler(environment: Environment, name: str, workload: Workload) -> Manifest | None:
    """A HorizontalPodAutoscaler, KEDA's ScaledObject, or None. It alone says how many pods there are."""
    scaling = workload.autoscaling
    if scaling is None:
        return None
    metadata = {
        "name": name,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    if scaling.keda:
        scaled = _scaled_object(scaling, scaling.keda, target)
        return manifest("keda.sh/v1alpha1", "ScaledObject", metadata, spec=scaled)
    spec = {
        "scaleTargetRef": target,
        "minReplicas": scaling.min,
        "maxReplicas": scaling.max,
        "metrics": list(_metrics(scaling)),
        "behavior": _behavior(scaling),
    }
    return manifest("autoscaling/v2", "HorizontalPodAutoscaler", metadata, spec=spec)


def _behavior(scaling: Autoscaling) -> dict[str, Any]:
    return {"scaleDown": {"stabilizationWindowSeconds": scaling.scale_down_seconds}}


def _metrics(scaling: Autoscaling) -> Iterator[dict[str, Any]]:
    if scaling.by_cpu:
        utilisation = {"type": "Utilization", "averageUtilization": scaling.cpu_utilisation}
        yield {"type": "Resource", "resource": {"name": "cpu", "target": utilisation}}
    for signal, text, summed in _signals(scaling):
        metric: dict[str, Any] = {"name": signal.metric}
        if signal.labels:
            metric["selector"] = {"matchLabels": dict(signal.labels)}
        # An average of what is outside does not grow smaller by dividing it among pods.
        whole = signal.source == "external" and not summed
        target = {"type": "Value", "value": text} if whole else {"type": "AverageValue", "averageValue": text}
        kind = "External" if signal.source == "external" else "Pods"
        yield {"type": kind, kind.lower(): {"metric": metric, "target": target}}


def _signals(scaling: Autoscaling) -> Iterator[tuple[Signal, str, bool]]:
    """Each signal with its target as a quantity, and whether it is a sum that pods divide among them."""
    if scaling.queue_depth:
        yield scaling.queue_depth, str(scaling.queue_depth.target), True
    if scaling.latency:
        yield scaling.latency, f"{scaling.latency.target}m", False
    if scaling.gpu_utilisation:
        yield scaling.gpu_utilisation, str(scaling.gpu_utilisation.target), False


def _scaled_object(scaling: Autoscaling, keda: Keda, target: dict[str, str]) -> dict[str, Any]:
    fallback = {"fallback": {"failureThreshold": _FALLBACK_FAILURES, "replicas": keda.fallback_replicas}}
    return {
        "scaleTargetRef": target,
        "minReplicaCount": scaling.min,
        "maxReplicaCount": scaling.max,
        "pollingInterval": keda.polling_seconds,
        "cooldownPeriod": keda.cooldown_seconds,
        **(fallback if keda.fallback_replicas else {}),
        "advanced": {"horizontalPodAutoscalerConfig": {"behavior": _behavior(scaling)}},
        "triggers": list(_triggers(scaling, keda)),
    }


def _triggers(scaling: Autoscaling, keda: Keda) -> Iterator[dict[str, Any]]:
    if scaling.by_cpu:
        yield {"type": "cpu", "metricType": "Utilization", "metadata": {"value": str(scaling.cpu_utilisation)}}
    for signal, _, summed in _signals(scaling):
        labels = ",".join(f"{name}={json.dumps(value)}" for name, value in sorted(signal.labels.items()))
        series = f"{signal.metric}{{{labels}}}" if labels else signal.metric
        threshold = signal.target / 1000 if signal is scaling.latency else signal.target
        yield {
            "type": "prometheus",
            "metricType": "AverageValue" if summed else "Value",
            "metadata": {
                "serverAddress": keda.server,
                "query": f"sum({series})" if summed else f"avg({series})",
                "threshold": str(threshold),
            },
        }
