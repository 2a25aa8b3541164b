"""Whether pods find a node: each one, all under full load, and the next one of a rollout."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from components.spec.capacity import Demand
from components.spec.cuda import version, version_text
from components.spec.fleet import Fleet, Pool, PoolGpus, Shares
from components.spec.gpu import AmdGpus, Gpu, IntelGpus, MigSlice, SharedGpu, WholeGpus
from components.spec.gpu_claim import DeviceClaim
from components.spec.refusal import Refusal
from components.spec.values import bytes_text, cores_text
from policies.values.quantity import parse_quantity


def fleet_checks(fleet: Fleet, wanted: Mapping[str, Demand]) -> Iterator[Refusal]:
    """Each pod has a node that could take it; all have one under full load; and a rollout has room for its next pod."""
    homes = {name: _homes(fleet, each) for name, each in wanted.items()}
    homeless = [name for name, pools in homes.items() if not pools]
    for name in homeless:
        yield _no_node(fleet, name, wanted[name])
    if homeless:
        return
    full = _left_over(fleet, [(name, wanted[name], wanted[name].most) for name in wanted], homes)
    for name, pods in full.items():
        yield _too_many(fleet, name, wanted[name], pods, homes[name])
    if full:
        return
    # The pods of full load are placed already: what is left over are those of rollouts.
    moving = [(name, each, each.most + (0 if each.ends_first else 1)) for name, each in wanted.items()]
    for name in _left_over(fleet, moving, homes):
        yield _stuck(fleet, name, wanted, homes)


def _homes(fleet: Fleet, demand: Demand) -> list[str]:
    """The pools with nodes that can take a pod, were they empty."""
    return [name for name, pool in fleet.pools.items() if objection(pool, demand) is None and _fits(pool, demand)]


def _fits(pool: Pool, demand: Demand) -> bool:
    return demand.cpu <= parse_quantity(pool.cpu) and demand.memory <= parse_quantity(pool.memory)


def objection(pool: Pool, demand: Demand) -> str | None:
    """Why a pod cannot run on nodes of a pool, whatever their size, as a phrase; None if it can."""
    if not pool.nodes:
        return "has no nodes"
    for label, value in demand.labels:
        if pool.labels.get(label) != value:
            return f"has not the label `{label}: {value}`"
    if demand.gpu is None:
        return "has GPUs, and is kept for pods that ask for some" if pool.gpus else None
    return _gpu_objection(pool.gpus, demand.gpu) if pool.gpus else "has no GPUs"


def _gpu_objection(has: PoolGpus, asked: Gpu) -> str | None:
    request, (resource, count) = asked.request, has.offered
    if isinstance(request, DeviceClaim):
        alike = [each.count for each in request.choices if each.device_class == has.device_class]
        return _too_few(min(alike), count, resource) if alike else f"offers {resource}"
    if request.resource != resource:
        return f"offers {resource}"
    if asked.cuda and has.cuda and version(has.cuda) < version(asked.cuda):
        return f"has a driver up to CUDA {has.cuda}"
    unlike = _unlike(has, request)
    return unlike or _too_few(request.count, count, resource)


def _too_few(asked: int, has: int, resource: str) -> str | None:
    return f"has {has} of {resource} on a node" if asked > has else None


def _unlike(has: PoolGpus, request: WholeGpus | MigSlice | SharedGpu | AmdGpus | IntelGpus) -> str | None:
    """Why GPUs under the name that is asked for are not what is asked for."""
    match request:
        case WholeGpus():
            if has.slices or has.shares:
                return "cuts its GPUs" if has.slices else "shares its GPUs"
            return _other_product(has, request.product) or _less(has, request)
        case MigSlice():
            slices = has.slices
            if slices is None or (slices.profile, slices.strategy) != (request.profile, request.strategy):
                return f"is cut into {slices.profile}, `{slices.strategy}`" if slices else "does not cut its GPUs"
            return _other_product(has, request.product)
        case SharedGpu():
            if has.shares is None or has.shares.by != request.by:
                return f"shares by {has.shares.by}" if has.shares else "does not share its GPUs"
            return _other_shares(has.shares, request) or _other_product(has, request.product)
        case AmdGpus() | IntelGpus():
            return None


def _other_product(has: PoolGpus, asked: str | None) -> str | None:
    return f"has {has.product or 'GPUs of no stated product'}" if asked and has.product != asked else None


def _other_shares(has: Shares, asked: SharedGpu) -> str | None:
    return f"divides each GPU into {has.each} shares" if asked.shares and asked.shares != has.each else None


def _less(has: PoolGpus, asked: WholeGpus) -> str | None:
    """Why GPUs are not good enough; what nobody states is not enough."""
    least, memory = asked.min_memory, has.memory_bytes
    if least and (memory is None or memory < parse_quantity(least)):
        return f"has {bytes_text(memory)} of memory on a GPU" if memory else "does not state its `memory`"
    capability = has.capability
    if asked.least_capability and (capability is None or capability < asked.least_capability):
        stated = f"has compute capability {version_text(capability)}" if capability else None
        return stated or "does not state its `computeCapability`"
    return None


@dataclass(frozen=True)
class _Free:
    """What a node has left."""

    gpus: int
    cpu: Decimal
    memory: Decimal

    def pods(self, demand: Demand) -> int:
        """How many pods it takes."""
        bounds = [int(self.cpu // demand.cpu), int(self.memory // demand.memory)]
        return min(bounds + ([self.gpus // demand.gpus] if demand.gpus else []))

    def without(self, demand: Demand, pods: int) -> "_Free":
        """What it has left beside so many pods."""
        return _Free(self.gpus - pods * demand.gpus, self.cpu - pods * demand.cpu, self.memory - pods * demand.memory)


def _left_over(
    fleet: Fleet, wanted: Iterable[tuple[str, Demand, int]], homes: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Pods that find no node, by workload: those with the least choice are placed first, each where it just fits."""
    rooms = {name: _room(pool) for name, pool in fleet.pools.items()}
    left: dict[str, int] = {}
    for name, demand, pods in sorted(wanted, key=lambda each: (len(homes[each[0]]), -each[1].gpus, -each[1].memory)):
        waiting = pods
        for pool in homes[name]:
            waiting = _place(rooms[pool], demand, waiting)
        if waiting:
            left[name] = waiting
    return {name: left[name] for name in homes if name in left}


def _room(pool: Pool) -> Counter[_Free]:
    gpus = pool.gpus.offered[1] if pool.gpus else 0
    return Counter({_Free(gpus, parse_quantity(pool.cpu), parse_quantity(pool.memory)): pool.nodes})


def _place(room: Counter[_Free], demand: Demand, pods: int) -> int:
    """Places pods on the nodes of a pool, the fullest first, and returns how many are left."""
    for free in sorted(room, key=lambda each: (each.gpus, each.memory, each.cpu)):
        each = free.pods(demand)
        while pods and each and room[free]:
            taken = min(each, pods)
            nodes = min(room[free], pods // taken)
            room[free] -= nodes
            room[free.without(demand, taken)] += nodes
            pods -= taken * nodes
        if not room[free]:
            del room[free]
    return pods


def _amount(demand: Demand) -> str:
    gpus = f"{demand.gpus} of {demand.resource}, " if demand.gpus else ""
    return f"{gpus}{cores_text(demand.cpu)} cores and {bytes_text(demand.memory)}"


def _has(fleet: Fleet, demand: Demand, pools: Iterable[str]) -> str:
    """What pools have of what a workload takes."""
    return "; ".join(f"{name}: {_nodes(fleet.pools[name], demand)}" for name in pools)


def _nodes(pool: Pool, demand: Demand) -> str:
    gpus = f"{pool.gpus.offered[1]} of {pool.gpus.offered[0]}, " if demand.gpus and pool.gpus else ""
    each = f"{gpus}{cores_text(parse_quantity(pool.cpu))} cores and {bytes_text(parse_quantity(pool.memory))}"
    return f"1 node with {each}" if pool.nodes == 1 else f"{pool.nodes} nodes with {each} each"


def _no_node(fleet: Fleet, name: str, demand: Demand) -> Refusal:
    objections = {pool: objection(each, demand) for pool, each in fleet.pools.items()}
    alike = [pool for pool, why in objections.items() if why is None]
    if alike:
        return Refusal(
            at=("workloads", name, "resources", "requests"),
            found=f"pods of {_amount(demand)} each",
            allowed=f"pods for which a node is large enough ({_has(fleet, demand, alike)})",
            mend="lower `resources.requests`, or declare larger nodes under `slipway:fleet`",
        )
    return Refusal(
        at=("workloads", name, "gpu") if demand.gpu else ("workloads", name),
        found=f"pods of {_amount(demand)} each, for which the fleet has no node",
        allowed=f"what some pool has: {', '.join(f'`{pool}` {why}' for pool, why in objections.items())}",
        mend="ask for what there is, or declare the pool that has it under `slipway:fleet`",
    )


def _too_many(fleet: Fleet, name: str, demand: Demand, left: int, pools: Sequence[str]) -> Refusal:
    return Refusal(
        at=("workloads", name),
        found=f"{demand.most} pods of {_amount(demand)} each, {left} of them without a node",
        allowed=f"what the fleet has beside the other workloads ({_has(fleet, demand, pools)})",
        mend="lower `replicas` or `autoscaling.max`, ask for less of each, or declare more nodes under `slipway:fleet`",
    )


def _stuck(fleet: Fleet, name: str, wanted: Mapping[str, Demand], homes: Mapping[str, Sequence[str]]) -> Refusal:
    demand = wanted[name]
    beside = [other for other in wanted if other != name and set(homes[other]) & set(homes[name])]
    others = f", beside {', '.join(f'{wanted[other].most} of {other}' for other in beside)}" if beside else ""
    more = f"{demand.gpus} more of {demand.resource}" if demand.gpus else "one more node"
    return Refusal(
        at=("workloads", name, "rollout"),
        found=f"{demand.most} + 1 pods of {_amount(demand)} each during a rollout{others}; the fleet has room for "
        f"{demand.most} ({_has(fleet, demand, homes[name])})",
        allowed="a rollout that moves: the new pod would wait for what the old one holds, and the old one for the new",
        mend="one of three: let a pod end first (`rollout: {maxSurge: 0, maxUnavailable: 1}`); declare "
        f"{more} under `slipway:fleet`; or lower `replicas`, `autoscaling.max` or what each pod asks for",
    )
