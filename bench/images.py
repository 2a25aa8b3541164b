"""Images: what a build costs with and without what this project does for it, and how large its images are."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from statistics import median

from bench.measure import Figure, compare, in_turn, timed
from tests.support.workbench import Workbench, copy_checkout
from toolchain import gobuild, install, registry, services
from toolchain.distribution import Remote
from toolchain.home import Home
from toolchain.progress import Progress

PYTHON_API = "images/python-api"
BUILT_IN = {"python-api": "builder", "rust-service": "builder", "mcp-server": "builder"}
"""Services, and the stages of their Dockerfiles that build them."""
SERVICES = 5
MEGABYTE = 1_000_000


def sizes(scratch: Path, _runs: int) -> Iterator[Figure]:
    """Services as they are built, against the stage that builds them: what they are in one stage, tools and all."""
    if left_out("sizes"):
        return
    workbench = copy_checkout(scratch / "sizes", whole=True)
    declare(workbench, {name: f"images/{name}" for name in BUILT_IN})
    up(workbench)
    for name, stage in BUILT_IN.items():
        folder = f"images/{name}"
        build(workbench, name=name, folder=folder)
        build(workbench, "--opt", f"target={stage}", name=f"{name}-in-one-stage", folder=folder)
        ours, single = megabytes(name), megabytes(f"{name}-in-one-stage")
        yield Figure(f"image of {name}", ours, single, "the same in one stage", ours / single, 0.5, unit="MB")
        yield Figure("the same", ours, 300.0, "300 MB", ours / 300, 1.0, unit="MB")


def rebuild(scratch: Path, runs: int) -> Iterator[Figure]:
    """A build after a change of one source file, against the same build without any cache."""
    if left_out("rebuild"):
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


def install_packages(scratch: Path, runs: int) -> Iterator[Figure]:
    """The Python API's dependencies by uv, as its image installs them, against pip; both with their caches warm."""
    home = Home.from_environment()
    uv, environment = gobuild.uv(home), {"UV_CACHE_DIR": str(home.uv_cache), "UV_LINK_MODE": "copy"}
    workbench = copy_checkout(scratch / "install")
    wanted = scratch / "requirements.txt"
    export = [uv, "export", "--quiet", "--frozen", "--project", PYTHON_API, "--output-file", str(wanted)]
    succeed(workbench, export, environment)

    def fresh() -> str:
        shutil.rmtree(scratch / "venv", ignore_errors=True)
        succeed(workbench, [sys.executable, "-m", "venv", str(scratch / "venv")], environment)
        return str(scratch / "venv" / "bin" / "python")

    def by_uv() -> float:
        command = [uv, "pip", "install", "--quiet", "--python", fresh(), "--requirement", str(wanted)]
        return timed(lambda: succeed(workbench, command, environment))

    def by_pip() -> float:
        command = [fresh(), "-m", "pip", "install", "--quiet", "--requirement", str(wanted)]
        return timed(lambda: succeed(workbench, command, environment))

    by_uv_s, by_pip_s = in_turn(by_uv, by_pip, runs)
    ratio = median(slow / fast for fast, slow in zip(by_uv_s, by_pip_s, strict=True))
    yield Figure("dependencies by uv", median(by_uv_s), median(by_pip_s), "pip", ratio, 10.0, higher_is_better=True)


def parallel(scratch: Path, runs: int) -> Iterator[Figure]:
    """Five services built anew by one `up`, against one build after the other by BuildKit's own client."""
    if left_out("parallel"):
        return
    workbench = copy_checkout(scratch / "parallel")
    names = [f"service-{number}" for number in range(SERVICES)]
    for name in names:
        shutil.copytree(workbench.folder / PYTHON_API, workbench.folder / "images" / name)
    declare(workbench, {name: f"images/{name}" for name in names})
    up(workbench)
    yield compare(
        "five services, built by one up",
        lambda: built_by_up(workbench, names),
        lambda: sum(built_alone(workbench, name) for name in names),
        "the sum of five builds",
        0.60,
        max(2, runs // 2),
    )


def overhead(scratch: Path, runs: int) -> Iterator[Figure]:
    """A whole build as a component's, beyond what an unchanged `up` takes, against BuildKit's own client."""
    if left_out("overhead"):
        return
    workbench = copy_checkout(scratch / "overhead")
    up(workbench)
    yield compare(
        "a build by the component",
        lambda: built_by_up(workbench, ["python-api"]),
        lambda: built_alone(workbench, "python-api"),
        "buildctl",
        1.10,
        runs,
    )


def unchanged(scratch: Path, runs: int) -> Iterator[Figure]:
    """`make up` of a stack in which nothing changed, against five seconds."""
    workbench = copy_checkout(scratch / "unchanged")
    up(workbench)
    seconds = median(timed(lambda: up(workbench)) for _ in range(runs))
    yield Figure("unchanged up", seconds, 5.0, "five seconds", seconds / 5.0, 1.0)


def left_out(name: str) -> bool:
    """Whether Docker runs the services: then there is no BuildKit to ask directly, and the person is told."""
    if services.kind(Home.from_environment()) != "docker":
        return False
    print(
        f"· left out: `{name}` asks the embedded BuildKit, and Docker runs the services here; "
        "SLIPWAY_SERVICES=embedded runs them without it",
        file=sys.stderr,
        flush=True,
    )
    return True


def build(workbench: Workbench, *flags: str, name: str = "python-api", folder: str = PYTHON_API) -> float:
    """Build and push an image with BuildKit's own client, as the component does; the seconds that it took."""
    environment = workbench.environment()
    home = Home(Path(environment["SLIPWAY_HOME"]))
    buildctl = install.ensure(["buildctl"], home, Progress())["buildctl"]
    certificates = environment.get("SSL_CERT_FILE")
    secret = ["--secret", f"id=ca-bundle,src={certificates}"] if certificates else []
    command = [
        str(buildctl), "--addr", f"unix://{home.buildkit_socket}", "build", "--frontend", "dockerfile.v0",
        "--local", f"context={folder}", "--local", f"dockerfile={folder}",
        "--opt", "build-arg:SOURCE_DATE_EPOCH=0", *secret, *flags,
        "--output", f"type=image,name={registry.address()}/bench/{name},push=true,rewrite-timestamp=true",
    ]  # fmt: skip
    return timed(lambda: succeed(workbench, command, environment))


def build_after_change(workbench: Workbench) -> float:
    """Change one source file and build."""
    source = workbench.folder / PYTHON_API / "src" / "python_api" / "__init__.py"
    source.write_text(f'{source.read_text()}\nMARK = "{time.monotonic_ns()}"\n')
    return build(workbench)


def build_without_cache(workbench: Workbench) -> float:
    """Build everything again, as a machine that never built it would: the cache mounts are emptied, too."""
    socket = Home(Path(workbench.environment()["SLIPWAY_HOME"])).buildkit_socket
    empty = ["buildctl", "--addr", f"unix://{socket}", "prune", "--filter", "type==exec.cachemount"]
    succeed(workbench, empty, workbench.environment())
    return build(workbench, "--no-cache")


def built_by_up(workbench: Workbench, names: list[str]) -> float:
    """The seconds that an `up` takes longer for building these images whole."""
    still = timed(lambda: up(workbench))
    for name in names:
        make_stale(workbench.folder / "images" / name / "Dockerfile")
    return timed(lambda: up(workbench)) - still


def built_alone(workbench: Workbench, name: str) -> float:
    """The seconds that BuildKit's own client takes for building an image whole."""
    folder = f"images/{name}"
    make_stale(workbench.folder / folder / "Dockerfile")
    return build(workbench, name=name, folder=folder)


def make_stale(dockerfile: Path) -> None:
    """Let no step of a build be taken from the cache; what package managers keep stays."""
    text = re.sub(r"\nARG STALE=\d+", "", dockerfile.read_text())
    dockerfile.write_text(re.sub(r"(?m)^(FROM .*)$", rf"\1\nARG STALE={time.monotonic_ns()}", text))


def declare(workbench: Workbench, folders: Mapping[str, str]) -> None:
    """Let the dev stack have workloads like the Python API, each built from a folder of its own, and nothing else."""
    content = workbench.stack_file()
    config = content["config"]
    for gone in ("slipway:bases", "slipway:supplyChain"):
        config.pop(gone, None)
    workload = config["slipway:workloads"]["python-api"]
    config["slipway:workloads"] = {
        name: {**workload, "image": {"build": {"folder": folder}}} for name, folder in folders.items()
    }
    workbench.write_stack_file(content)


def megabytes(name: str) -> float:
    """The size of a benchmark's image in the registry: its layers, compressed."""
    content = Remote(registry.address(), insecure=True).manifest(f"bench/{name}", "latest")
    if content is None:
        raise RuntimeError(f"bench/{name} is not in the registry")
    return sum(layer["size"] for layer in content.parsed["layers"]) / MEGABYTE


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


BENCHMARKS: dict[str, Callable[[Path, int], Iterator[Figure]]] = {
    "unchanged": unchanged,
    "rebuild": rebuild,
    "install": install_packages,
    "sizes": sizes,
    "parallel": parallel,
    "overhead": overhead,
}
