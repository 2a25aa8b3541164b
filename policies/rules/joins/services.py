"""Services, and what leads to them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.labels import chooses, equality, label_selector
from policies.plain import UNKNOWN, Path, Unknown
from policies.rules.build import CORE, JOBS, listed, mapping
from policies.rules.joins.build import join_rule, look_up, nothing_chosen, spec_of, unless_there
from policies.together import Claim, Together, namespace_in
from policies.truth import Verdict
from policies.view import Manifest

_NETWORK = "kubernetes.networking.v1"


def _services(objects: Together) -> Iterator[Claim]:
    for service in objects.of("Service"):
        spec = spec_of(service)
        selector = equality(spec.get("selector"))
        if selector.empty or spec.get("type") == "ExternalName" or service.partial:
            continue
        verdict = nothing_chosen(objects, service, selector)
        if verdict:
            yield Claim(verdict, service, ("spec", "selector"), "must choose the pods of some workload")


DANGLING_SERVICE = join_rule(
    "dangling-service",
    "Service without pods",
    "medium",
    "A Service that chooses no pods refuses every request.",
    "give the Service the labels of the pods that it is meant for",
    f'{CORE}.ServiceSpecArgs(selector={{"app": "web"}}, ports=ports)',
    _services,
    decision="A Service without a selector, or of type ExternalName, has its endpoints from somewhere else.",
)


def _ingresses(objects: Together) -> Iterator[Claim]:
    for ingress in objects.of("networking.k8s.io/Ingress"):
        spec = spec_of(ingress)
        at: Path = ("spec", "defaultBackend")
        yield from _backend(objects, ingress, at, mapping(spec.get("defaultBackend")).get("service"), "service")
        for index, rule in enumerate(listed(spec.get("rules"))):
            for number, path in enumerate(listed(mapping(mapping(rule).get("http")).get("paths"))):
                at = ("spec", "rules", index, "http", "paths", number, "backend")
                backend = mapping(mapping(path).get("backend"))
                yield from _backend(objects, ingress, at, backend.get("service"), "service")
    for route in objects.of("gateway.networking.k8s.io/HTTPRoute"):
        for index, rule in enumerate(listed(spec_of(route).get("rules"))):
            for number, backend in enumerate(listed(mapping(rule).get("backendRefs"))):
                fields = mapping(backend)
                if fields.get("kind", "Service") == "Service" and not fields.get("group"):
                    yield from _backend(objects, route, ("spec", "rules", index, "backendRefs", number), backend, "")


def _backend(objects: Together, manifest: Manifest, at: Path, backend: object, below: str) -> Iterator[Claim]:
    if backend is None:
        return
    at = (*at, below) if below else at
    if backend is UNKNOWN:
        yield Claim("unknown", manifest, at, "must name a Service that is there")
        return
    fields = mapping(backend)
    own = fields.get("namespace")
    namespace = UNKNOWN if own is UNKNOWN else own if isinstance(own, str) else namespace_in(manifest)
    found = look_up(objects, "Service", namespace, fields.get("name"))
    if isinstance(found, Manifest):
        yield from _port(found, manifest, at, fields.get("port"))
    else:
        yield from unless_there(found, manifest, (*at, "name"), "must name a Service that is there")


def _port(service: Manifest, manifest: Manifest, at: Path, port: object) -> Iterator[Claim]:
    ports = spec_of(service).get("ports")
    fields = mapping(port)
    wanted = port if isinstance(port, int) else fields.get("number", fields.get("name"))
    if wanted is None or service.partial or spec_of(service).get("type") == "ExternalName":
        return
    known = [mapping(each).get(key) for each in listed(ports) for key in ("port", "name")]
    if wanted in known:
        return
    unknown = UNKNOWN in (wanted, ports, port) or UNKNOWN in known or UNKNOWN in listed(ports)
    yield Claim("unknown" if unknown else "violation", manifest, (*at, "port"), "must be one of the Service's ports")


DANGLING_INGRESS = join_rule(
    "dangling-ingress",
    "Ingress without a Service",
    "medium",
    "An Ingress or a route to a Service or a port that is not there answers every request with an error.",
    "name a Service of the same namespace, and one of its ports",
    f'{_NETWORK}.IngressServiceBackendArgs(name="web", port={_NETWORK}.ServiceBackendPortArgs(name="http"))',
    _ingresses,
)


def _monitors(objects: Together) -> Iterator[Claim]:
    for monitor in objects.of("monitoring.coreos.com/ServiceMonitor"):
        spec = spec_of(monitor)
        where = mapping(spec.get("namespaceSelector"))
        selector = label_selector(spec.get("selector"))
        names = [name for name in listed(where.get("matchNames")) if isinstance(name, str)]
        own = namespace_in(monitor)
        if selector.empty or where.get("any") is True:
            continue
        if not selector.known or isinstance(own, Unknown) or UNKNOWN in listed(where.get("matchNames")):
            yield Claim("unknown", monitor, ("spec", "selector"), "must choose a Service")
            continue
        namespaces = names or [own]
        truths = [
            chooses(selector, mapping(service.body.get("metadata")).get("labels"))
            for namespace in namespaces
            for service in objects.placed(namespace, "Service")
        ]
        absent = [objects.absent("Service", namespace) for namespace in namespaces]
        if True in truths or None in absent:
            continue
        verdict: Verdict = "unknown" if None in truths or "unknown" in absent else "violation"
        yield Claim(verdict, monitor, ("spec", "selector"), "must choose a Service")


DANGLING_SERVICEMONITOR = join_rule(
    "dangling-servicemonitor",
    "ServiceMonitor without a Service",
    "low",
    "A monitor that chooses no Service measures nothing, and its alerts never sound.",
    "give the selector the labels of the Service",
    "kubernetes.apiextensions.CustomResource(\n"
    '    "web", api_version="monitoring.coreos.com/v1", kind="ServiceMonitor", spec=spec\n'
    ")",
    _monitors,
)


def _sets(objects: Together) -> Iterator[Claim]:
    for manifest in objects.of("apps/StatefulSet"):
        name = spec_of(manifest).get("serviceName")
        at: Path = ("spec", "serviceName")
        if manifest.partial:
            continue
        if name in (None, ""):
            yield Claim("violation", manifest, at, "must name a headless Service")
            continue
        found = look_up(objects, "Service", namespace_in(manifest), name)
        if isinstance(found, Manifest):
            address = spec_of(found).get("clusterIP")
            if address != "None" and not found.partial:
                verdict: Verdict = "unknown" if address is UNKNOWN else "violation"
                yield Claim(verdict, manifest, at, "must name a headless Service (that one is not)")
        else:
            yield from unless_there(found, manifest, at, "must name a headless Service that is there")


STATEFULSET_SERVICE = join_rule(
    "statefulset-service",
    "StatefulSet's headless Service",
    "medium",
    "The pods of a StatefulSet have names of their own only by a headless Service.",
    'make a Service with clusterIP "None", and name it in serviceName',
    f'{CORE}.ServiceSpecArgs(cluster_ip="None", selector={{"app": "db"}})',
    _sets,
)


def _alike(objects: Together) -> Iterator[Claim]:
    seen: set[tuple[object, ...]] = set()
    for service in objects.of("Service"):
        spec = spec_of(service)
        selector, namespace = equality(spec.get("selector")), namespace_in(service)
        if selector.empty or service.partial:
            continue
        headless = spec.get("clusterIP")
        if not selector.known or isinstance(namespace, Unknown) or headless is UNKNOWN:
            yield Claim("unknown", service, ("spec", "selector"), "must be no other Service's")
            continue
        key = (namespace, headless == "None", selector.key())
        if key in seen:
            yield Claim("violation", service, ("spec", "selector"), "must be no other Service's")
        seen.add(key)


UNIQUE_SELECTOR = join_rule(
    "unique-selector",
    "Services with one selector",
    "low",
    "Of two Services for the same pods one was copied, and its selector forgotten.",
    "give the Service the labels of the pods that it is meant for, or remove one of the two",
    f'{CORE}.ServiceSpecArgs(selector={{"app": "web", "component": "api"}})',
    _alike,
    decision="A headless Service and an ordinary one for the same pods are a pair, as a StatefulSet needs it.",
)


def _unready(objects: Together) -> Iterator[Claim]:
    asked: set[int] = set()
    for service in objects.of("Service"):
        selector, namespace = equality(spec_of(service).get("selector")), namespace_in(service)
        if selector.empty or not selector.known or isinstance(namespace, Unknown):
            continue
        for carried in objects.chosen(namespace, selector).pods:
            pod, manifest = carried.pod, carried.manifest
            if id(pod) in asked or manifest.partial or manifest.group_kind in JOBS:
                continue
            asked.add(id(pod))
            serving = [each for each in pod.containers if each.role in ("container", "sidecar")]
            probes = [
                UNKNOWN if isinstance(each.body, Unknown) else each.body.get("readinessProbe") for each in serving
            ]
            if all(probe is None or probe is UNKNOWN for probe in probes):
                verdict: Verdict = "unknown" if UNKNOWN in probes else "violation"
                yield Claim(verdict, manifest, pod.path, "must have a readinessProbe, since a Service chooses the pods")


READINESS_PROBE_SERVICE = join_rule(
    "readiness-probe-service",
    "Readiness behind a Service",
    "medium",
    "A Service sends requests to a pod as soon as it is ready, which without a readinessProbe is as soon as it runs.",
    "set a readinessProbe on the container that answers the Service",
    f'{CORE}.ProbeArgs(http_get={CORE}.HTTPGetActionArgs(path="/health", port="http"))',
    _unready,
    decision="One container with a readinessProbe is enough: the pod is ready when all its containers are. What "
    "readiness-probe asks of one object alone, containers with ports, is asked there.",
)

RULES = (
    DANGLING_SERVICE,
    DANGLING_INGRESS,
    DANGLING_SERVICEMONITOR,
    STATEFULSET_SERVICE,
    UNIQUE_SELECTOR,
    READINESS_PROBE_SERVICE,
)
