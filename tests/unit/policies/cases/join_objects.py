"""Objects that name, choose or cover each other."""

from typing import Any

from policies.plain import SENTINELS
from tests.unit.policies.cases.case import Json, thing
from tests.unit.policies.joined import chosen, named, service, serving

UNKNOWN = min(SENTINELS)
POLICY = "networking.k8s.io/v1/NetworkPolicy"
BUDGET = "policy/v1/PodDisruptionBudget"
SCALER = "autoscaling/v2/HorizontalPodAutoscaler"
VERTICAL = "autoscaling.k8s.io/v1/VerticalPodAutoscaler"
MONITOR = "monitoring.coreos.com/v1/ServiceMonitor"


def ingress(name: Any = "web", port: Json | None = None, kind: str = "networking.k8s.io/v1/Ingress") -> Json:
    backend = {"service": {"name": name, "port": port or {"number": 80}}}
    return thing(kind, {"rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}]})


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
