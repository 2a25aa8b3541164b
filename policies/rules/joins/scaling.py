"""Autoscalers and budgets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_CEILING, Decimal
from operator import itemgetter

from policies.labels import label_selector
from policies.plain import UNKNOWN, Path, Unknown
from policies.rule import IN_PROD
from policies.rules.build import listed, mapping
from policies.rules.joins.build import join_rule, left_open, look_up, spec_of, unless_there
from policies.together import Claim, Together, namespace_in
from policies.truth import Truth, Verdict
from policies.view import Manifest

_SCALER = "autoscaling/HorizontalPodAutoscaler"


def _target_of(objects: Together, manifest: Manifest, key: str) -> Iterator[Claim]:
    """A claim, where the workload that an autoscaler names is not there."""
    fields = mapping(spec_of(manifest).get(key))
    at: Path = ("spec", key)
    kind, version = fields.get("kind"), fields.get("apiVersion", "apps/v1")
    if UNKNOWN in (kind, version):
        yield Claim("unknown", manifest, at, "must name a workload that is there")
    elif isinstance(kind, str) and isinstance(version, str):
        group = version.rpartition("/")[0]
        group_kind = f"{group}/{kind}" if group else kind
        found = look_up(objects, group_kind, namespace_in(manifest), fields.get("name"))
        yield from unless_there(found, manifest, at, "must name a workload that is there")


def _scalers(objects: Together) -> Iterator[Claim]:
    for scaler in objects.of(_SCALER):
        yield from _target_of(objects, scaler, "scaleTargetRef")


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


_Target = tuple[object, object, object]
"""What makes two autoscalers be about the same: the namespace, the kind and the name of what they scale."""


def _targeted(manifest: Manifest, key: str) -> _Target:
    target = mapping(spec_of(manifest).get(key))
    return namespace_in(manifest), target.get("kind"), target.get("name")


def _alike(one: _Target, other: _Target) -> Truth:
    """Whether two targets are the same."""
    pairs = list(zip(one, other, strict=True))
    if any(None in pair or (UNKNOWN not in pair and pair[0] != pair[1]) for pair in pairs):
        return False
    return None if any(UNKNOWN in pair for pair in pairs) else True


class _Targets:
    """Autoscalers by what they scale."""

    def __init__(self, scalers: Iterable[Manifest], key: str) -> None:
        self._known: dict[_Target, Manifest] = {}
        self._open: list[tuple[_Target, Manifest]] = []
        for each in scalers:
            target = _targeted(each, key)
            if UNKNOWN in target:
                self._open.append((target, each))
            else:
                self._known[target] = each

    def of(self, target: _Target) -> Manifest | Unknown | None:
        """The autoscaler of a target; `UNKNOWN` where there may be one."""
        found = self._known.get(target)
        if found is not None:
            return found
        known = self._known if UNKNOWN in target else ()
        perhaps = any(_alike(target, each) is None for each in (*known, *(other for other, _ in self._open)))
        return UNKNOWN if perhaps else None


def _vertical(objects: Together) -> Iterator[Claim]:
    scalers = _Targets((each for each in objects.of(_SCALER) if _by_resources(each) is not False), "scaleTargetRef")
    seen: set[_Target] = set()
    for scaler in objects.of(_VPA):
        yield from _target_of(objects, scaler, "targetRef")
        target = _targeted(scaler, "targetRef")
        at: Path = ("spec", "targetRef")
        mode = mapping(spec_of(scaler).get("updatePolicy")).get("updateMode", "Auto")
        other = scalers.of(target)
        if target in seen:
            yield Claim("violation", scaler, at, "must be the target of no other VerticalPodAutoscaler")
        elif other is not None and mode != "Off":
            by = _by_resources(other) if isinstance(other, Manifest) else None
            verdict = left_open("violation" if by else "unknown", mode)
            yield Claim(verdict, scaler, at, "must not be scaled by processor or memory from two sides")
        if UNKNOWN not in target:
            seen.add(target)


def _by_resources(scaler: Manifest) -> Truth:
    metrics = spec_of(scaler).get("metrics")
    types = [UNKNOWN if metric is UNKNOWN else mapping(metric).get("type") for metric in listed(metrics)]
    if any(kind in ("Resource", "ContainerResource") for kind in types):
        return True
    return None if UNKNOWN in (metrics, *types) else not types


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


def _scalers_by_target(objects: Together) -> _Targets:
    return _Targets(objects.of(_SCALER), "scaleTargetRef")


def _scaler_of(scalers: _Targets, manifest: Manifest) -> Manifest | Unknown | None:
    return scalers.of((namespace_in(manifest), manifest.kind, mapping(manifest.body.get("metadata")).get("name")))


def _fewest(scaler: Manifest | Unknown) -> object:
    """The least that an autoscaler goes down to."""
    return UNKNOWN if isinstance(scaler, Unknown) else spec_of(scaler).get("minReplicas", 1)


def _budgeted(objects: Together) -> Iterator[tuple[Manifest, Manifest, Verdict]]:
    """Every budget with each workload of which it chooses pods, or may choose some."""
    for budget in objects.of(_BUDGET):
        found = objects.chosen(namespace_in(budget), label_selector(spec_of(budget).get("selector")))
        for carried in found.pods:
            yield budget, carried.manifest, "violation"
        for carried in found.waiting:
            yield budget, carried.manifest, "unknown"


def _without_budget(objects: Together) -> Iterator[Claim]:
    chosen = {id(workload): verdict for _, workload, verdict in sorted(_budgeted(objects), key=itemgetter(2))}
    scalers = _scalers_by_target(objects)
    for workload in objects.of(*_SCALED):
        scaler = _scaler_of(scalers, workload)
        number = _fewest(scaler) if scaler is not None else spec_of(workload).get("replicas", 1)
        several = number is UNKNOWN or (isinstance(number, int) and number > 1)
        if chosen.get(id(workload)) == "violation" or workload.partial or not several:
            continue
        verdict = objects.absent(_BUDGET, namespace_in(workload))
        if verdict:
            verdict = "unknown" if id(workload) in chosen else left_open(verdict, number)
            problem = "must be chosen by a PodDisruptionBudget, since there are several"
            yield Claim(verdict, workload, ("spec", "template"), problem)


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
    for budget, workload, verdict in _budgeted(objects):
        least = spec_of(budget).get("minAvailable")
        scaler = _scaler_of(scalers, workload)
        if least is None or scaler is None:
            continue
        fewest = _fewest(scaler)
        if UNKNOWN in (least, fewest) or (isinstance(least, int) and isinstance(fewest, int) and least > fewest):
            problem = "must not be above the autoscaler's minReplicas"
            yield Claim(left_open(verdict, least, fewest), budget, ("spec", "minAvailable"), problem)


PDB_VS_HPA = join_rule(
    "pdb-vs-hpa",
    "Budget and autoscaler",
    "medium",
    "When the autoscaler has gone down to its fewest replicas, a budget that wants more lets no pod go.",
    "set minAvailable below the autoscaler's minReplicas, or maxUnavailable to 1",
    _BUDGET_SNIPPET,
    _above_scaler,
)


def _keeps_all(least: object, replicas: object) -> bool:
    """Whether `minAvailable` keeps all pods that there are; a percentage is rounded up, as Kubernetes does."""
    if not isinstance(replicas, int) or replicas < 1:
        return False
    if isinstance(least, str) and least.endswith("%") and least[:-1].isdigit():
        least = int((Decimal(least[:-1]) * replicas / 100).to_integral_value(ROUND_CEILING))
    return isinstance(least, int) and least >= replicas


def _above_replicas(objects: Together) -> Iterator[Claim]:
    scalers = _scalers_by_target(objects)
    for budget, workload, verdict in _budgeted(objects):
        least, replicas = spec_of(budget).get("minAvailable"), spec_of(workload).get("replicas", 1)
        scaler = _scaler_of(scalers, workload)
        scaled = isinstance(scaler, Manifest) or workload.group_kind not in _SCALED or workload.partial
        if least is None or scaled:
            continue
        if UNKNOWN in (least, replicas) or _keeps_all(least, replicas):
            problem = "must be below the replicas of the workload"
            yield Claim(left_open(verdict, least, replicas, scaler), budget, ("spec", "minAvailable"), problem)


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
