"""Releases: blue and green."""

from typing import Any

from policies.plain import SENTINELS
from tests.unit.policies.cases.case import Case, Json, fails, passes, stack, waits
from tests.unit.policies.cases.join_objects import service, serving

UNKNOWN = min(SENTINELS)


def half(colour: str, name: str = "web", image: Any = "a:1", **pod: Any) -> Json:
    """The half of a release: a workload whose name and whose pods' label say the colour."""
    fields = {"image": image, "env": [{"name": "COLOUR", "value": colour}], **pod.pop("fields", {})}
    made = serving(name, container=fields, **pod)
    made["metadata"]["name"] = f"{name}-{colour}"
    made["spec"]["template"]["metadata"]["labels"]["slipway/colour"] = colour
    return made


BLUE, GREEN = half("blue"), half("green", image="a:2")
ONE_COLOUR = service(selector={"app": "web", "slipway/colour": "blue"})
_MORE: tuple[Json, ...] = ({"securityContext": {"runAsUser": 1}}, {"initContainers": [{"name": "a"}]})
DIFFERENT: list[tuple[Json, str]] = [
    (half("green", fields={"tty": True}), "containers[0].tty"),
    (half("green", serviceAccountName="other"), "serviceAccountName"),
    (half("green", initContainers=[{"name": "a"}]), "initContainers"),
    (half("green", fields={"env": []}), "containers[0].env"),
    (half("green", securityContext={"runAsUser": 1}), "securityContext"),
]
CASES: list[Case] = [
    *passes(
        "release-alike",
        stack(BLUE, GREEN),
        stack(BLUE, half("green", name="other", fields={"tty": True})),
        stack(BLUE),
        stack(serving(), serving("b", container={"tty": True})),
        stack(BLUE, half("green", fields={"imagePullPolicy": "Always"})),
    ),
    *waits(
        "release-alike",
        stack(BLUE, half("green", fields={"tty": UNKNOWN})),
        stack(BLUE, serving(labels={"slipway/colour": UNKNOWN})),
    ),
    *passes("release-alike", stack(half("blue", image=UNKNOWN), half("green", image=UNKNOWN))),
    *passes("release-alike", stack(serving(labels={"slipway/colour": UNKNOWN}))),
    *(
        case
        for more in _MORE
        for case in fails(
            "release-alike", stack(half("blue", **more), GREEN), told=f"spec.template.spec.{next(iter(more))} "
        )
    ),
    *(
        case
        for other, at in DIFFERENT
        for case in fails(
            "release-alike", stack(BLUE, other), told=f"Deployment shop/web-green: spec.template.spec.{at} "
        )
    ),
    *passes(
        "release-selector",
        stack(BLUE, GREEN, ONE_COLOUR),
        stack(serving(), serving("b"), service()),
        stack(BLUE, GREEN, service(clusterIP="None")),
        stack(BLUE, GREEN, service(selector={})),
        stack(BLUE, half("blue", name="b"), service(selector={"slipway/colour": "blue"})),
        stack(BLUE, GREEN, service(ports=[{"name": "metrics", "port": 1}, {"name": "metrics", "port": 2}])),
        stack(BLUE, GREEN, service(ports=[{"name": "metrics", "port": 9090}])),
    ),
    *fails(
        "release-selector",
        stack(BLUE, GREEN, service()),
        stack(BLUE, GREEN, service(ports=[])),
        stack(BLUE, GREEN, service(ports=[{"name": "http", "port": 1}, {"name": "metrics", "port": 2}])),
        told="Service shop/web: spec.selector ",
    ),
    *waits("release-selector", stack(BLUE, GREEN, service(selector={"app": "web", "slipway/colour": UNKNOWN}))),
]
