"""Objects together, to ask rules that join them."""

from typing import Any, cast

from policies.catalogue import STACK_RULES, parameters
from policies.evaluate import join
from policies.facts import fact
from policies.finding import Finding
from policies.plain import plain
from policies.together import Together
from policies.view import Manifest, resource_manifests
from tests.unit.policies.cases.case import Json
from tests.unit.policies.objects import token

DEFAULTS: Json = {name: parameter.default for name, parameter in parameters(STACK_RULES).items()}


def facts(bodies: list[Json]) -> list[Manifest]:
    """What joins keep of these objects."""
    kept: list[Manifest] = []
    for body in bodies:
        type_, inputs = typed(body)
        made, secrets = plain(inputs)
        found = resource_manifests(type_, cast("Json", made), secrets)
        kept += [each for manifest in found if (each := fact(manifest)) is not None]
    return kept


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
