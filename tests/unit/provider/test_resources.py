"""The provider's resources: done when an input changes, shown in previews, forgotten when they are deleted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.provider.experimental.provider import CreateRequest, DiffRequest, UpdateRequest

from components.evidence import FACTS
from provider.resources import KINDS, UNKNOWN, Kind, SupplyChain, packed, plain
from provider.step import RefusedError

URN = "urn:pulumi:dev::slipway::slipway:index:SupplyChain$supplychain:index:{}::api-step"
INPUTS = {"reference": "registry/app@sha256:0", "insecure": True}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the steps were told, which do nothing but give one fact."""
    told: list[dict[str, Any]] = []

    def step(inputs: Any) -> dict[str, Any]:
        told.append(dict(inputs))
        return {"seen": 3}

    kinds = {"Writes": Kind(step, ("seen",)), "Reads": Kind(step, ("seen",), reads=True)}
    monkeypatch.setattr("provider.resources.KINDS", kinds)
    return told


def values(content: dict[str, Any]) -> dict[str, PropertyValue]:
    return {name: packed(value) for name, value in content.items()}


def create(kind: str, inputs: dict[str, PropertyValue], *, preview: bool = False) -> dict[str, PropertyValue]:
    request = CreateRequest(URN.format(kind), inputs, 60, preview)
    return asyncio.run(SupplyChain().create(request)).properties or {}


def test_a_step_gives_back_what_it_was_told_and_what_it_found(done: list[dict[str, Any]]):
    made = create("Writes", values(INPUTS))
    assert done == [INPUTS]
    assert {name: plain(value) for name, value in made.items()} == {**INPUTS, "seen": 3}


def test_a_preview_does_no_step_that_writes(done: list[dict[str, Any]]):
    made = create("Writes", values(INPUTS), preview=True)
    assert done == []
    assert made["seen"].marshal().string_value == UNKNOWN
    assert plain(made["reference"]) == INPUTS["reference"]


def test_a_preview_does_a_step_that_only_reads(done: list[dict[str, Any]]):
    assert plain(create("Reads", values(INPUTS), preview=True)["seen"]) == 3
    assert done == [INPUTS]


@pytest.mark.parametrize(
    "unknown", [PropertyValue(Computed()), PropertyValue(UNKNOWN), PropertyValue([PropertyValue(Computed())])]
)
def test_a_preview_does_nothing_with_what_is_not_known(done: list[dict[str, Any]], unknown: PropertyValue):
    made = create("Reads", values(INPUTS) | {"sbom": unknown}, preview=True)
    assert done == []
    assert made["seen"].marshal().string_value == UNKNOWN
    assert UNKNOWN in str(made["sbom"].marshal())


@pytest.mark.parametrize(
    ("new", "changed"),
    [
        (INPUTS, []),
        (INPUTS | {"seen": None}, []),
        (INPUTS | {"insecure": False}, ["insecure"]),
        ({"reference": INPUTS["reference"]}, ["insecure"]),
        (INPUTS | {"key": "0"}, ["key"]),
    ],
)
def test_only_what_is_put_in_can_differ(done: list[dict[str, Any]], new: dict[str, Any], changed: list[str]):
    request = DiffRequest(URN.format("Writes"), "api-step", values(INPUTS | {"seen": 3}), values(new), [])
    found = asyncio.run(SupplyChain().diff(request))
    assert (found.diffs, bool(found.changes), found.replaces) == (changed, bool(changed), [])


def test_an_update_does_the_step_again(done: list[dict[str, Any]]):
    old, new = values(INPUTS | {"seen": 1}), values(INPUTS | {"insecure": False})
    request = UpdateRequest(URN.format("Writes"), "api-step", old, new, 60, [], False)
    made = asyncio.run(SupplyChain().update(request)).properties or {}
    assert done == [INPUTS | {"insecure": False}]
    assert plain(made["seen"]) == 3


def test_a_refusal_ends_the_step(monkeypatch: pytest.MonkeyPatch):
    def refuses(inputs: Any) -> dict[str, Any]:
        raise RefusedError(f"{inputs['reference']} is bad", "build another one")

    monkeypatch.setattr("provider.resources.KINDS", {"Writes": Kind(refuses, ())})
    with pytest.raises(RefusedError, match="is bad\n  mend: build another one"):
        create("Writes", values(INPUTS))


def test_the_program_and_the_provider_know_the_same_steps_and_facts():
    assert {name: kind.facts for name, kind in KINDS.items()} == dict(FACTS)


_plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=5),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=3),
    max_leaves=6,
)


@given(_plain)
def test_values_survive_the_protocol(value: Any):
    assert plain(packed(value)) == value
