"""The user's Docker engine, where there is one: it runs the registry and BuildKit instead of the embedded ones.

slipway's own Docker host (`toolchain.docker_host`) is never meant here, also where `DOCKER_HOST` names it.
"""

import base64
import contextlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence

from toolchain import buildkit, processes, registry
from toolchain.commands import output_of
from toolchain.errors import ToolchainError
from toolchain.home import DOCKER_SOCKET, Home
from toolchain.progress import Progress
from toolchain.waiting import wait_until

REGISTRY_IMAGE = "registry:2.8.3"
REGISTRY_CONTAINER = "slipway-registry"
BUILDER_CONTAINER = f"buildx_buildkit_{buildkit.BUILDER}0"
"""The name that the docker-container driver gives the builder's container."""

DEFAULT_ENDPOINT = "unix:///var/run/docker.sock"
MEND = "see what `docker info` says, then run again"


HOST_VARIABLE = "DOCKER_HOST"


def works() -> bool:
    """Whether a Docker engine of the user's answers; the client alone is not enough."""
    return bool(_asked(["docker", "version", "--format", "{{.Server.Version}}"]))


def works_here() -> bool:
    """Whether a Docker engine of the user's answers that runs on this machine: its loopback address is this one's."""
    return endpoint().startswith(LOCAL) and works()


LOCAL = ("unix://", "npipe://")
"""How the addresses of engines begin that are on this machine, or in a virtual machine of it."""


def call(arguments: Sequence[str], seconds: float) -> subprocess.CompletedProcess[str]:
    """A call of the client; never raises for its exit code.

    Raises:
        TimeoutExpired: it did not end in time.
    """
    command = ["docker", *arguments]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=seconds,
        env=users_own(os.environ),
    )


def remove_trial(name: str) -> None:
    """Removes the container, the network and the image of a trial, as far as there are any, and an engine."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        for removal in (("rm", "--force", "--volumes"), ("network", "rm"), ("image", "rm", "--force")):
            call((*removal, name), REMOVAL_S)


REMOVAL_S = 60.0


def users_own(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without a `DOCKER_HOST` that names slipway's own Docker host, as `slipway env` sets it."""
    ours = environ.get(HOST_VARIABLE, "").endswith(f"/{DOCKER_SOCKET}")
    return {name: value for name, value in environ.items() if not (ours and name == HOST_VARIABLE)}


def _asked(command: list[str]) -> str:
    return (output_of(command, environ=users_own(os.environ)) or "").strip()


def run_registry_command() -> list[str]:
    """The call that makes the registry's container; its images live in a volume that outlives it."""
    return [
        "docker",
        "run",
        "--detach",
        "--name",
        REGISTRY_CONTAINER,
        "--publish",
        f"{registry.address()}:5000",
        "--volume",
        f"{REGISTRY_CONTAINER}:/var/lib/registry",
        "--env",
        "REGISTRY_STORAGE_DELETE_ENABLED=true",
        REGISTRY_IMAGE,
    ]


def stop_commands() -> list[list[str]]:
    """The calls that end both containers; images and build cache stay in their volumes."""
    return [["docker", "rm", "--force", name] for name in (BUILDER_CONTAINER, REGISTRY_CONTAINER)]


def builder_instance(endpoint: str) -> str:
    """The builder's description: the docker-build provider starts its container when it first builds."""
    content = json.loads(buildkit.instance(endpoint, "docker-container", {"network": "host"}))
    configuration = f'[registry."{registry.address()}"]\nhttp = true\n'
    content["Nodes"][0]["Files"] = {"buildkitd.toml": base64.b64encode(configuration.encode()).decode()}
    return json.dumps(content)


def endpoint() -> str:
    """Where the engine of the user's current context listens."""
    return _asked(["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]) or DEFAULT_ENDPOINT


def start(home: Home, progress: Progress) -> None:
    """Start the registry's container unless it answers, and describe the builder.

    Raises:
        ToolchainError: The engine refuses, or the port is taken.
    """
    buildkit.describe(home, builder_instance(endpoint()))
    if runs_registry() and registry.answers():
        return
    with progress.step("starting the registry in Docker"):
        _call(["docker", "rm", "--force", REGISTRY_CONTAINER])
        _call(run_registry_command())
        if not wait_until(registry.answers, processes.READY_TIMEOUT_S):
            raise ToolchainError(f"the registry in Docker does not answer at {registry.address()}", MEND)


def stop() -> bool:
    """End both containers. Whether the registry was running."""
    was = runs_registry()
    if was:
        for command in stop_commands():
            _call(command)
    return was


def runs_registry() -> bool:
    """Whether the registry's container is running."""
    return _asked(["docker", "inspect", "--format", "{{.State.Running}}", REGISTRY_CONTAINER]) == "true"


def _call(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=users_own(os.environ))
    if done.returncode != 0 and "No such container" not in done.stderr:
        raise ToolchainError(f"`{' '.join(command)}` failed: {done.stderr.strip()}", MEND)
