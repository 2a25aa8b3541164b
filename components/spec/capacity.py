"""How many pods, GPUs, cores and bytes an environment needs at its peak, and whether quota and fleet have them."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from components.spec.backup import Backup, backup_name, saved
from components.spec.environment import Quota
from components.spec.fleet import Fleet
from components.spec.gpu import RESOURCE, Gpu
from components.spec.monitoring import Monitoring
from components.spec.refusal import Path, Refusal
from components.spec.resources import Resources
from components.spec.values import bytes_text, cores_text
from components.spec.workload import Workload
from policies.values.quantity import parse_quantity


@dataclass(frozen=True)
class Demand:
    """What the pods of one workload take.

    Attributes:
        usual: pods when nothing happens.
        most: pods under full load; of a job, while it runs.
        surge: pods beside them during a rollout; of a job, those that are about to end.
        ends_first: whether a rollout can go on without room for one more: an old pod ends first.
        resources: what each pod asks for.
        gpu: the GPUs that each pod asks for, if any.
        sidecar: what the container beside it asks for that saves its volumes, if there is one.
        labels: labels that its nodes must have, beside those of GPUs.
    """

    usual: int
    most: int
    surge: int
    ends_first: bool
    resources: Resources
    gpu: Gpu | None = None
    sidecar: Resources | None = None
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def peak(self) -> int:
        """Pods at once, at most: full load and a rollout together."""
        return self.most + self.surge

    @property
    def resource(self) -> str:
        """The name of the GPUs that each pod takes, or nothing."""
        return self.gpu.request.resource if self.gpu else ""

    @property
    def gpus(self) -> int:
        """GPUs, slices or shares of each pod."""
        return self.gpu.count if self.gpu else 0

    @property
    def whole_gpus(self) -> int:
        """How many of each pod's GPUs the quota counts."""
        return self.gpu.whole_devices if self.gpu else 0

    @property
    def containers(self) -> tuple[Resources, ...]:
        """What each container of a pod asks for."""
        return (self.resources, self.sidecar) if self.sidecar else (self.resources,)

    @property
    def cpu(self) -> Decimal:
        """Cores that each pod reserves."""
        return sum((parse_quantity(each.requests.cpu) for each in self.containers), Decimal(0))

    @property
    def memory(self) -> Decimal:
        """Bytes that each pod reserves."""
        return sum((parse_quantity(each.requests.memory) for each in self.containers), Decimal(0))


def demands(
    workloads: Mapping[str, Workload], monitoring: Monitoring | None, backup: Backup | None
) -> dict[str, Demand]:
    """What everything takes that runs, by name."""
    kept = saved(backup, workloads) if backup else {}
    found = {
        name: _demand(workload, backup.resources if backup and name in kept else None)
        for name, workload in workloads.items()
    }
    for name, server in monitoring.servers.items() if monitoring else ():
        found[name] = Demand(1, 1, 0, ends_first=True, resources=server.resources)
    return found


def _demand(workload: Workload, sidecar: Resources | None) -> Demand:
    strategy, local = workload.strategy, workload.model.node_local if workload.model else None
    return Demand(
        workload.fewest_pods,
        workload.most_pods,
        strategy.max_surge,
        ends_first=strategy.max_unavailable > 0,
        resources=workload.resources,
        gpu=workload.gpu,
        sidecar=sidecar,
        labels=((local.label, local.value),) if local else (),
    )


@dataclass(frozen=True)
class _Measure:
    """One line of a quota: where it stands, what it allows, what one pod takes, and how to write an amount of it.

    What is counted for a container is read from its `Resources`; what for a pod, from its `Demand`.
    """

    at: Path
    allows: Callable[[Quota], str]
    text: Callable[[Decimal], str]
    of_container: Callable[[Resources], str] | None = None
    of_pod: Callable[[Demand], int] | None = None


_MEASURES = (
    _Measure(("requests", "cpu"), lambda q: q.requests.cpu, cores_text, of_container=lambda r: r.requests.cpu),
    _Measure(("requests", "memory"), lambda q: q.requests.memory, bytes_text, of_container=lambda r: r.requests.memory),
    _Measure(("limits", "cpu"), lambda q: q.limits.cpu, cores_text, of_container=lambda r: r.limits.cpu),
    _Measure(("limits", "memory"), lambda q: q.limits.memory, bytes_text, of_container=lambda r: r.limits.memory),
    _Measure(("pods",), lambda q: str(q.pods), str, of_pod=lambda _: 1),
    _Measure(("gpus",), lambda q: str(q.gpus), str, of_pod=lambda d: d.whole_gpus),
)


def _needs(measure: _Measure, wanted: Mapping[str, Demand]) -> dict[str, Decimal]:
    """How much of a quota's line everything takes at its peak, by name; what saves a workload has one of its own."""
    needs: dict[str, Decimal] = {}
    for name, each in wanted.items():
        if measure.of_pod:
            needs[name] = each.peak * Decimal(measure.of_pod(each))
        if measure.of_container:
            needs[name] = each.peak * parse_quantity(measure.of_container(each.resources))
        if measure.of_container and each.sidecar:
            needs[backup_name(name)] = each.peak * parse_quantity(measure.of_container(each.sidecar))
    return needs


def quota_checks(quota: Quota, wanted: Mapping[str, Demand]) -> Iterator[Refusal]:
    """All workloads under full load and in a rollout at the same time: the worst hour must fit, or a rollout hangs."""
    for measure in _MEASURES:
        needs = _needs(measure, wanted)
        need = sum(needs.values(), Decimal(0))
        allowance = measure.allows(quota)
        if need <= parse_quantity(allowance):
            continue
        text = measure.text(need)
        shares = ", ".join(f"{name} {measure.text(share)}" for name, share in needs.items() if share)
        yield Refusal(
            at=("environment", "quota", *measure.at),
            found=f"{allowance}, but the workloads need {text} at their peak ({shares})",
            allowed=f"at least `{text}`: full autoscaling and the extra pods of a rollout together",
            mend=f"raise it to `{text}`, or lower replicas, `autoscaling.max`, sizes or `rollout.maxSurge`",
        )


def summary(wanted: Mapping[str, Demand], quota: Quota | None, fleet: Fleet | None) -> dict[str, Any]:
    """What is needed and what there is, as plain values: for a table, and as an output of the stack.

    Returns:
        `workloads`: for each its pods (`usual`, `most`, `peak`), and what these take at the peak (`gpus` by resource,
        `cpu` in cores, `memory` in bytes, as Kubernetes writes them); `peak`: the same of all; `quota` and `fleet`:
        what they allow, None for one that is not stated.
    """
    gpus: Counter[str] = Counter()
    for each in wanted.values():
        gpus[each.resource] += each.peak * each.gpus
    return {
        "workloads": {name: _taken(each) for name, each in wanted.items()},
        "peak": {
            "pods": sum(each.peak for each in wanted.values()),
            "gpus": {resource: count for resource, count in gpus.items() if count},
            "cpu": cores_text(sum((each.peak * each.cpu for each in wanted.values()), Decimal(0))),
            "memory": bytes_text(sum((each.peak * each.memory for each in wanted.values()), Decimal(0))),
        },
        "quota": quota and _allowed(quota),
        "fleet": fleet and _there(fleet),
    }


def _taken(demand: Demand) -> dict[str, Any]:
    return {
        "usual": demand.usual,
        "most": demand.most,
        "peak": demand.peak,
        "gpus": {demand.resource: demand.peak * demand.gpus} if demand.gpus else {},
        "cpu": cores_text(demand.peak * demand.cpu),
        "memory": bytes_text(demand.peak * demand.memory),
    }


def _allowed(quota: Quota) -> dict[str, Any]:
    gpus = {RESOURCE: quota.gpus} if quota.gpus else {}
    return {"pods": quota.pods, "gpus": gpus, "cpu": quota.requests.cpu, "memory": quota.requests.memory}


def _there(fleet: Fleet) -> dict[str, Any]:
    gpus: Counter[str] = Counter()
    pools = fleet.pools.values()
    for pool in pools:
        if pool.gpus:
            resource, count = pool.gpus.offered
            gpus[resource] += count * pool.nodes
    return {
        "nodes": sum(pool.nodes for pool in pools),
        "gpus": dict(gpus),
        "cpu": cores_text(sum((pool.nodes * parse_quantity(pool.cpu) for pool in pools), Decimal(0))),
        "memory": bytes_text(sum((pool.nodes * parse_quantity(pool.memory) for pool in pools), Decimal(0))),
    }
