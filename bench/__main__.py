"""`make bench`: the speed aims, each figure against a peer measured in the same run."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench import guardrails
from bench.measure import Figure, compare, in_turn, table
from bench.stage import EMPTY_PACK, OWN_PACK, own, own_environment, peer
from tests.support.workbench import Workbench, copy_checkout
from toolchain import install, registry, services
from toolchain.home import Home
from toolchain.progress import Progress


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


def unchanged(scratch: Path, runs: int) -> Iterator[Figure]:
    """`make up` of a stack in which nothing changed, against five seconds."""
    workbench = copy_checkout(scratch / "unchanged")
    up(workbench)
    seconds = median(timed(lambda: up(workbench)) for _ in range(runs))
    yield Figure("unchanged up", seconds, 5.0, "five seconds", seconds / 5.0, 1.0)


def rebuild(scratch: Path, runs: int) -> Iterator[Figure]:
    """A build after a change of one source file, against the same build without any cache."""
    if services.kind(Home.from_environment()) == "docker":
        print(
            "· left out: `rebuild` asks the embedded BuildKit, and Docker runs the services here; "
            "SLIPWAY_SERVICES=embedded runs them without it",
            file=sys.stderr,
            flush=True,
        )
        return
    workbench = copy_checkout(scratch / "rebuild")
    up(workbench)
    with_cache, without = in_turn(
        lambda: build_after_change(workbench), lambda: build_without_cache(workbench), max(2, runs // 2)
    )
    ratio = median(cold / warm for warm, cold in zip(with_cache, without, strict=True))
    yield Figure(
        "build after a source change",
        median(with_cache),
        median(without),
        "the build without cache",
        ratio,
        10.0,
        higher_is_better=True,
    )


def build(workbench: Workbench, *flags: str) -> float:
    """Build and push the Python API with BuildKit's own client, as the component does."""
    environment = workbench.environment()
    home = Home(Path(environment["SLIPWAY_HOME"]))
    buildctl = install.ensure(["buildctl"], home, Progress())["buildctl"]
    certificates = environment.get("SSL_CERT_FILE")
    secret = ["--secret", f"id=ca-bundle,src={certificates}"] if certificates else []
    command = [
        str(buildctl), "--addr", f"unix://{home.buildkit_socket}", "build", "--frontend", "dockerfile.v0",
        "--local", "context=images/python-api", "--local", "dockerfile=images/python-api",
        "--opt", "build-arg:SOURCE_DATE_EPOCH=0", *secret, *flags,
        "--output", f"type=image,name={registry.address()}/bench/python-api,push=true,rewrite-timestamp=true",
    ]  # fmt: skip
    return timed(lambda: succeed(workbench, command, environment))


def build_after_change(workbench: Workbench) -> float:
    """Change one source file and build."""
    source = workbench.folder / "images" / "python-api" / "src" / "python_api" / "__init__.py"
    source.write_text(f'{source.read_text()}\nMARK = "{time.monotonic_ns()}"\n')
    return build(workbench)


def build_without_cache(workbench: Workbench) -> float:
    """Build everything again, as a machine that never built it would: the cache mounts are emptied, too."""
    socket = Home(Path(workbench.environment()["SLIPWAY_HOME"])).buildkit_socket
    empty = ["buildctl", "--addr", f"unix://{socket}", "prune", "--filter", "type==exec.cachemount"]
    succeed(workbench, empty, workbench.environment())
    return build(workbench, "--no-cache")


def up(workbench: Workbench) -> None:
    """Bring the copy's dev stack up."""
    done = workbench.slipway("up", "--stack", "dev")
    if done.code != 0:
        raise RuntimeError(done.text[-3000:])


def succeed(workbench: Workbench, command: list[str], environment: dict[str, str]) -> None:
    """Run a command that must not fail."""
    done = workbench.run(command, environment)
    if done.code != 0:
        raise RuntimeError(done.text[-3000:])


def timed(action: Callable[[], object]) -> float:
    """The seconds that an action takes."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


BENCHMARKS: dict[str, Callable[[Path, int], Iterator[Figure]]] = {
    "program": program,
    "policies": policies,
    "catalogue": guardrails.catalogue,
    "scan": guardrails.scan,
    "memory": guardrails.memory,
    "unchanged": unchanged,
    "rebuild": rebuild,
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
