"""Releases: blue and green."""

from typing import Any

from tests.unit.policies.cases.case import Case, Json, fails, passes, stack
from tests.unit.policies.joined import service, serving


def half(colour: str, name: str = "web", image: Any = "a:1", **pod: Any) -> Json:
    """The half of a release: a workload whose name and whose pods' label say the colour."""
    fields = {"image": image, "env": [{"name": "COLOUR", "value": colour}], **pod.pop("fields", {})}
    made = serving(name, container=fields, **pod)
    made["metadata"]["name"] = f"{name}-{colour}"
    made["spec"]["template"]["metadata"]["labels"]["slipway/colour"] = colour
    return made


BLUE, GREEN = half("blue"), half("green", image="a:2")
ONE_COLOUR = service(selector={"app": "web", "slipway/colour": "blue"})
DIFFERENT: list[tuple[Json, str]] = [
    (half("green", fields={"tty": True}), "containers[0].tty"),
    (half("green", serviceAccountName="other"), "serviceAccountName"),
    (half("green", initContainers=[{"name": "a"}]), "initContainers"),
    (half("green", fields={"env": []}), "containers[0].env"),
]
CASES: list[Case] = [
    *passes(
        "release-alike",
        stack(BLUE, GREEN),
        stack(BLUE, half("green", name="other", fields={"tty": True})),
        stack(BLUE),
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
        stack(BLUE, GREEN, service(ports=[{"name": "metrics", "port": 9090}])),
    ),
    *fails("release-selector", stack(BLUE, GREEN, service()), told="Service shop/web: spec.selector "),
]
