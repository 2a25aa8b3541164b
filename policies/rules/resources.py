"""Resources: what a container may use, and what is kept for it."""

from __future__ import annotations

from decimal import Decimal

from policies.meaning import quantity
from policies.predicates import (
    AllOf,
    AnyOf,
    Missing,
    Parameters,
    Positive,
    SameQuantity,
    container,
    item,
    pod,
)
from policies.rule import (
    ADVISED,
    ON_REQUEST,
    WITH_RESOURCES,
    About,
    Check,
    Parameter,
    PodRule,
    Reference,
    Severity,
)
from policies.rules.build import about, careful, judged, mapping, of_container, of_pod, pod_rule
from policies.schema import Schema

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

_STORAGE = {part: container(f"resources.{part}.ephemeral-storage", "quantity") for part in ("requests", "limits")}
EPHEMERAL_STORAGE = pod_rule(
    about(
        "ephemeral-storage",
        "Ephemeral storage",
        "low",
        "A container that fills the node's disk with logs or scratch files has its neighbours evicted.",
        "set resources.requests and limits for ephemeral-storage",
        'kubernetes.core.v1.ResourceRequirementsArgs(limits={"ephemeral-storage": "1Gi"})',
        levels=ADVISED,
        decision="A limit alone is accepted: the API server then sets the request to the limit.",
    ),
    of_container(Positive(_STORAGE["limits"]), _STORAGE["limits"], "must be a quantity above zero"),
    roles=WITH_RESOURCES,
)
_MEMORY = {part: container(f"resources.{part}.memory", "quantity") for part in ("requests", "limits")}
REQUEST_EQUALS_LIMIT = pod_rule(
    about(
        "request-equals-limit",
        "Memory request equals limit",
        "low",
        "Memory above the request is borrowed: when the node runs short, who has borrowed is killed first.",
        "set resources.requests.memory to the limit",
        'kubernetes.core.v1.ResourceRequirementsArgs(requests={"memory": "512Mi"}, limits={"memory": "512Mi"})',
        levels=ON_REQUEST,
    ),
    of_container(
        AnyOf((Missing(_MEMORY["requests"]), SameQuantity(_MEMORY["requests"], _MEMORY["limits"]))),
        _MEMORY["requests"],
        "must be the limit",
    ),
    roles=WITH_RESOURCES,
)
HIGHEST_RATIO = Parameter(
    "highestLimitRatio", {"type": "number"}, 10, "How many times its request a container's limit may be."
)
HIGHEST_CPU_RATIO = Parameter(
    "highestCpuLimitRatio", {"type": "number"}, None, "The same for the CPU alone. Not set: as for the rest."
)
_QUANTITIES: Schema = {
    "type": "object",
    "additionalProperties": {
        "type": "string",
        "pattern": r"^[0-9]+(\.[0-9]+)?([numkMGTPE]|[KMGTPE]i)?$",
        "description": "a quantity such as 500m or 2Gi",
    },
}
HIGHEST = {
    part: Parameter(
        f"highest{part.title()}",
        _QUANTITIES,
        {},
        f"The most that a container's {part} may name, by resource, such as `cpu` or `memory`.",
    )
    for part in ("requests", "limits")
}


def _ratio(value: object, parameters: Parameters) -> str | None:
    ratio = parameters[HIGHEST_RATIO.name]
    ratios = {"cpu": parameters[HIGHEST_CPU_RATIO.name] or ratio, "memory": ratio}
    requests, limits = (mapping(mapping(value).get(part)) for part in ("requests", "limits"))
    for name, most in ratios.items():
        request, limit = quantity(requests.get(name)), quantity(limits.get(name))
        if request is not None and limit is not None and limit > request * Decimal(str(most)):
            return f"that of {name} is larger"
    for part, named in (("requests", requests), ("limits", limits)):
        for name, most in mapping(parameters[HIGHEST[part].name]).items():
            amount, highest = quantity(named.get(name)), quantity(most)
            if amount is not None and highest is not None and amount > highest:
                return f"{part}.{name} is above the highest"
    return None


_RESOURCES = container("resources", "any")
LIMIT_RATIO = pod_rule(
    about(
        "limit-ratio",
        "Limit far above request",
        "low",
        "A node filled by requests has nothing to give when all its pods come to want their limits.",
        "raise the request, or lower the limit",
        _SNIPPET,
        levels=ADVISED,
    ),
    of_container(
        judged("divides quantities", _RESOURCES, careful(_ratio)),
        _RESOURCES,
        "must not have limits many times the requests, nor more than the settings allow",
    ),
    roles=WITH_RESOURCES,
    parameters=(HIGHEST_RATIO, HIGHEST_CPU_RATIO, *HIGHEST.values()),
)
_SIZE = item("emptyDir.sizeLimit", "quantity")
EMPTYDIR_SIZE = pod_rule(
    about(
        "emptydir-size",
        "emptyDir without a size",
        "low",
        "A scratch folder without a bound takes the node's disk, or with medium Memory its memory.",
        "set sizeLimit on the emptyDir",
        'kubernetes.core.v1.EmptyDirVolumeSourceArgs(size_limit="100Mi")',
        levels=ADVISED,
    ),
    of_pod(
        AnyOf((Missing(item("emptyDir", "object")), Positive(_SIZE))),
        _SIZE,
        "must be a quantity above zero",
        pod("volumes", "list"),
    ),
)

RULES = (
    CPU_LIMIT,
    MEMORY_LIMIT,
    CPU_REQUEST,
    MEMORY_REQUEST,
    EPHEMERAL_STORAGE,
    REQUEST_EQUALS_LIMIT,
    LIMIT_RATIO,
    EMPTYDIR_SIZE,
)
