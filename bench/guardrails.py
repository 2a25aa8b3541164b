"""The guardrails by themselves: inside the pack, and as a scan of files against other scanners."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, cast

import yaml

from bench import peers
from bench.measure import Figure, compare
from tests.support.workbench import CHECKOUT
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.objects import token
from toolchain.home import Home

FILES = 500
MANY_DOCUMENTS = 100_000
FEW_DOCUMENTS = 10_000
ROUNDS = 200


def catalogue(_scratch: Path, runs: int) -> Iterator[Figure]:
    """What the whole catalogue costs inside the pack, for each resource, as the engine asks: against a millisecond."""
    analyzer = Analyzer({"workloads": {"enforcementLevel": "mandatory", "profiles": ["restricted", "production"]}})
    text = Path(__file__).with_name("manifest.yaml").read_text("utf-8")
    bodies = cast("list[dict[str, Any]]", list(yaml.safe_load_all(text)))
    requests = [analyzer.request(token(body), body) for body in bodies]

    def once() -> float:
        began = time.process_time()
        for _ in range(ROUNDS):
            for request in requests:
                analyzer.answer(request)
        return (time.process_time() - began) / ROUNDS / len(requests)

    once()
    seconds = median(once() for _ in range(runs))
    yield Figure("catalogue, each resource (CPU)", seconds, 0.001, "one millisecond", seconds / 0.001, 1.0)


def scan(scratch: Path, runs: int) -> Iterator[Figure]:
    """A scan of 500 files with 1,000 documents against kube-score and checkov; memory when documents grow."""
    home = Home.from_environment()
    print(f"· against {peers.versions(home)}", file=sys.stderr, flush=True)
    folder = peers.manifests(scratch / "files", FILES)
    names = sorted(map(str, folder.iterdir()))
    ours = [sys.executable, "-m", "policies", "scan", str(folder)]
    name = f"scan of {FILES} files"
    yield compare(
        name,
        lambda: seconds(ours),
        lambda: seconds([*peers.kube_score(home), *names]),
        f"kube-score {peers.KUBE_SCORE}",
        1.0,
        runs,
    )
    slow = compare(
        "the same",
        lambda: seconds([*peers.checkov(home), str(folder)]),
        lambda: seconds(ours),
        "",
        None,
        max(1, runs // 2),
    )
    against = f"checkov {peers.CHECKOV}"
    yield Figure("the same", slow.peer, slow.ours, against, slow.ratio, 15.0, higher_is_better=True)


def memory(scratch: Path, _runs: int) -> Iterator[Figure]:
    """The memory of a scan of 100,000 documents against that of 10,000: without, and with rules that join objects."""
    many = peers.manifests(scratch / "many", MANY_DOCUMENTS // 2)
    few = peers.manifests(scratch / "few", FEW_DOCUMENTS // 2)
    for what, profile, aim in (("rules over one object", "restricted", 1.5), ("and joins", "production", None)):
        command = [sys.executable, "-m", "policies", "scan", "--profile", profile]
        high, low = (megabytes([*command, str(folder)]) for folder in (many, few))
        name = f"memory, {MANY_DOCUMENTS} documents, {what}"
        yield Figure(name, high, low, f"{FEW_DOCUMENTS} documents", high / low, aim, unit="MB")


def seconds(command: list[str]) -> float:
    """How long a scanner takes; it may find something, and then says so by its exit code."""
    return _measured(command)[0]


def megabytes(command: list[str]) -> float:
    """The most memory that a process of a scanner has at a time."""
    return _measured(command)[1]


def _measured(command: list[str]) -> tuple[float, float]:
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - began, usage.ru_maxrss / 1024
