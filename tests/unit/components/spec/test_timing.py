"""Times that follow from a model and from each other; bounds that are stated and cannot be kept."""

from __future__ import annotations

from dataclasses import fields

from hypothesis import given
from hypothesis import strategies as st

from components.spec import defaults
from components.spec.timing import Times, chain_checks, deploy_seconds, job_checks, least_job_seconds, time_chain
from tests.unit.components.given import workload

SECONDS = st.integers(1, 20_000)
NOTHING = st.none()
DERIVED = st.builds(
    Times,
    process=st.integers(1, 600),
    load=SECONDS,
    warm_up=st.integers(0, 3600),
    place=st.integers(1, 3600),
    fetch=st.integers(0, 3600),
    pre_stop=st.integers(0, 600),
    drain=st.integers(1, 3600),
    pods=st.integers(1, 200),
    step=st.integers(1, 50),
)
STATED = tuple(field.name for field in fields(Times) if field.name.endswith("_stated"))


@given(DERIVED)
def test_each_derived_bound_is_within_the_next_one(times: Times) -> None:
    chain = time_chain(times)

    assert times.load + times.warm_up < chain.startup
    assert chain.startup <= chain.probe_failures * defaults.STARTUP_PERIOD < chain.progress < chain.rollout
    assert times.pre_stop + times.drain < chain.grace
    assert list(chain_checks(chain)) == []


@given(DERIVED, st.fixed_dictionaries({}, optional=dict.fromkeys(STATED, SECONDS)))
def test_what_is_stated_is_kept_and_refused_exactly_if_it_cannot_be(times: Times, stated: dict[str, int]) -> None:
    chain = time_chain(Times(**{**vars(times), **stated}))
    refused = {refusal.at[-1] for refusal in chain_checks(chain)}

    assert chain.startup == stated.get("startup_stated", chain.startup)
    assert ("startupSeconds" in refused) == (chain.startup <= times.load + times.warm_up)
    assert ("pullSeconds" in refused) == (chain.pull < times.fetch)
    assert ("progressSeconds" in refused) == (chain.progress <= chain.startup)
    assert ("awaitSeconds" in refused) == (chain.rollout <= chain.progress)
    assert ("graceSeconds" in refused) == (chain.grace < times.pre_stop + times.drain + defaults.STOP_MARGIN)


@given(size=st.integers(1, 2000), bandwidth=st.integers(4, 4000), warm_up=st.integers(0, 600))
def test_a_larger_model_or_slower_storage_is_given_more_time(size: int, bandwidth: int, warm_up: int) -> None:
    def startup(mebibytes: int, each_second: int) -> int:
        model = {"path": "/models", "size": f"{mebibytes}Mi", "bandwidth": f"{each_second}Mi", "preloaded": True}
        limits = {"requests": _amounts("4Gi"), "limits": _amounts("4Gi")}
        return workload(model={**model, "warmUpSeconds": warm_up}, resources=limits).times.startup

    size += 4
    assert startup(size, bandwidth) - warm_up >= size / bandwidth
    assert startup(size * 2, bandwidth) >= startup(size, bandwidth) >= startup(size, bandwidth * 2)


def _amounts(memory: str) -> dict[str, str]:
    return {"cpu": "1", "memory": memory, "ephemeralStorage": "1Gi"}


@given(st.lists(DERIVED, min_size=1, max_size=6), st.data())
def test_a_job_is_as_long_as_rollouts_in_turn(each: list[Times], data: st.DataObject) -> None:
    # given workloads of which each may need some before it
    chains = {f"w{index}": time_chain(times) for index, times in enumerate(each)}
    names = list(chains)
    needs = {
        name: data.draw(st.lists(st.sampled_from(names[:index]), unique=True)) if index else []
        for index, name in enumerate(names)
    }
    # when
    seconds = deploy_seconds(chains, needs)
    # then it is no shorter than the longest, nor longer than all in a row
    assert max(chain.rollout for chain in chains.values()) <= seconds <= sum(c.rollout for c in chains.values())
    assert list(job_checks(least_job_seconds(seconds), chains, needs)) == []
    assert list(job_checks(least_job_seconds(seconds) - 1, chains, needs)) != []
