"""Resources: what a container may use, and what is kept for it."""

from __future__ import annotations

from policies.predicates import AllOf, AnyOf, Missing, Positive, container
from policies.rule import WITH_RESOURCES, About, Check, PodRule, Reference, Severity

_NSA = Reference("NSA-CISA Kubernetes Hardening Guide 1.2", "Resource policies")
_SNIPPET = (
    "kubernetes.core.v1.ResourceRequirementsArgs(\n"
    '    requests={"cpu": "250m", "memory": "256Mi"},\n'
    '    limits={"cpu": "1", "memory": "512Mi"},\n'
    ")"
)
_NOT_SET = "Zero, a negative quantity and text that is no quantity count as not set: Kubernetes takes 0 for unlimited."


def _limit(resource: str, severity: Severity, rationale: str, decision: str) -> PodRule:
    field = container(f"resources.limits.{resource}", "quantity")
    return PodRule(
        About(
            id=f"{resource}-limit",
            title=f"{'CPU' if resource == 'cpu' else 'Memory'} limit",
            severity=severity,
            rationale=rationale,
            mend=f"set resources.limits.{resource} to what the container needs at most",
            snippet=_SNIPPET,
            references=(_NSA,),
            decision=f"{_NOT_SET} {decision}",
        ),
        checks=(Check("container", Positive(field), field, "must be a quantity above zero"),),
        roles=WITH_RESOURCES,
    )


def _request(resource: str, severity: Severity, rationale: str) -> PodRule:
    field = container(f"resources.requests.{resource}", "quantity")
    limit = container(f"resources.limits.{resource}", "quantity")
    return PodRule(
        About(
            id=f"{resource}-request",
            title=f"{'CPU' if resource == 'cpu' else 'Memory'} request",
            severity=severity,
            rationale=rationale,
            mend=f"set resources.requests.{resource} to what the container needs in ordinary work",
            snippet=_SNIPPET,
            references=(_NSA,),
            decision=(
                f"{_NOT_SET} A limit without a request is accepted: the API server then sets the request to the limit."
            ),
        ),
        checks=(
            Check(
                "container",
                AnyOf((Positive(field), AllOf((Missing(field), Positive(limit))))),
                field,
                "must be a quantity above zero (a limit stands in for it)",
            ),
        ),
        roles=WITH_RESOURCES,
    )


CPU_LIMIT = _limit(
    "cpu",
    "medium",
    "Without a limit one container can take all of a node's processors, and its neighbours slow down with it.",
    "Some tools forbid a CPU limit, since it throttles; where that is wanted, set this rule to disabled.",
)
MEMORY_LIMIT = _limit(
    "memory",
    "high",
    "Without a limit a leak in one container takes the node's memory, and the kernel kills its neighbours.",
    "A limit on the pod as a whole (spec.resources) does not stand in for the containers' own.",
)
CPU_REQUEST = _request(
    "cpu", "medium", "The scheduler places a pod by its requests: without one, it may land on a node that is full."
)
MEMORY_REQUEST = _request(
    "memory", "medium", "Without a request a container is the first to be evicted when the node runs short of memory."
)

RULES = (CPU_LIMIT, MEMORY_LIMIT, CPU_REQUEST, MEMORY_REQUEST)
