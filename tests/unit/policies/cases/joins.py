"""Objects that fit together, and that do not."""

from typing import Any

from tests.unit.policies.cases.case import Case, Json, fails, passes, stack, thing
from tests.unit.policies.joined import NAMESPACE, chosen, named, service, serving

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

PASSES: list[tuple[str, list[Json]]] = [
    ("dangling-service", [service(), serving()]),
    ("dangling-service", [service(app="job"), CRON]),
    ("dangling-service", [NAMESPACE, service(type="ExternalName"), thing("v1/Service", {"ports": []})]),
    ("dangling-ingress", [ingress(), route(), service()]),
    ("dangling-ingress", [ingress(port={"name": "http"}), service()]),
    ("dangling-ingress", [NAMESPACE, route("b", None, kind="Backend", group="example.com")]),
    ("dangling-networkpolicy", [policy(chosen(), ingress=[{"from": [{"podSelector": chosen()}]}]), serving()]),
    ("dangling-networkpolicy", [NAMESPACE, policy({}), policy({}, egress=[{"to": [{"ipBlock": {}}]}])]),
    (
        "dangling-networkpolicy",
        [NAMESPACE, policy({}, ingress=[{"from": [{"namespaceSelector": {}, "podSelector": chosen()}]}])],
    ),
    ("dangling-hpa", [scaler(), serving()]),
    ("dangling-servicemonitor", [monitor(chosen()), labelled(service(), app="web")]),
    ("dangling-servicemonitor", [NAMESPACE, monitor(chosen(), namespaceSelector={"any": True})]),
    ("missing-sa", [serving(serviceAccountName="own"), ACCOUNT]),
    ("missing-sa", [NAMESPACE, serving(), serving(serviceAccountName="default")]),
    ("env-ref-exists", [with_env("secret"), held("Secret", data={"token": "x"})]),
    ("env-ref-exists", [with_env("secret"), held("Secret", stringData={"token": "x"})]),
    ("env-ref-exists", [with_env("configMap"), held("ConfigMap", data={"token": "x"})]),
    ("env-ref-exists", [NAMESPACE, with_env("secret", optional=True), with_env("configMap", "kube-root-ca.crt")]),
    ("env-ref-exists", [NAMESPACE, with_env("secret"), held("Secret")]),
    ("env-ref-exists", [NAMESPACE, with_env("secret"), named("app", thing("bitnami.com/v1alpha1/SealedSecret", {}))]),
    ("env-ref-exists", [NAMESPACE, with_env("secret"), thing("cert-manager.io/v1/Certificate", {"secretName": "app"})]),
    (
        "env-ref-exists",
        [NAMESPACE, with_env("secret"), thing("external-secrets.io/v1/ExternalSecret", {"target": {"name": "app"}})],
    ),
    ("env-ref-exists", [with_env_from("secret"), with_env_from("configMap"), held("Secret"), held("ConfigMap")]),
    ("statefulset-service", [serving("db", "apps/v1/StatefulSet", {"serviceName": "db"}), HEADLESS]),
    ("vpa", [vertical(), serving()]),
    ("vpa", [vertical(mode="Off"), serving(), scaler()]),
    ("vpa", [vertical(), serving(), scaler(metrics=[{"type": "External"}])]),
    ("unique-selector", [service(), service("other", "other"), service("web-headless", clusterIP="None")]),
    ("unique-selector", [service(), {**service("b"), "metadata": {"name": "b", "namespace": "other"}}]),
    ("readiness-probe-service", [service(), serving(container={"readinessProbe": {"httpGet": {"port": 1}}})]),
    ("readiness-probe-service", [service(app="other"), serving()]),
    ("readiness-probe-service", [service(app="job"), CRON]),
    ("network-policy", [NAMESPACE, serving(), policy({})]),
    ("network-policy", [NAMESPACE, serving(), policy(chosen(), "Ingress"), policy(chosen(), "Egress")]),
    ("network-policy", [NAMESPACE, serving(hostNetwork=True)]),
    ("network-policy", [NAMESPACE, serving(), thing(POLICY, {"podSelector": {}, "egress": [{}]})]),
    ("network-policy", [NAMESPACE, serving(), thing("cilium.io/v2/CiliumNetworkPolicy", {})]),
    ("namespace-quota", [NAMESPACE, QUOTA, RANGE]),
    ("namespace-quota", [{**NAMESPACE, "metadata": {"name": "kube-system"}}]),
    ("pdb-exists", [NAMESPACE, serving(), budget(1)]),
    ("pdb-exists", [NAMESPACE, serving(spec={"replicas": 1}), serving("b", "apps/v1/DaemonSet")]),
    ("pdb-vs-hpa", [serving(), budget(2), scaler(least=2)]),
    ("pdb-vs-hpa", [serving(), budget(9)]),
    ("pdb-vs-hpa", [serving(), budget("90%"), scaler()]),
    ("pdb-vs-replicas", [serving(), budget(1)]),
    ("pdb-vs-replicas", [serving(), budget("50%")]),
    ("pdb-vs-replicas", [serving(), budget(9), scaler()]),
    ("pdb-vs-replicas", [serving(spec={"replicas": 0}), budget(1)]),
]

FAILS: list[tuple[str, list[Json], str, str]] = [
    ("dangling-service", [service(app="wbe"), serving()], "Service shop/web", "spec.selector"),
    ("dangling-service", [NAMESPACE, service()], "Service shop/web", "spec.selector"),
    (
        "dangling-ingress",
        [ingress("wbe"), service()],
        "Ingress shop/x",
        "spec.rules[0].http.paths[0].backend.service.name",
    ),
    (
        "dangling-ingress",
        [ingress(port={"name": "https"}), service()],
        "Ingress shop/x",
        "spec.rules[0].http.paths[0].backend.service.port",
    ),
    (
        "dangling-ingress",
        [thing("networking.k8s.io/v1/Ingress", {"defaultBackend": {"service": {"name": "b"}}}), service()],
        "Ingress shop/x",
        "spec.defaultBackend.service.name",
    ),
    ("dangling-ingress", [route("wbe"), service()], "HTTPRoute shop/x", "spec.rules[0].backendRefs[0].name"),
    ("dangling-ingress", [route(port=81), service()], "HTTPRoute shop/x", "spec.rules[0].backendRefs[0].port"),
    ("dangling-networkpolicy", [policy(chosen("wbe")), serving()], "NetworkPolicy shop/x", "spec.podSelector"),
    (
        "dangling-networkpolicy",
        [policy({}, egress=[{"to": [{"ipBlock": {}}, {"podSelector": chosen("wbe")}]}]), serving()],
        "NetworkPolicy shop/x",
        "spec.egress[0].to[1].podSelector",
    ),
    ("dangling-hpa", [scaler("wbe"), serving()], "HorizontalPodAutoscaler shop/x", "spec.scaleTargetRef"),
    ("dangling-servicemonitor", [monitor(chosen()), service()], "ServiceMonitor shop/x", "spec.selector"),
    (
        "missing-sa",
        [NAMESPACE, serving(serviceAccountName="own")],
        "Deployment shop/web",
        "spec.template.spec.serviceAccountName",
    ),
    (
        "missing-sa",
        [serving(serviceAccount="onw"), ACCOUNT],
        "Deployment shop/web",
        "spec.template.spec.serviceAccount",
    ),
    (
        "env-ref-exists",
        [with_env("secret"), held("Secret", "other")],
        'Deployment shop/web, container "app"',
        "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name",
    ),
    (
        "env-ref-exists",
        [with_env("configMap"), held("ConfigMap", data={"other": "x"})],
        'Deployment shop/web, container "app"',
        "spec.template.spec.containers[0].env[0].valueFrom.configMapKeyRef.key",
    ),
    (
        "env-ref-exists",
        [NAMESPACE, with_env_from("configMap")],
        'Deployment shop/web, container "app"',
        "spec.template.spec.containers[0].envFrom[0].configMapRef.name",
    ),
    (
        "statefulset-service",
        [serving("db", "apps/v1/StatefulSet", {"serviceName": "bd"}), HEADLESS],
        "StatefulSet shop/db",
        "spec.serviceName",
    ),
    (
        "statefulset-service",
        [serving("db", "apps/v1/StatefulSet", {"serviceName": "web"}), service(clusterIP="10.0.0.1")],
        "StatefulSet shop/db",
        "spec.serviceName",
    ),
    ("statefulset-service", [serving("db", "apps/v1/StatefulSet")], "StatefulSet shop/db", "spec.serviceName"),
    ("vpa", [vertical(target="wbe"), serving()], "VerticalPodAutoscaler shop/vpa", "spec.targetRef"),
    ("vpa", [vertical(), vertical("two"), serving()], "VerticalPodAutoscaler shop/two", "spec.targetRef"),
    ("vpa", [vertical(), scaler(), serving()], "VerticalPodAutoscaler shop/vpa", "spec.targetRef"),
    ("unique-selector", [service(), service("copy")], "Service shop/copy", "spec.selector"),
    ("readiness-probe-service", [service(), serving()], "Deployment shop/web", "spec.template.spec"),
    ("network-policy", [NAMESPACE, serving(), policy({}, "Ingress")], "Deployment shop/web", "spec.template.spec"),
    (
        "network-policy",
        [serving(), policy(chosen("other"), "Ingress"), policy({}, "Egress")],
        "Deployment shop/web",
        "spec.template.spec",
    ),
    ("namespace-quota", [NAMESPACE, QUOTA], "Namespace shop", "metadata.name"),
    ("pdb-exists", [NAMESPACE, serving()], "Deployment shop/web", "spec.template"),
    (
        "pdb-exists",
        [serving("db", "apps/v1/StatefulSet"), budget(1, chosen("other"))],
        "StatefulSet shop/db",
        "spec.template",
    ),
    ("pdb-exists", [NAMESPACE, serving(spec={"replicas": 1}), scaler()], "Deployment shop/web", "spec.template"),
    ("pdb-vs-hpa", [serving(), budget(3), scaler(least=2)], "PodDisruptionBudget shop/x", "spec.minAvailable"),
    ("pdb-vs-replicas", [serving(), budget(2)], "PodDisruptionBudget shop/x", "spec.minAvailable"),
    (
        "pdb-vs-replicas",
        [serving(spec={"replicas": 1}), budget("50%")],
        "PodDisruptionBudget shop/x",
        "spec.minAvailable",
    ),
]
"""The objects, and of the finding the object and the field."""

_OWN = serving(serviceAccountName="own")
CASES: list[Case] = [
    *(case for rule, objects in PASSES for case in passes(rule, stack(*objects))),
    *(case for rule, objects, whose, at in FAILS for case in fails(rule, stack(*objects), told=f"{whose}: {at} ")),
    *passes("automount-sa-token-account", stack(_OWN, ACCOUNT)),
    *passes(
        "automount-sa-token-account",
        stack(_OWN, {**ACCOUNT, "automountServiceAccountToken": False}),
        stack(serving(automountServiceAccountToken=False), ACCOUNT),
        tokenSaidBy="account",
    ),
    *fails(
        "automount-sa-token-account",
        stack(_OWN, ACCOUNT),
        stack(_OWN, {**ACCOUNT, "automountServiceAccountToken": True}),
        stack(_OWN),
        told="Deployment shop/web: spec.template.spec.automountServiceAccountToken ",
        tokenSaidBy="account",
    ),
]
