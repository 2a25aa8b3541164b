"""What only a Docker host wants to know of a workload: published ports, restarts, and live reload in development."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

from components.spec.base import Items, Spec
from components.spec.refusal import Refusal
from components.spec.values import AbsolutePath, Port, ProjectPath

RestartPolicy = Literal["unless-stopped", "always", "on-failure", "no"]
"""When Docker starts a container again that has ended."""

ComposeProfile = Literal["dev", "staging", "prod", "monitoring", "backup"]
"""A group of workloads that is wanted together."""


class PublishedPort(Spec):
    """A port of the workload at an address of the Docker host."""

    port: Annotated[Port, Field(examples=[8000])]
    """The workload's own port."""

    host_port: Annotated[Port, Field(examples=[8080])] | None = None
    """The port of the host; left out, the same."""

    address: Literal["loopback", "all"] = "loopback"
    """Who reaches it: programs on the host only (`loopback`), or the host's networks (`all`)."""

    @property
    def on_host(self) -> int:
        """The port of the host."""
        return self.host_port or self.port

    @property
    def host_address(self) -> str:
        """The address of the host on which it listens."""
        return "127.0.0.1" if self.address == "loopback" else "0.0.0.0"  # noqa: S104  # asked for by name


class LiveReload(Spec):
    """Source of this machine in place of the image's, so that a change is served without a build. In `dev` only."""

    folder: Annotated[ProjectPath, Field(examples=["images/python-api/src"])]
    """The source, below the project; mounted read-only."""

    at: Annotated[AbsolutePath, Field(examples=["/app"])]
    """Where the image has it."""

    command: Annotated[Items[str], Field(min_length=1, examples=[["python", "-m", "python_api.reload"]])]
    """Replaces the image's entrypoint: what starts the service, and starts it again when the source changes."""


def publish_checks(publish: Sequence[PublishedPort], served: Collection[int | None]) -> Iterator[Refusal]:
    """Only ports that the workload serves are published."""
    for index, published in enumerate(publish):
        if published.port not in served:
            yield Refusal(
                at=("publish", index, "port"),
                found=f"{published.port}, which the workload does not serve",
                allowed="its `port`, or one of its `extraPorts`",
                mend="correct it, or add it under `extraPorts`",
            )
