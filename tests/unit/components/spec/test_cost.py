"""What a month costs: linear in prices and in what there is, and never less for more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from components.spec.cost import Cost, cost, cost_summary, uses
from components.spec.monitoring import Monitoring
from components.spec.prices import Prices
from components.spec.workload import Workload
from tests.unit.components.given import BUILD, settings, workload, written

PRICES = {"currency": "EUR", "cpuHour": "0.04", "memoryHour": "0.005", "storageMonth": "0.1"}
SIZES = {"cpu": "1", "memory": "2Gi", "ephemeralStorage": "1Gi"}
POD_MONTH = Decimal("0.05") * 730
"""A core and two gibibytes."""
AMOUNTS = st.integers(0, 1000)


def prices(**fields: Any) -> Prices:
    return Prices.model_validate({**PRICES, **fields})


def sized(**fields: Any) -> Workload:
    return workload(**{"replicas": 1, "resources": {"requests": SIZES, "limits": SIZES}, **fields})


def of(what: Workload, table: Prices | None = None) -> Cost:
    return cost(uses({"it": what}, None, None)["it"], table or prices())


def job(**fields: Any) -> Workload:
    whole = {"port": None, "resources": {"requests": SIZES, "limits": SIZES}}
    return workload(**whole, job={"deadlineSeconds": 3600, **fields})


@examples(max_examples=25)
@given(st.integers(1, 1000))
def test_pods_cost_as_many_times_what_one_does(replicas: int) -> None:
    found = of(sized(replicas=replicas))

    assert found == Cost(replicas * POD_MONTH, replicas * POD_MONTH, priced=True)


@examples(max_examples=25)
@given(st.integers(0, 100), st.integers(0, 100))
def test_autoscaling_costs_between_its_fewest_and_its_most_pods(fewest: int, more: int) -> None:
    scaling = {"min": fewest + 1, "max": fewest + 1 + more}
    what = workload(resources={"requests": SIZES, "limits": SIZES}, autoscaling=scaling)

    found = of(what)

    assert (found.least, found.most) == (scaling["min"] * POD_MONTH, scaling["max"] * POD_MONTH)


@examples(max_examples=25)
@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 9))
def test_cost_is_linear_in_the_prices(cpu: int, memory: int, storage: int, gpu: int, times: int) -> None:
    what = sized(
        gpu={"whole": {"count": 2}}, shmSize="64Mi", volumes=[{"name": "data", "path": "/data", "size": "3Gi"}]
    )

    def table(factor: int) -> Prices:
        gpus = {"nvidia.com/gpu": factor * gpu}
        return prices(cpuHour=factor * cpu, memoryHour=factor * memory, storageMonth=factor * storage, gpuHour=gpus)

    assert of(what, table(times)).most == times * of(what, table(1)).most
    assert of(what, table(1)).most == 730 * (cpu + 2 * memory + 2 * gpu) + 3 * storage


@examples(max_examples=25)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_the_whole_costs_as_much_as_its_parts(replicas: list[int]) -> None:
    many = {f"w{index}": sized(replicas=count) for index, count in enumerate(replicas)}

    found = cost_summary(uses(many, None, None), prices())

    assert Decimal(found["all"]["most"]) == sum(Decimal(each["most"]) for each in found["workloads"].values())
    assert Decimal(found["all"]["most"]) == sum(replicas) * POD_MONTH


@pytest.mark.parametrize(
    ("what", "hours"),
    [
        (job(), 1),
        (job(completions=3, parallelism=3), 3),
        (job(schedule={"cron": "0 3 * * *"}), Decimal(730) / 24),
        (job(schedule={"cron": "0 * * * *"}), 730),
        # Never more than all of the time.
        (job(schedule={"cron": "*/10 * * * *"}), 730),
        (job(schedule={"cron": "*/10 * * * *", "concurrency": "allow"}), 6 * 730),
        (job(schedule={"cron": "*/10 * * * *", "suspend": True}), 0),
    ],
)
def test_a_job_costs_nothing_or_all_of_its_runs_up_to_their_deadlines(what: Workload, hours: Decimal) -> None:
    found = of(what)

    assert found.least == 0
    assert found.most == pytest.approx(hours * Decimal("0.05"))


@pytest.mark.parametrize(
    ("gpu", "names"),
    [
        ({"whole": {"count": 1, "product": "NVIDIA-L4"}}, ["NVIDIA-L4", "nvidia.com/gpu"]),
        ({"whole": {"count": 1, "minMemory": "40Gi"}}, ["nvidia.com/gpu"]),
        (
            {"mig": {"profile": "1g.10gb", "strategy": "single", "product": "NVIDIA-A100-SXM4-80GB"}},
            ["NVIDIA-A100-SXM4-80GB/1g.10gb", "nvidia.com/mig-1g.10gb"],
        ),
        ({"mig": {"profile": "1g.10gb+me"}}, ["nvidia.com/mig-1g.10gb.me"]),
        ({"shared": {"by": "mps", "product": "NVIDIA-L4"}}, ["NVIDIA-L4/shared", "nvidia.com/gpu.shared"]),
        ({"amd": {"count": 1}}, ["amd.com/gpu"]),
        ({"claim": {"exactly": {"deviceClass": "gpu.nvidia.com", "count": 1}}}, ["gpu.nvidia.com"]),
    ],
)
def test_a_gpu_is_priced_by_its_closest_name(gpu: dict[str, Any], names: list[str]) -> None:
    what, hourly = sized(gpu=gpu), {name: index + 1 for index, name in enumerate(names)}

    assert of(what, prices(gpuHour=hourly)).most == POD_MONTH + 730
    assert of(what, prices(gpuHour={"NVIDIA-H100": 9})).unpriced == (names[0],)


def test_a_claim_costs_between_the_cheapest_and_the_dearest_of_what_would_do() -> None:
    choices = [{"name": "big", "deviceClass": "big.example.com", "count": 1}]
    choices += [{"name": "small", "deviceClass": "small.example.com", "count": 2}]
    what = sized(gpu={"claim": {"firstAvailable": choices}}, shmSize="64Mi")

    found = of(what, prices(gpuHour={"big.example.com": 3, "small.example.com": 1}))

    assert (found.least - POD_MONTH, found.most - POD_MONTH) == (2 * 730, 3 * 730)


def test_what_has_no_price_is_named_and_never_zero() -> None:
    found = cost_summary(
        uses({"it": sized()}, None, None), Prices.model_validate({"currency": "EUR", "storageMonth": 1})
    )

    assert found["all"] == {"least": None, "most": None, "notPriced": ["cpu", "memory"]}


def test_what_watches_and_what_it_keeps_are_counted() -> None:
    found = uses({}, Monitoring(), None)

    assert {name: use.storage > 0 for name, use in found.items()} == {"prometheus": True, "alertmanager": True}


def test_a_stack_without_prices_has_no_cost() -> None:
    assert settings().cost is None
    assert settings(**written(prices=PRICES)).cost


@pytest.mark.parametrize(
    ("target", "counted"), [({"kind": "render", "folder": "out"}, ["api", "snapshots"]), ({"kind": "docker"}, ["api"])]
)
def test_what_takes_snapshots_is_counted_where_it_runs(target: dict[str, Any], counted: list[str]) -> None:
    volume = {"name": "data", "path": "/data", "size": "1Gi", "snapshots": True}
    taking = {"className": "csi", "allowTo": {"cidr": "10.0.0.1/32"}}
    api = {"image": BUILD, "replicas": 1, "volumes": [volume]}
    found = settings(**written(target=target, workloads={"api": api}, snapshots=taking, prices=PRICES))

    assert found.cost
    assert list(found.cost["workloads"]) == list(found.capacity["workloads"]) == counted
