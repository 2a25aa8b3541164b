"""Objects that name, choose or cover each other."""

from typing import Any

from policies.plain import SENTINELS
from tests.unit.policies.cases.case import Json, thing

NAMESPACE: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
"""With it among the objects, all that is in `shop` is known."""
UNKNOWN = min(SENTINELS)
POLICY = "networking.k8s.io/v1/NetworkPolicy"
BUDGET = "policy/v1/PodDisruptionBudget"
SCALER = "autoscaling/v2/HorizontalPodAutoscaler"
VERTICAL = "autoscaling.k8s.io/v1/VerticalPodAutoscaler"
MONITOR = "monitoring.coreos.com/v1/ServiceMonitor"


def patch(body: Json) -> Json:
    """A patch of an object: what it does not state stays as it is in the cluster."""
    return {**body, "kind": f"{body['kind']}Patch"}


def named(name: str, body: Json) -> Json:
    """An object by another name."""
    return {**body, "metadata": {**body["metadata"], "name": name}}


def serving(name: str = "web", kind: str = "apps/v1/Deployment", spec: Json | None = None, **pod: Any) -> Json:
    """A workload whose pods have the label `app: NAME`."""
    container = {"name": "app", "image": "a", "ports": [{"name": "http", "containerPort": 8000}]}
    template = {
        "metadata": {"labels": {"app": name, **pod.pop("labels", {})}},
        "spec": {"containers": [{**container, **pod.pop("container", {})}], **pod},
    }
    return named(name, thing(kind, {"replicas": 2, **(spec or {}), "template": template}))


def service(name: str = "web", app: Any = "web", **spec: Any) -> Json:
    """A Service for pods with the label `app: APP`."""
    return named(name, thing("v1/Service", {"selector": {"app": app}, "ports": [{"name": "http", "port": 80}], **spec}))


def chosen(app: Any = "web") -> Json:
    """A LabelSelector for the label `app: APP`."""
    return {"matchLabels": {"app": app}}


def ingress(name: Any = "web", port: Json | None = None, kind: str = "networking.k8s.io/v1/Ingress") -> Json:
    backend = {"service": {"name": name, "port": port or {"number": 80}}}
    return thing(kind, {"rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}]})


def shown(name: str, *paths: Any, host: Any = "a.io", **spec: Any) -> Json:
    """An Ingress that answers at these paths of a host."""
    rule = {"host": host, "http": {"paths": [{"path": path} for path in paths]}}
    return named(name, thing("networking.k8s.io/v1/Ingress", {"rules": [rule], **spec}))


def canary(body: Json, value: Any = "true") -> Json:
    """An Ingress that takes a part of the requests of another."""
    annotations = {"nginx.ingress.kubernetes.io/canary": value}
    return {**body, "metadata": {**body["metadata"], "annotations": annotations}}


def route(name: Any = "web", port: Any = 80, **more: Any) -> Json:
    kind = "gateway.networking.k8s.io/v1/HTTPRoute"
    return thing(kind, {"rules": [{"backendRefs": [{"name": name, "port": port, **more}]}]})


def policy(selector: Any, *ways: str, **spec: Any) -> Json:
    return thing(POLICY, {"podSelector": selector, "policyTypes": list(ways or ("Ingress", "Egress")), **spec})


def scaler(name: Any = "web", least: Any = 2, **spec: Any) -> Json:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
    return thing(SCALER, {"scaleTargetRef": target, "minReplicas": least, **spec})


def vertical(name: str = "vpa", target: Any = "web", mode: str = "Auto") -> Json:
    reference = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    return named(name, thing(VERTICAL, {"targetRef": reference, "updatePolicy": {"updateMode": mode}}))


def budget(least: Any, selector: Any = None) -> Json:
    return thing(BUDGET, {"minAvailable": least, "selector": selector or chosen()})


def monitor(selector: Any, **spec: Any) -> Json:
    return thing(MONITOR, {"selector": selector, **spec})


def labelled(body: Json, **labels: Any) -> Json:
    return {**body, "metadata": {**body["metadata"], "labels": labels}}


def with_env(kind: str, name: Any = "app", key: Any = "token", **more: Any) -> Json:
    reference = {"name": name, "key": key, **more}
    return serving(container={"env": [{"name": "A", "valueFrom": {f"{kind}KeyRef": reference}}]})


def with_env_from(kind: str, name: Any = "app") -> Json:
    return serving(container={"envFrom": [{f"{kind}Ref": {"name": name}}]})


def held(kind: str, name: str = "app", **data: Any) -> Json:
    return named(name, thing(f"v1/{kind}", **data))


ACCOUNT = named("own", thing("v1/ServiceAccount"))
HEADLESS = service("db", "db", clusterIP="None")
QUOTA, RANGE = thing("v1/ResourceQuota", {}), thing("v1/LimitRange", {})
CRON = thing(
    "batch/v1/CronJob",
    {
        "jobTemplate": {
            "spec": {"template": {"metadata": {"labels": {"app": "job"}}, "spec": {"containers": [{"name": "a"}]}}}
        }
    },
)

ELSEWHERE: Json = {"name": "web", "namespace": "other"}
PROBED: Json = {"name": "i", "readinessProbe": {"httpGet": {"port": 1}}}
WITHOUT_LEAST = thing(BUDGET, {"maxUnavailable": 1, "selector": chosen()})
