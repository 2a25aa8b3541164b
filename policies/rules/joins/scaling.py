"""Autoscalers and budgets."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal

from policies.labels import label_selector
from policies.plain import UNKNOWN, Path, Unknown
from policies.rule import IN_PROD
from policies.rules.build import listed, mapping
from policies.rules.joins.build import join_rule, spec_of, target_of
from policies.together import Claim, Together, namespace_in
from policies.truth import Verdict
from policies.view import Manifest

_SCALER = "autoscaling/HorizontalPodAutoscaler"


def _scalers(objects: Together) -> Iterator[Claim]:
    for scaler in objects.of(_SCALER):
        yield from target_of(objects, scaler, "scaleTargetRef")


DANGLING_HPA = join_rule(
    "dangling-hpa",
    "Autoscaler without a target",
    "medium",
    "An autoscaler of a workload that is not there scales nothing.",
    "name the workload in scaleTargetRef, with its kind and API version",
    "kubernetes.autoscaling.v2.CrossVersionObjectReferenceArgs(\n"
    '    api_version="apps/v1", kind="Deployment", name="web"\n'
    ")",
    _scalers,
)
_VPA = "autoscaling.k8s.io/VerticalPodAutoscaler"


def _targeted(manifest: Manifest, key: str) -> tuple[object, ...] | None:
    """What makes two autoscalers be about the same; None where that is not known."""
    target = mapping(spec_of(manifest).get(key))
    parts = (namespace_in(manifest), target.get("kind"), target.get("name"))
    return None if UNKNOWN in parts or None in parts else parts


def _vertical(objects: Together) -> Iterator[Claim]:
    scaled = {_targeted(each, "scaleTargetRef") for each in objects.of(_SCALER) if _by_resources(each)} - {None}
    seen: set[tuple[object, ...]] = set()
    for scaler in objects.of(_VPA):
        yield from target_of(objects, scaler, "targetRef")
        target = _targeted(scaler, "targetRef")
        if target is None:
            continue
        at: Path = ("spec", "targetRef")
        mode = mapping(spec_of(scaler).get("updatePolicy")).get("updateMode", "Auto")
        if target in seen:
            yield Claim("violation", scaler, at, "must be the target of no other VerticalPodAutoscaler")
        elif target in scaled and mode != "Off":
            verdict: Verdict = "unknown" if mode is UNKNOWN else "violation"
            yield Claim(verdict, scaler, at, "must not be scaled by processor or memory from two sides")
        seen.add(target)


def _by_resources(scaler: Manifest) -> bool:
    metrics = listed(spec_of(scaler).get("metrics"))
    return not metrics or any(mapping(metric).get("type") in ("Resource", "ContainerResource") for metric in metrics)


VPA = join_rule(
    "vpa",
    "VerticalPodAutoscaler's target",
    "medium",
    "Two autoscalers of one workload undo each other's work, and one without a workload does none.",
    "name one workload that nothing else scales by processor or memory, or set updateMode to Off",
    "kubernetes.apiextensions.CustomResource(\n"
    '    "web", api_version="autoscaling.k8s.io/v1", kind="VerticalPodAutoscaler", spec=spec\n'
    ")",
    _vertical,
)

_BUDGET = "policy/PodDisruptionBudget"
_BUDGET_SNIPPET = "kubernetes.policy.v1.PodDisruptionBudgetSpecArgs(max_unavailable=1, selector=selector)"
_SCALED = ("apps/Deployment", "apps/StatefulSet")


def _scalers_by_target(objects: Together) -> dict[tuple[object, ...], Manifest]:
    return {key: each for each in objects.of(_SCALER) if (key := _targeted(each, "scaleTargetRef")) is not None}


def _scaler_of(scalers: dict[tuple[object, ...], Manifest], manifest: Manifest) -> Manifest | None:
    return scalers.get((namespace_in(manifest), manifest.kind, mapping(manifest.body.get("metadata")).get("name")))


def _fewest(scaler: Manifest) -> object:
    """The least that an autoscaler goes down to."""
    return spec_of(scaler).get("minReplicas", 1)


def _budgeted(objects: Together) -> Iterator[tuple[Manifest, list[Manifest], bool]]:
    """Every budget, the workloads of which it chooses pods, and whether it may choose others too."""
    for budget in objects.of(_BUDGET):
        namespace, selector = namespace_in(budget), label_selector(spec_of(budget).get("selector"))
        if isinstance(namespace, Unknown) or not selector.known:
            yield budget, [], True
        else:
            found = objects.chosen(namespace, selector)
            yield budget, [carried.manifest for carried in found.pods], found.waiting


def _without_budget(objects: Together) -> Iterator[Claim]:
    chosen: set[int] = set()
    maybe: set[object] = set()
    for budget, workloads, others in _budgeted(objects):
        chosen |= {id(workload) for workload in workloads}
        maybe |= {namespace_in(budget)} if others else set()
    scalers = _scalers_by_target(objects)
    for workload in objects.of(*_SCALED):
        namespace = namespace_in(workload)
        scaler = _scaler_of(scalers, workload)
        number = _fewest(scaler) if scaler is not None else spec_of(workload).get("replicas", 1)
        several = number is UNKNOWN or (isinstance(number, int) and number > 1)
        if id(workload) in chosen or workload.partial or not several:
            continue
        verdict = objects.absent(_BUDGET, namespace)
        if verdict:
            open_ = number is UNKNOWN or namespace in maybe or UNKNOWN in maybe
            problem = "must be chosen by a PodDisruptionBudget, since there are several"
            yield Claim("unknown" if open_ else verdict, workload, ("spec", "template"), problem)


PDB_EXISTS = join_rule(
    "pdb-exists",
    "Budget for replicas",
    "medium",
    "Without a budget the drain of one node, or of several, may take all replicas of a service at once.",
    "add a PodDisruptionBudget that chooses the pods",
    _BUDGET_SNIPPET,
    _without_budget,
    levels=IN_PROD,
    decision="Asked where replicas, or the autoscaler's minReplicas, is above 1.",
)


def _above_scaler(objects: Together) -> Iterator[Claim]:
    scalers = _scalers_by_target(objects)
    for budget, workloads, _ in _budgeted(objects):
        least = spec_of(budget).get("minAvailable")
        for scaler in filter(None, (_scaler_of(scalers, workload) for workload in workloads)):
            fewest = _fewest(scaler)
            unknown = least is UNKNOWN or fewest is UNKNOWN
            if unknown or (isinstance(least, int) and isinstance(fewest, int) and least > fewest):
                problem = "must not be above the autoscaler's minReplicas"
                yield Claim("unknown" if unknown else "violation", budget, ("spec", "minAvailable"), problem)


PDB_VS_HPA = join_rule(
    "pdb-vs-hpa",
    "Budget and autoscaler",
    "medium",
    "When the autoscaler has gone down to its fewest replicas, a budget that wants more lets no pod go.",
    "set minAvailable below the autoscaler's minReplicas, or maxUnavailable to 1",
    _BUDGET_SNIPPET,
    _above_scaler,
)


def _needed(least: object, replicas: int) -> int | None:
    """How many pods `minAvailable` keeps; a percentage is rounded up, as Kubernetes does."""
    if isinstance(least, int):
        return least
    if isinstance(least, str) and least.endswith("%") and least[:-1].isdigit():
        return int((Decimal(least[:-1]) * replicas / 100).to_integral_value(ROUND_CEILING))
    return None


def _above_replicas(objects: Together) -> Iterator[Claim]:
    scalers = _scalers_by_target(objects)
    for budget, workloads, _ in _budgeted(objects):
        least = spec_of(budget).get("minAvailable")
        for workload in workloads:
            replicas = spec_of(workload).get("replicas", 1)
            fixed = workload.group_kind in _SCALED and not workload.partial and _scaler_of(scalers, workload) is None
            if least is None or not fixed:
                continue
            needed = _needed(least, replicas) if isinstance(replicas, int) else None
            unknown = least is UNKNOWN or replicas is UNKNOWN
            if unknown or (needed is not None and isinstance(replicas, int) and 0 < replicas <= needed):
                problem = "must be below the replicas of the workload"
                yield Claim("unknown" if unknown else "violation", budget, ("spec", "minAvailable"), problem)


PDB_VS_REPLICAS = join_rule(
    "pdb-vs-replicas",
    "Budget and replicas",
    "medium",
    "A budget that wants as many pods as there are lets none go: its nodes cannot be drained.",
    "set maxUnavailable to 1, or raise the replicas",
    _BUDGET_SNIPPET,
    _above_replicas,
    decision="What pdb-blocking cannot see in the budget alone. A workload with an autoscaler is pdb-vs-hpa's turn.",
)

RULES = (DANGLING_HPA, VPA, PDB_EXISTS, PDB_VS_HPA, PDB_VS_REPLICAS)
