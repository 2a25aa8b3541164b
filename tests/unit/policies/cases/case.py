"""What cases of rules are made of."""

import copy
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What a rule is asked about, and what it says of it.

    Attributes:
        rule: The rule.
        body: An object; for a rule over programs or Dockerfiles a resource (`resource`, `built`), for one that joins
            objects a set of them (`stack`).
        violates: Whether it violates the rule; None where that is not known yet.
        settings: Parameters, where they differ from their defaults.
        told: What every finding's message holds; nothing where any will do.
    """

    rule: str
    body: Json
    violates: bool | None
    settings: Json = field(default_factory=dict[str, Any])
    told: str = ""


def fails(rule: str, *bodies: Json, told: str = "", **settings: Any) -> list[Case]:
    """Objects that violate a rule."""
    return [Case(rule, body, True, settings, told) for body in bodies]


def passes(rule: str, *bodies: Json, **settings: Any) -> list[Case]:
    """Objects that a rule accepts, or does not apply to."""
    return [Case(rule, body, False, settings) for body in bodies]


def waits(rule: str, *bodies: Json, **settings: Any) -> list[Case]:
    """Objects of which nobody knows yet whether they violate a rule."""
    return [Case(rule, body, None, settings) for body in bodies]


def pod_of(spec: Json | None = None, containers: list[Json] | None = None, **metadata: Any) -> Json:
    """A Pod of one container, and what else is said."""
    made: Json = {"containers": containers if containers is not None else [{"name": "app", "image": "a"}]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p", **metadata},
        "spec": {**made, **copy.deepcopy(spec or {})},
    }


def with_container(where: str = "containers", **fields: Any) -> Json:
    """A Pod in which a container of one of the three lists has these fields."""
    made = {"name": "app", "image": "a", **copy.deepcopy(fields)}
    return pod_of({where: [made]}, []) if where != "containers" else pod_of(containers=[made])


def secured(where: str = "containers", **fields: Any) -> Json:
    """A Pod in which a container has these fields in its security context."""
    return with_container(where, securityContext=fields)


def secured_pod(**fields: Any) -> Json:
    """A Pod with these fields in its own security context."""
    return pod_of({"securityContext": fields})


def nested(path: str, value: Any) -> Json:
    """`nested("a.b", 1)` is `{"a": {"b": 1}}`."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def thing(kind: str, spec: Any = None, **fields: Any) -> Json:
    """An object: `thing("apps/v1/Deployment", {...})`."""
    api_version, _, name = kind.rpartition("/")
    body: Json = {"apiVersion": api_version or "v1", "kind": name, "metadata": {"name": "x", "namespace": "shop"}}
    if spec is not None:
        body["spec"] = copy.deepcopy(spec)
    return {**body, **copy.deepcopy(fields)}


def workload(
    kind: str = "apps/v1/Deployment", spec: Json | None = None, pod: Json | None = None, **metadata: Any
) -> Json:
    """A workload of one container."""
    made: Json = {"containers": [{"name": "app", "image": "a"}], **copy.deepcopy(pod or {})}
    template: Json = {"metadata": metadata, "spec": made}
    outer: Json = copy.deepcopy(spec or {})
    if kind.endswith("/CronJob"):
        outer["jobTemplate"] = {"spec": {**outer.pop("job", {}), "template": template}}
    else:
        outer["template"] = template
    return thing(kind, outer)


ALL_LISTS = ("containers", "initContainers", "ephemeralContainers")


def resource(type_: str, inputs: Json, **options: Any) -> Json:
    """A program's resource, with its options as the engine names them (`protect`, `ignoreChanges`)."""
    return {"type": type_, "inputs": copy.deepcopy(inputs), "options": options}


def built(text: str, **inputs: Any) -> Json:
    """A resource that builds an image of a Dockerfile."""
    return resource("docker-build:index:Image", {"dockerfile": {"inline": text}, "push": False, **inputs})


def stack(*objects: Json, verified: tuple[Any, ...] | None = ()) -> Json:
    """The objects of a run, and the references of its VerifiedImage components; None where they come from files."""
    return {"objects": copy.deepcopy(list(objects)), "verified": None if verified is None else list(verified)}
