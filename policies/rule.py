"""What a rule is: data that says what it is about, what must hold, and how to mend it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from policies.predicates import Field, Predicate
from policies.schema import Schema
from policies.together import Claim, Together
from policies.view import Role

Severity = Literal["low", "medium", "high", "critical"]

Level = Literal["own", "advisory", "disabled"]
"""What a rule's findings do: the level of the policy that holds it, advice, or nothing."""

Tier = Literal["dev", "staging", "prod"]
Profile = Literal["baseline", "restricted", "production", "gpu", "release"]

PROFILES: tuple[Profile, ...] = ("baseline", "restricted", "production", "gpu", "release")
"""`baseline` and `restricted` are Pod Security at that level and nothing more; `gpu` and `release` go on top of any."""

STANDARD: tuple[Profile, ...] = ("baseline", "restricted", "production")
"""Where a condition of Pod Security's baseline holds that restricted has too."""

REQUIRED: dict[Tier, Level] = {"dev": "own", "staging": "own", "prod": "own"}
PROD_ONLY: dict[Tier, Level] = {"dev": "disabled", "staging": "advisory", "prod": "own"}
ADVISED: dict[Tier, Level] = {"dev": "disabled", "staging": "advisory", "prod": "advisory"}
IN_PROD: dict[Tier, Level] = {"dev": "disabled", "staging": "disabled", "prod": "own"}
ON_REQUEST: dict[Tier, Level] = {"dev": "disabled", "staging": "disabled", "prod": "disabled"}
"""For what is right in some places only: off until a configuration names the rule."""

ALL_CONTAINERS: tuple[Role, ...] = ("container", "init", "sidecar", "ephemeral")
"""Security holds for everything that runs in the pod."""

WITH_RESOURCES: tuple[Role, ...] = ("container", "init", "sidecar")
"""The API refuses resources on ephemeral containers."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a published framework asks for the same.

    Attributes:
        framework: Its name and version.
        control: The control's own name or number there.
    """

    framework: str
    control: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of one or more rules.

    Attributes:
        name: Its name in the configuration, in camelCase; the same name means the same setting for every rule.
        schema: What is allowed.
        default: The value when the configuration does not say; None switches the rules that need it off.
        about: What it does, in a sentence.
    """

    name: str
    schema: Schema
    default: object
    about: str


@dataclass(frozen=True, slots=True)
class Check:
    """One question of a rule.

    Attributes:
        scope: Asked once for each object, each pod, or each container.
        require: What must hold.
        at: The field that a finding points at.
        wanted: What is wanted there, to follow the field's name in a sentence.
        each: A list or mapping: asked once for each of its items.
    """

    scope: Literal["object", "pod", "container"]
    require: Predicate
    at: Field
    wanted: str
    each: Field | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What every rule says of itself.

    Attributes:
        id: Its name, stable for ever.
        title: A few words.
        severity: How much harm a violation can do.
        rationale: Why, in a few sentences.
        mend: How to mend a violation, in one sentence.
        snippet: The mending in a Pulumi program in Python.
        references: The same in published frameworks.
        decision: Where the tools in the field disagree, or more than one reading was possible: what holds here.
        profiles: The profiles that it belongs to.
        levels: What its findings do in each tier.
    """

    id: str
    title: str
    severity: Severity
    rationale: str
    mend: str
    snippet: str
    references: tuple[Reference, ...] = ()
    decision: str = ""
    profiles: tuple[Profile, ...] = ("production",)
    levels: Mapping[Tier, Level] = dataclasses.field(default_factory=lambda: REQUIRED)


@dataclass(frozen=True, slots=True)
class PodRule:
    """A rule over the pods that an object carries.

    Attributes:
        about: What it says of itself.
        checks: Its questions; each that fails is a finding.
        roles: The containers that it looks at.
        unless: When this holds of the pod, the rule does not apply.
        parameters: The settings that it reads.
        kinds: The kinds of objects that it looks at (`apps/Deployment`; a core kind stands alone); none: all that
            carry a pod.
        except_kinds: Kinds that it does not look at.
    """

    about: About
    checks: tuple[Check, ...]
    roles: tuple[Role, ...] = ALL_CONTAINERS
    unless: Predicate | None = None
    parameters: tuple[Parameter, ...] = ()
    kinds: tuple[str, ...] = ()
    except_kinds: tuple[str, ...] = ()


Subject = Literal["object", "resource", "dockerfile"]


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """A rule over objects of certain kinds.

    Attributes:
        about: What it says of itself.
        checks: Its questions, each asked of the object; each that fails is a finding.
        kinds: The kinds, with their API groups: `networking.k8s.io/Ingress`; a core kind stands alone. A kind that ends
            in `*` stands for all that begin so.
        unless: When this holds of the object, the rule does not apply.
        parameters: The settings that it reads.
        subject: What its objects are: Kubernetes objects, resources of a program (`policies.program`; a kind is a type
            token), or Dockerfiles (`policies.dockerfile`).
    """

    about: About
    checks: tuple[Check, ...]
    kinds: tuple[str, ...]
    unless: Predicate | None = None
    parameters: tuple[Parameter, ...] = ()
    subject: Subject = "object"


SingleRule = PodRule | ObjectRule
"""A rule over one object."""


@dataclass(frozen=True, slots=True)
class StackRule:
    """A rule over all objects of a run together; always Python.

    Attributes:
        about: What it says of itself.
        reason: Why no combinator can say it.
        join: Says what is wrong with the objects, or not known yet.
        parameters: The settings that it reads.
    """

    about: About
    reason: str
    join: Callable[[Together], Iterable[Claim]]
    parameters: tuple[Parameter, ...] = ()


Rule = PodRule | ObjectRule | StackRule
