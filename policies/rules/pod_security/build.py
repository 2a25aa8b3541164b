"""What the rules of Pod Security are made of."""

from __future__ import annotations

from policies.predicates import (
    AllOf,
    AnyOf,
    Equals,
    Field,
    Missing,
    Not,
    OneOf,
    Predicate,
    Since,
    container,
    pod,
)
from policies.rule import STANDARD, About, Check, PodRule, Profile, Reference, Severity
from policies.rules.parameters import KUBERNETES_VERSION

BASELINE_PSS = "Pod Security Standards, baseline"
RESTRICTED_PSS = "Pod Security Standards, restricted"
RESTRICTED: tuple[Profile, ...] = ("restricted", "production")
ONLY_BASELINE: tuple[Profile, ...] = ("baseline",)
"""For a condition that restricted replaces by a stricter one of its own."""

ON_WINDOWS = AllOf((Since("1.25"), Equals(pod("os.name", "string"), "windows")))
SECURITY = "kubernetes.core.v1.SecurityContextArgs"
POD_SPEC = "kubernetes.core.v1.PodSpecArgs"
PROFILES = ("RuntimeDefault", "Localhost")
USER_NAMESPACE = AllOf((Since("1.35"), Equals(pod("hostUsers", "bool"), False)))
"""Root in a user namespace of its own is nobody on the node; Pod Security accepts that from 1.35 on."""


def pss_rule(
    rule_id: str,
    title: str,
    severity: Severity,
    control: str,
    rationale: str,
    mend: str,
    snippet: str,
    checks: tuple[Check, ...],
    *,
    cis: str = "",
    profiles: tuple[Profile, ...] = STANDARD,
    unless: Predicate | None = None,
    decision: str = "",
) -> PodRule:
    """A rule that is a control of Pod Security; see `About` and `PodRule`.

    Args:
        rule_id: Its name.
        title: A few words.
        severity: How much harm a violation can do.
        control: What the standards call it.
        rationale: Why.
        mend: How to mend a violation.
        snippet: The mending in Python.
        checks: Its questions.
        cis: The control in the CIS benchmark.
        profiles: The levels that it belongs to.
        unless: When this holds of the pod, it does not apply.
        decision: Where more than one reading was possible: what holds here.

    Returns:
        The rule.
    """
    standard = BASELINE_PSS if "baseline" in profiles else RESTRICTED_PSS
    references = [Reference(standard, control)]
    if cis:
        references.append(Reference("CIS Kubernetes Benchmark 1.8", cis))
    about = About(rule_id, title, severity, rationale, mend, snippet, tuple(references), decision, profiles)
    return PodRule(about, checks, unless=unless, parameters=(KUBERNETES_VERSION,))


def everywhere(path: str, require: tuple[Predicate, Predicate], wanted: str) -> tuple[Check, ...]:
    """The same asked of the pod's security context and of each container's."""
    return (
        Check("pod", require[0], pod(path, "string"), wanted),
        Check("container", require[1], container(path, "string"), wanted),
    )


def unset_or(field: Field, *values: str) -> Predicate:
    """The field is not there, or has one of these values."""
    return AnyOf((Missing(field), OneOf(field, values)))


def not_true(field: Field) -> Predicate:
    """The field is not there, or false."""
    return Not(Equals(field, True))
