"""Services, and who goes by them."""

from __future__ import annotations

from collections.abc import Iterator

from policies.labels import chooses, equality, label_selector
from policies.plain import UNKNOWN, Path, Unknown
from policies.rules.build import CORE, JOBS, listed, mapping
from policies.rules.joins.build import (
    join_rule,
    left_open,
    look_up,
    nothing_chosen,
    spec_of,
    unless_there,
)  # fmt: skip
from policies.together import Carried, Claim, Together, namespace_in
from policies.truth import Verdict
from policies.view import Container, Manifest

_NETWORK = "kubernetes.networking.v1"


def _services(objects: Together) -> Iterator[Claim]:
    for service in objects.of("Service"):
        spec = spec_of(service)
        selector = equality(spec.get("selector"))
        if selector.empty or spec.get("type") == "ExternalName" or service.partial:
            continue
        verdict = nothing_chosen(objects, service, selector)
        if verdict:
            problem = "must choose the pods of some workload"
            yield Claim(left_open(verdict, spec.get("type")), service, ("spec", "selector"), problem)


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


def _monitors(objects: Together) -> Iterator[Claim]:
    for monitor in objects.of("monitoring.coreos.com/ServiceMonitor"):
        spec = spec_of(monitor)
        where = mapping(spec.get("namespaceSelector"))
        selector = label_selector(spec.get("selector"))
        matched, anywhere = where.get("matchNames"), where.get("any")
        names = [name for name in listed(matched) if isinstance(name, str)]
        if selector.empty or anywhere is True:
            continue
        if not selector.known or UNKNOWN in (matched, anywhere, *listed(matched)):
            yield Claim("unknown", monitor, ("spec", "selector"), "must choose a Service")
            continue
        namespaces = names or [namespace_in(monitor)]
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
        headless, unready = spec.get("clusterIP"), spec.get("publishNotReadyAddresses")
        if not selector.known or isinstance(namespace, Unknown) or headless is UNKNOWN or unready is UNKNOWN:
            yield Claim("unknown", service, ("spec", "selector"), "must be no other Service's")
            continue
        key = (namespace, headless == "None", unready is True, selector.key())
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
    decision="A headless Service and an ordinary one for the same pods are a pair, as a StatefulSet needs it. So are "
    "one for the ready pods and one for all of them (publishNotReadyAddresses), as monitoring needs it.",
)


def _unready(objects: Together) -> Iterator[Claim]:
    claims: dict[int, Claim] = {}
    for service in objects.of("Service"):
        selector, namespace = equality(spec_of(service).get("selector")), namespace_in(service)
        if selector.empty:
            continue
        chosen = objects.chosen(namespace, selector)
        for carried in (*chosen.pods, *chosen.waiting):
            claim = _without_readiness(carried, sure=carried in chosen.pods)
            before = claims.get(id(carried.pod))
            if claim is not None and (before is None or before.verdict == "unknown"):
                claims[id(carried.pod)] = claim
    yield from claims.values()


def _without_readiness(carried: Carried, *, sure: bool) -> Claim | None:
    """What there is to say of pods that a Service chooses, or may choose."""
    pod, manifest = carried.pod, carried.manifest
    if manifest.partial or manifest.group_kind in JOBS:
        return None
    probes = [_probe(each) for each in pod.containers if each.role != "ephemeral"]
    if any(probe is not None and probe is not UNKNOWN for probe in probes):
        return None
    problem = "must have a readinessProbe, since a Service chooses the pods"
    return Claim(left_open("violation" if sure else "unknown", *probes), manifest, pod.path, problem)


def _probe(container: Container) -> object:
    """A container's readinessProbe; an init container has one only where it is a sidecar."""
    if isinstance(container.body, Unknown):
        return UNKNOWN
    probe = container.body.get("readinessProbe")
    if container.role == "init":
        return UNKNOWN if probe is not None and container.body.get("restartPolicy") is UNKNOWN else None
    return probe


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
    DANGLING_SERVICEMONITOR,
    STATEFULSET_SERVICE,
    UNIQUE_SELECTOR,
    READINESS_PROBE_SERVICE,
)
