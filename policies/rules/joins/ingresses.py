"""Ingresses and routes: what leads from outside to Services."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policies.facts import CANARY
from policies.plain import UNKNOWN, Path, Unknown
from policies.rules.build import listed, mapping
from policies.rules.joins.build import EACH, found_at, join_rule, left_open, look_up, spec_of, unless_there
from policies.together import Claim, Together, namespace_in
from policies.view import Manifest

_INGRESS = "networking.k8s.io/Ingress"
_NETWORK = "kubernetes.networking.v1"


def _ingresses(objects: Together) -> Iterator[Claim]:
    for ingress in objects.of(_INGRESS):
        spec = spec_of(ingress)
        for path in (("defaultBackend",), ("rules", EACH, "http", "paths", EACH, "backend")):
            for at, backend in found_at(spec, *path, "service", at=("spec",)):
                yield from _backend(objects, ingress, at, backend)
    for route in objects.of("gateway.networking.k8s.io/HTTPRoute"):
        for at, backend in found_at(spec_of(route), "rules", EACH, "backendRefs", EACH, at=("spec",)):
            kind, group = mapping(backend).get("kind", "Service"), mapping(backend).get("group")
            if kind in ("Service", UNKNOWN) and (not group or group is UNKNOWN):
                for claim in _backend(objects, route, at, backend):
                    yield replace(claim, verdict=left_open(claim.verdict, kind, group))


def _backend(objects: Together, manifest: Manifest, at: Path, backend: object) -> Iterator[Claim]:
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
    wanted = port if isinstance(port, int | Unknown) else fields.get("number", fields.get("name"))
    kind = spec_of(service).get("type")
    if wanted is None or service.partial or kind == "ExternalName":
        return
    known = [mapping(each).get(key) for each in listed(ports) for key in ("port", "name")]
    if wanted in known:
        return
    verdict = left_open("violation", wanted, kind, ports, *known, *listed(ports))
    yield Claim(verdict, manifest, (*at, "port"), "must be one of the Service's ports")


DANGLING_INGRESS = join_rule(
    "dangling-ingress",
    "Ingress without a Service",
    "medium",
    "An Ingress or a route to a Service or a port that is not there answers every request with an error.",
    "name a Service of the same namespace, and one of its ports",
    f'{_NETWORK}.IngressServiceBackendArgs(name="web", port={_NETWORK}.ServiceBackendPortArgs(name="http"))',
    _ingresses,
)


_Place = tuple[object, object, object]
"""Where an Ingress answers: its class, the host and the path."""


def _places(ingress: Manifest) -> Iterator[tuple[Path, _Place]]:
    """Where an Ingress answers, with the paths of its fields; what is not known on the way there is not known."""
    spec = spec_of(ingress)
    for at, rule in found_at(spec, "rules", EACH, at=("spec",)):
        for below, each in found_at(rule, "http", "paths", EACH, at=at):
            path = UNKNOWN if each is UNKNOWN else mapping(each).get("path") or "/"
            yield below, (spec.get("ingressClassName"), mapping(rule).get("host") or "", path)


def _taken(objects: Together) -> Iterator[Claim]:
    # Where an Ingress before answers, and whether that is certain: it may be a canary.
    seen: dict[_Place, bool] = {}
    several = sum(1 for _ in objects.of(_INGRESS)) > 1
    for ingress in objects.of(_INGRESS):
        canary = mapping(mapping(ingress.body.get("metadata")).get("annotations")).get(CANARY)
        if ingress.partial or canary == "true":
            continue
        own = list(_places(ingress))
        for at, place in own:
            if place in seen or (UNKNOWN in place and several):
                verdict = left_open("violation" if seen.get(place) else "unknown", canary, *place)
                yield Claim(verdict, ingress, at, "must be no other Ingress's host and path")
        seen |= {place: seen.get(place, False) or canary is not UNKNOWN for _, place in own}


UNIQUE_INGRESS_PATH = join_rule(
    "unique-ingress-path",
    "Ingresses with one host and path",
    "medium",
    "Of two Ingresses for the same host and path one is never asked; which one it is, is chance.",
    "give the Ingress a host or a path of its own, or remove one of the two",
    f'{_NETWORK}.IngressRuleArgs(host="shop.example.com", http=paths)',
    _taken,
    decision="Two Ingresses for one host are how its paths are divided among teams; only the same path twice, in one "
    "class, is a slip. A canary of the NGINX controller is meant to share.",
)

RULES = (DANGLING_INGRESS, UNIQUE_INGRESS_PATH)
