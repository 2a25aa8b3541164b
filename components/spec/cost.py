"""What an environment costs in a month, by what its pods reserve and what somebody says that costs.

A workload that serves costs between its fewest and its most pods, all month; a job between nothing and all of its runs
up to their deadlines. Extra pods of a rollout are minutes, and are left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from components.spec.backup import Backup
from components.spec.capacity import Demand, demands
from components.spec.cron import HOURS_A_MONTH, read_cron
from components.spec.gpu import AmdGpus, Gpu, IntelGpus, MigSlice, SharedGpu, WholeGpus
from components.spec.gpu_claim import DeviceClaim
from components.spec.job import Job
from components.spec.monitoring import Monitoring
from components.spec.prices import Prices
from components.spec.workload import Workload
from policies.values.quantity import parse_quantity

_GIB = Decimal(2**30)
_HOUR = 3600
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Cost:
    """Money in a month.

    Attributes:
        least: when nothing happens.
        most: under full load all month.
        unpriced: what is needed and has no price.
        priced: whether anything has one.
    """

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    unpriced: tuple[str, ...] = ()
    priced: bool = False

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.least + other.least,
            self.most + other.most,
            tuple(dict.fromkeys((*self.unpriced, *other.unpriced))),
            self.priced or other.priced,
        )


@dataclass(frozen=True)
class Use:
    """What something takes in a month.

    Attributes:
        demand: what each of its pods takes.
        hours: of all its pods together, the least and the most.
        storage: bytes of its volumes.
    """

    demand: Demand
    hours: tuple[Decimal, Decimal]
    storage: Decimal


def uses(workloads: Mapping[str, Workload], monitoring: Monitoring | None, backup: Backup | None) -> dict[str, Use]:
    """What everything takes that runs, by name."""
    volumes = {name: [volume.size for volume in each.volumes] for name, each in workloads.items()}
    if monitoring:
        volumes |= {name: [server.storage] for name, server in monitoring.servers.items()}
    return {
        name: Use(
            demand,
            _hours(demand, workloads[name].job if name in workloads else None),
            sum((parse_quantity(size) for size in volumes[name]), Decimal(0)),
        )
        for name, demand in demands(workloads, monitoring, backup).items()
    }


def _hours(demand: Demand, job: Job | None) -> tuple[Decimal, Decimal]:
    month = Decimal(HOURS_A_MONTH)
    if job is None:
        return demand.usual * month, demand.most * month
    run = Decimal(job.deadline_seconds * job.parallelism) / _HOUR
    if job.schedule is None:
        return Decimal(0), run
    times = 0.0 if job.schedule.suspend else read_cron(job.schedule.cron).times_a_month
    return Decimal(0), min(Decimal(str(times)) * run, demand.most * month)


def cost(use: Use, prices: Prices) -> Cost:
    """What something costs in a month."""
    demand = use.demand
    amounts = [
        ("cpu", prices.cpu_hour, demand.cpu, use.hours),
        ("memory", prices.memory_hour, demand.memory / _GIB, use.hours),
        ("storage", prices.storage_month, use.storage / _GIB, (Decimal(1), Decimal(1))),
    ]
    parts = [_part(name, price, amount, times) for name, price, amount, times in amounts if amount]
    return sum([*parts, *(_gpus(demand.gpu, use.hours, prices) if demand.gpu else ())], Cost())


def _part(name: str, price: str | None, amount: Decimal, times: tuple[Decimal, Decimal]) -> Cost:
    if price is None:
        return Cost(unpriced=(name,))
    least, most = (Decimal(price) * amount * each for each in times)
    return Cost(least, most, priced=True)


def _gpus(gpu: Gpu, hours: tuple[Decimal, Decimal], prices: Prices) -> Iterator[Cost]:
    """The cheapest and the dearest of the devices that would do; unpriced, if one of them is."""
    each: list[Decimal] = []
    for count, names in _devices(gpu):
        known = [prices.gpu_hour[name] for name in names if name in prices.gpu_hour]
        if known:
            each.append(count * Decimal(known[0]))
        else:
            yield Cost(unpriced=(names[0],))
    if len(each) == len(_devices(gpu)):
        yield Cost(min(each) * hours[0], max(each) * hours[1], priced=True)


def _devices(gpu: Gpu) -> Sequence[tuple[int, tuple[str, ...]]]:
    """For each choice of devices that would do: how many, and by which names their price may stand."""
    match gpu.request:
        case WholeGpus() as whole:
            return [(whole.count, _named(whole.product, "", whole.resource))]
        case MigSlice() as cut:
            return [(cut.count, _named(cut.product, cut.profile, f"nvidia.com/mig-{cut.profile.replace('+', '.')}"))]
        case SharedGpu() as shared:
            return [(shared.count, _named(shared.product, "shared", "nvidia.com/gpu.shared"))]
        case AmdGpus() | IntelGpus() as others:
            return [(others.count, (others.resource,))]
        case DeviceClaim() as claim:
            return [(choice.count, (choice.device_class,)) for choice in claim.choices]


def _named(product: str | None, part: str, resource: str) -> tuple[str, ...]:
    return ("/".join(word for word in (product, part) if word), resource) if product else (resource,)


def cost_summary(found: Mapping[str, Use], prices: Prices) -> dict[str, Any]:
    """What a month costs, as plain values: for a table, and as an output of the stack.

    Returns:
        `currency`; `workloads`: for each, and `all`: the same of all: `least` and `most`, with two decimals, None if
        nothing of it has a price, and `notPriced`: what has none.
    """
    costs = {name: cost(use, prices) for name, use in found.items()}
    return {
        "currency": prices.currency,
        "workloads": {name: _plain(each) for name, each in costs.items()},
        "all": _plain(sum(costs.values(), Cost())),
    }


def _plain(found: Cost) -> dict[str, Any]:
    least, most = (str(amount.quantize(_CENT)) if found.priced else None for amount in (found.least, found.most))
    return {"least": least, "most": most, "notPriced": list(found.unpriced)}
