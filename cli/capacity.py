"""What a stack needs at its peak and how long its rollouts may take, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.tables import aligned
from components.spec.settings import Settings
from components.spec.timing import deploy_seconds, least_job_seconds


def times(settings: Settings) -> dict[str, dict[str, int]]:
    """Seconds that each workload's start, standstill, rollout and stop may take."""
    chains = {name: workload.times for name, workload in settings.wanted_workloads.items()}
    return {
        name: {"start": chain.startup, "progress": chain.progress, "rollout": chain.rollout, "grace": chain.grace}
        for name, chain in chains.items()
    }


def job_seconds(settings: Settings) -> int:
    """The shortest bound of a job that brings the stack up."""
    runs = settings.wanted_workloads
    chains = {name: workload.times for name, workload in runs.items()}
    return least_job_seconds(deploy_seconds(chains, {name: workload.depends_on for name, workload in runs.items()}))


def capacity_table(found: Mapping[str, Any]) -> str:
    """Pods, GPUs, cores and memory of each workload, of all, and what quota and fleet have."""
    rows = [("workload", "pods", "most", "peak", "GPUs", "cores", "memory")]
    rows += [
        (name, str(each["usual"]), str(each["most"]), str(each["peak"]), *_amounts(each))
        for name, each in found["workloads"].items()
    ]
    rows.append(("all, at the peak", "", "", str(found["peak"]["pods"]), *_amounts(found["peak"])))
    for name in ("quota", "fleet"):
        if found[name]:
            rows.append((name, "", "", str(found[name].get("pods", "")), *_amounts(found[name])))
    return aligned(rows)


def times_table(found: Mapping[str, Mapping[str, int]]) -> str:
    """How long each workload may take to start, to stand still, to roll over and to stop."""
    rows = [("workload", "start", "progress", "rollout", "grace")]
    rows += [(name, *(f"{seconds} s" for seconds in each.values())) for name, each in found.items()]
    return aligned(rows)


def _amounts(found: Mapping[str, Any]) -> tuple[str, str, str]:
    gpus = ", ".join(f"{count} of {resource}" for resource, count in found["gpus"].items())
    return gpus or "-", str(found["cpu"]), str(found["memory"])
