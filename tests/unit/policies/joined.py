"""Objects together, to ask rules that join them."""

from typing import Any, cast

from policies.catalogue import STACK_RULES, parameters
from policies.evaluate import join
from policies.facts import fact
from policies.finding import Finding
from policies.plain import plain
from policies.together import Together
from policies.view import Manifest, resource_manifests
from tests.unit.policies.cases.case import Json, thing
from tests.unit.policies.objects import token

DEFAULTS: Json = {name: parameter.default for name, parameter in parameters(STACK_RULES).items()}
NAMESPACE: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
"""With it among the objects, all that is in `shop` is known."""


def facts(bodies: list[Json]) -> list[Manifest]:
    """What joins keep of these objects."""
    kept: list[Manifest] = []
    for body in bodies:
        type_, inputs = typed(body)
        made, secrets = plain(inputs)
        found = resource_manifests(type_, cast("Json", made), secrets)
        kept += [each for manifest in found if (each := fact(manifest)) is not None]
    return kept


def patch(body: Json) -> Json:
    """A patch of an object: what it does not state stays as it is in the cluster."""
    return {**body, "kind": f"{body['kind']}Patch"}


def typed(body: Json) -> tuple[str, Json]:
    """The Pulumi type of an object, which alone says whether it is a patch, and its inputs."""
    return token(body), {**body, "kind": body["kind"].removesuffix("Patch")}


def together(bodies: list[Json], *, part: bool = False, **settings: Any) -> Together:
    """These objects, to be asked about each other."""
    return Together(facts(bodies), {**DEFAULTS, **settings}, part=part)


def ask(rule: str, bodies: list[Json], *, part: bool = False, **settings: Any) -> list[Finding]:
    """What a rule says of these objects."""
    return list(join([STACK_RULES[rule]], together(bodies, part=part, **settings)))


def said(rule: str, *bodies: Json, **settings: Any) -> list[tuple[str, str, str]]:
    """The same, as verdict, object and field."""
    return [(f.verdict, f"{f.manifest.kind} {f.manifest.name}", f.where()) for f in ask(rule, list(bodies), **settings)]


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
