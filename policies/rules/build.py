"""Short ways to write rules down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import cast

from policies.plain import UNKNOWN, Unknown
from policies.predicates import Field, Parameters, Predicate, PythonOnly
from policies.rule import (
    ALL_CONTAINERS,
    REQUIRED,
    About,
    Check,
    Level,
    ObjectRule,
    Parameter,
    PodRule,
    Profile,
    Reference,
    Role,
    Severity,
    Subject,
    Tier,
)

CIS = "CIS Kubernetes Benchmark 1.8"
NSA = "NSA-CISA Kubernetes Hardening Guide 1.2"
CORE = "kubernetes.core.v1"

CONTROLLERS = (
    "apps/Deployment",
    "apps/StatefulSet",
    "apps/DaemonSet",
    "apps/ReplicaSet",
    "ReplicationController",
)
"""What keeps its pods running; a Job's end, and a bare Pod is nobody's."""

JOBS = ("batch/Job", "batch/CronJob")

Judge = Callable[[object, Parameters], str | Unknown | None]


def about(
    rule_id: str,
    title: str,
    severity: Severity,
    rationale: str,
    mend: str,
    snippet: str,
    *,
    levels: Mapping[Tier, Level] = REQUIRED,
    profiles: tuple[Profile, ...] = ("production",),
    cis: str = "",
    nsa: str = "",
    decision: str = "",
) -> About:
    """What a rule says of itself; see `About`.

    Args:
        rule_id: Its name.
        title: A few words.
        severity: How much harm a violation can do.
        rationale: Why.
        mend: How to mend a violation.
        snippet: The mending in Python.
        levels: What its findings do in each tier.
        profiles: The profiles that it belongs to.
        cis: The control in the CIS benchmark.
        nsa: The section in NSA's and CISA's guide.
        decision: What holds where the tools in the field disagree.

    Returns:
        The description.
    """
    references = tuple(Reference(name, control) for name, control in ((NSA, nsa), (CIS, cis)) if control)
    return About(rule_id, title, severity, rationale, mend, snippet, references, decision, profiles, levels)


def pod_rule(
    described: About,
    *checks: Check,
    roles: tuple[Role, ...] = ALL_CONTAINERS,
    unless: Predicate | None = None,
    parameters: tuple[Parameter, ...] = (),
    kinds: tuple[str, ...] = (),
    except_kinds: tuple[str, ...] = (),
) -> PodRule:
    """A rule over pods; see `PodRule`."""
    return PodRule(described, checks, roles, unless, parameters, kinds, except_kinds)


def object_rule(
    described: About,
    kinds: tuple[str, ...],
    *checks: Check,
    unless: Predicate | None = None,
    parameters: tuple[Parameter, ...] = (),
    subject: Subject = "object",
) -> ObjectRule:
    """A rule over objects; see `ObjectRule`."""
    return ObjectRule(described, checks, kinds, unless, parameters, subject)


def of_container(require: Predicate, at: Field, wanted: str, each: Field | None = None) -> Check:
    """A check asked of each container."""
    return Check("container", require, at, wanted, each)


def of_pod(require: Predicate, at: Field, wanted: str, each: Field | None = None) -> Check:
    """A check asked of each pod."""
    return Check("pod", require, at, wanted, each)


def of_object(require: Predicate, at: Field, wanted: str, each: Field | None = None) -> Check:
    """A check asked of the object."""
    return Check("object", require, at, wanted, each)


def judged(reason: str, field: Field, judge: Judge) -> PythonOnly:
    """What only Python can say of a field."""
    return PythonOnly(reason, field, judge)


def mapping(value: object) -> dict[str, object]:
    """The value if it is a mapping, else an empty one."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def listed(value: object) -> list[object]:
    """The value if it is a list, else an empty one."""
    return cast("list[object]", value) if isinstance(value, list) else []


def has_unknown(value: object) -> bool:
    """Whether something in a value is not known yet."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in cast("dict[str, object]", value).values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in cast("list[object]", value))
    return value is UNKNOWN


def careful(judge: Judge, *keys: str) -> Judge:
    """A judge that leaves open what it finds no flaw in while something in the value is not known yet.

    A flaw that it finds beside the unknown part could still go away with it, so that is left open too.

    Args:
        judge: The judge.
        *keys: The keys of the value that it reads; none: it reads all of it.

    Returns:
        The careful judge.
    """

    def judge_known(value: object, parameters: Parameters) -> str | Unknown | None:
        read: object = [mapping(value).get(key) for key in keys] if keys else value
        return UNKNOWN if has_unknown(read) else judge(value, parameters)

    return judge_known
