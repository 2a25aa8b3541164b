"""`make bench`: the speed aims, each figure against a peer measured in the same run."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import guardrails, images
from bench.growth import growth
from bench.measure import Figure, compare, table
from bench.stage import EMPTY_PACK, OWN_PACK, own, own_environment, peer
from tests.support.workbench import copy_checkout


def program(scratch: Path, runs: int) -> Iterator[Figure]:
    """A hundred workloads through the components, against the same objects declared by hand: the program's CPU time."""
    _, ours = own(scratch)
    theirs = peer("handwritten", scratch, ours.environment)
    for each in (ours, theirs):
        each.program_cpu("up", "--yes", "--skip-preview")
    unlike = sorted(name for name, text in ours.rendered().items() ^ theirs.rendered().items() if text)
    if unlike:
        raise RuntimeError(f"the two programs do not render the same objects: {unlike[:5]}")
    yield compare(
        "program, 100 workloads (CPU)",
        lambda: ours.program_cpu("preview"),
        lambda: theirs.program_cpu("preview"),
        "the same resources by hand",
        1.10,
        runs,
    )
    flat = peer("handwritten", scratch / "flat", ours.environment)
    yield compare(
        "the same",
        lambda: ours.program_cpu("preview"),
        lambda: flat.program_cpu("preview", BENCH_FLAT="1"),
        "objects alone, without components",
        None,
        runs,
    )


def policies(scratch: Path, runs: int) -> Iterator[Figure]:
    """A preview of 800 objects with the pack, against a pack of one empty policy, and against none."""
    environment = own_environment(copy_checkout(scratch / "copy"))
    objects = peer("objects", scratch, environment)
    objects.environment["BENCH_CPU"] = str(objects.folder / "cpu")
    with_own = ("preview", "--policy-pack", str(OWN_PACK), "--policy-pack-config", str(own_config()))
    with_empty = ("preview", "--policy-pack", str(EMPTY_PACK))
    yield compare(
        "preview of 800 objects with the pack",
        lambda: objects.pulumi(*with_own),
        lambda: objects.pulumi(*with_empty),
        "a pack of one empty policy",
        1.10,
        runs,
    )
    yield compare(
        "the same",
        lambda: objects.pulumi(*with_own),
        lambda: objects.pulumi("preview"),
        "no pack",
        None,
        runs,
    )


def own_config() -> Path:
    """The dev stack's policy configuration."""
    return OWN_PACK.parents[1] / "config" / "dev.json"


BENCHMARKS: dict[str, Callable[[Path, int], Iterator[Figure]]] = {
    "program": program,
    "growth": growth,
    "policies": policies,
    "catalogue": guardrails.catalogue,
    "scan": guardrails.scan,
    "memory": guardrails.memory,
    **images.BENCHMARKS,
}


def main() -> None:
    """Run the benchmarks that were asked for and print their table."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], help="which benchmarks; all by default")
    parser.add_argument("--runs", type=int, default=5, help="pairs measured for each figure (5)")
    arguments = parser.parse_args()
    figures: list[Figure] = []
    for name in arguments.names or BENCHMARKS:
        print(f"· measuring {name}", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="slipway-bench-") as scratch:
            figures += BENCHMARKS[name](Path(scratch), arguments.runs)
    print(table(figures))


if __name__ == "__main__":
    main()
