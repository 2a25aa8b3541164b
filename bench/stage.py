"""Where benchmarks run: a private copy of the checkout for slipway's own program, and plain projects for its peers."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.workbench import CHECKOUT, Workbench, copy_checkout

PROGRAMS = CHECKOUT / "bench" / "programs"
EMPTY_PACK = CHECKOUT / "bench" / "packs" / "empty"
OWN_PACK = CHECKOUT / "policies" / "packs" / "production"

CPU_REPORT = """

import atexit as _atexit, os as _os, pathlib as _pathlib, time as _time  # the benchmark's own lines

_atexit.register(lambda: _pathlib.Path(_os.environ["BENCH_CPU"]).write_text(str(_time.process_time())))
"""
"""Added to the end of a program under measurement: its own processor time, in seconds, when it ends."""

WORKLOADS = 100


@dataclass(frozen=True)
class Project:
    """A Pulumi project and the environment in which the plain CLI runs it."""

    folder: Path
    stack: str
    environment: dict[str, str]

    def pulumi(self, *arguments: str, **extra: str) -> float:
        """Run the CLI and return the seconds it took.

        Raises:
            RuntimeError: it failed; the message is what it printed.
        """
        began = time.monotonic()
        done = subprocess.run(
            ["pulumi", *arguments, "--stack", self.stack, "--non-interactive"],
            cwd=self.folder,
            env=self.environment | extra,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - began
        if done.returncode != 0:
            raise RuntimeError(f"pulumi {' '.join(arguments)} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return seconds

    def program_cpu(self, *arguments: str, **extra: str) -> float:
        """Run the CLI and return the processor seconds of the program alone."""
        report = self.folder / "cpu"
        self.pulumi(*arguments, BENCH_CPU=str(report), **extra)
        return float(report.read_text())

    def rendered(self) -> dict[str, str]:
        """The manifests that the project rendered: file name → text."""
        return {path.name: path.read_text() for path in Path(self.environment["BENCH_RENDERED"]).rglob("*.yaml")}


def own_environment(workbench: Workbench) -> dict[str, str]:
    """The environment of plain `pulumi` in the copy, without the policy pack: each benchmark names its own."""
    environment = workbench.environment()
    return {name: value for name, value in environment.items() if not name.startswith("PULUMI_OPTION_")}


def peer(name: str, scratch: Path, environment: dict[str, str]) -> Project:
    """A copy of one of `bench/programs`, with a state of its own and an empty stack."""
    folder = scratch / name
    shutil.copytree(PROGRAMS / name, folder)
    settings = folder / "Pulumi.yaml"
    settings.write_text(settings.read_text().replace("../../../.venv", str(CHECKOUT / ".venv")))
    state = folder / "state"
    state.mkdir()
    own = {"PULUMI_BACKEND_URL": state.as_uri(), "BENCH_RENDERED": str(folder / "rendered")}
    project = Project(folder, "dev", environment | own)
    _init(project)
    with (folder / "__main__.py").open("a") as program:
        program.write(CPU_REPORT)
    return project


def _init(project: Project) -> None:
    subprocess.run(
        ["pulumi", "stack", "init", project.stack, "--non-interactive"],
        cwd=project.folder,
        env=project.environment,
        capture_output=True,
        check=True,
    )


def _on_gpus(index: int, pools: int) -> dict[str, Any]:
    return {"gpu": {"whole": {"count": 1, "product": f"GPU-{index % pools}"}}} if pools else {}


def _pool(index: int) -> dict[str, Any]:
    return {"nodes": 8, "cpu": "32", "memory": "128Gi", "gpus": {"count": 1, "product": f"GPU-{index}"}}


def own(scratch: Path, workloads: int = WORKLOADS, pools: int = 0) -> tuple[Workbench, Project]:
    """A copy of the checkout whose dev stack has so many workloads of an external image.

    Args:
        scratch: where the copy goes.
        workloads: how many there are.
        pools: pools of nodes with GPUs of their own, among which the workloads are divided; none for workloads without.
    """
    workbench = copy_checkout(scratch / "own")
    stack = workbench.stack_file()
    config = stack["config"]
    config["slipway:environment"]["namespace"] = "bench"
    config["slipway:environment"]["quota"] = {
        "requests": {"cpu": "200", "memory": "400Gi"},
        "limits": {"cpu": "400", "memory": "800Gi"},
        "pods": 2000,
    }
    image = {
        "external": {
            "reference": f"127.0.0.1:5001/bench/app@sha256:{'0' * 64}",
            "reason": "a benchmark renders it and never runs it",
        }
    }
    workload = config["slipway:workloads"]["python-api"] | {
        "image": image,
        "network": {"allowFrom": [{"namespace": "bench"}]},
    }
    names = [f"app-{number:03}" for number in range(workloads)]
    config["slipway:workloads"] = {name: workload | _on_gpus(index, pools) for index, name in enumerate(names)}
    if pools:
        config["slipway:environment"]["quota"]["gpus"] = workloads
        config["slipway:fleet"] = {"pools": {f"pool-{index:02}": _pool(index) for index in range(pools)}}
    workbench.write_stack_file(stack)
    with (workbench.folder / "__main__.py").open("a") as program:
        program.write(CPU_REPORT)
    rendered_to = {"BENCH_RENDERED": str(workbench.folder / ".rendered" / "dev")}
    project = Project(workbench.folder, "dev", own_environment(workbench) | rendered_to)
    return workbench, project
