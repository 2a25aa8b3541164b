"""Every refusal of GPUs, models, jobs, times, fleets and autoscaling has a bad stack that only it refuses."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from components.spec import (
    addons,
    cron,
    cuda,
    fit,
    fleet,
    gpu,
    gpu_claim,
    gpu_fit,
    gpu_memory,
    gpu_words,
    job,
    model,
    placement,
    prices,
    scaling,
    snapshots,
    timing,
)
from components.spec.loading import load_file
from components.spec.problem import Problem, SpecError
from tests.unit.components.spec.refusing import Site, sites, watched, without
from tests.unit.components.spec.test_bad_stacks import EXPECTED, FILES

MODULES = (
    cron,
    addons,
    cuda,
    fit,
    fleet,
    gpu,
    gpu_claim,
    gpu_fit,
    gpu_memory,
    gpu_words,
    job,
    model,
    placement,
    prices,
    scaling,
    snapshots,
    timing,
)
ABOUT = (
    "addons",
    "amd",
    "autoscaling",
    "await",
    "bandwidth",
    "claim",
    "cron",
    "cuda",
    "deadlines",
    "fleet",
    "gpu",
    "grace",
    "intel",
    "job",
    "mig",
    "model",
    "prices",
    "priority",
    "progress",
    "pull",
    "rollout",
    "runtime",
    "shared",
    "snapshots",
    "startup",
    "warm",
)
"""How the names of bad stacks begin that are about these."""

STACKS = {file.stem: file for file in FILES if file.stem.partition("-")[0] in ABOUT}


def told(file: Path) -> str:
    """What a bad stack is told; nothing if it is accepted."""
    try:
        load_file(file, {})
    except SpecError as error:
        return str(error)
    return ""


@cache
def met() -> dict[Site, list[str]]:
    """Each refusal, and the bad stacks that come to it."""
    found: dict[Site, list[str]] = {site: [] for site in sites(MODULES)}
    with watched(MODULES) as reached:
        for name, file in STACKS.items():
            reached.clear()
            told(file)
            for site in reached:
                found[site].append(name)
    return found


def test_there_are_a_hundred_bad_stacks_and_each_is_told_something() -> None:
    assert len(STACKS) >= 100
    assert [name for name, file in STACKS.items() if not EXPECTED[name] or told(file) != _told_now(name)] == []


def test_every_refusal_has_a_bad_stack() -> None:
    assert [str(site) for site, names in met().items() if not names] == []


@pytest.mark.parametrize("site", sites(MODULES), ids=str)
def test_without_a_refusal_a_bad_stack_is_told_something_else(site: Site) -> None:
    names = met()[site]
    with without(site):
        assert any(_told_or_broken(STACKS[name]) != _told_now(name) for name in names)


@cache
def _told_now(name: str) -> str:
    """What a bad stack is told, as the expectations have it."""
    return str(SpecError(Problem(place=f"{name}.yaml", **problem) for problem in EXPECTED[name]))  # pyright: ignore[reportArgumentType]  # read from YAML


def _told_or_broken(file: Path) -> str:
    try:
        return told(file)
    except (AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        return f"it breaks: {error!r}"
