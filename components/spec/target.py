"""Where workloads go: into a folder as manifests, to a cluster, or to one Docker host."""

import re
from typing import Annotated, Literal

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.values import ProjectPath, matching


class RenderTarget(Spec):
    """Manifests are written to a folder; no cluster is needed. Rendered Secrets are in clear: keep it private."""

    kind: Literal["render"]
    """`render`."""

    folder: Annotated[ProjectPath, Field(examples=[".rendered/dev"])]
    """The folder, below the project; emptied of nothing but what slipway wrote."""


class KubernetesTarget(Spec):
    """Manifests are applied to a cluster."""

    kind: Literal["kubernetes"]
    """`kubernetes`."""

    context: Annotated[str, Field(min_length=1, examples=["staging"])]
    """The context of the kubeconfig. Stated, never the current one: an `up` must not depend on the last `kubectl`."""

    kubeconfig: Annotated[str, Field(min_length=1, examples=["~/.kube/config"])] | None = None
    """The kubeconfig file; left out, `KUBECONFIG` or `~/.kube/config`, then that of the cluster slipway started."""


_LOG_SIZE = matching(re.compile("[1-9][0-9]*[kmg]"), 16, "a size in whole `k`, `m` or `g`", "100m")
_ADDRESS = matching(re.compile(r"[A-Za-z0-9.-]+:[0-9]+"), 256, "a host's name and a port", "localhost:24224")
_HOST = matching(
    re.compile(r"(unix|ssh|tcp|npipe)://\S+"),
    1024,
    "an address with `unix://`, `ssh://`, `tcp://` or `npipe://`",
    "ssh://deploy@host",
)
_LABEL = matching(re.compile(r"[A-Za-z0-9_.-]+"), 256, "letters, digits, `_`, `.` and `-`", "docker-default")


class JsonFile(Spec):
    """Log files on the host, changed for new ones when they are full."""

    driver: Literal["json-file"] = "json-file"
    """`json-file`."""

    max_size: Annotated[str, _LOG_SIZE, Field(examples=["100m"])] = defaults.LOG_SIZE
    """Size of one file."""

    max_files: Annotated[int, Field(ge=1, le=1000, examples=[5])] = defaults.LOG_FILES
    """Files of each container."""


class Fluentd(Spec):
    """Logs go to a fluentd, or to what speaks its protocol."""

    driver: Literal["fluentd"]
    """`fluentd`."""

    address: Annotated[str, _ADDRESS, Field(examples=["localhost:24224"])]
    """Where it listens, as the Docker daemon sees it."""


class DockerTarget(Spec):
    """Containers on one Docker host."""

    kind: Literal["docker"]
    """`docker`."""

    host: Annotated[str, _HOST, Field(examples=["ssh://deploy@host"])] | None = None
    """The Docker daemon's address; left out, the one of slipway's own engine, or `DOCKER_HOST`, or Docker's default."""

    logging: Annotated[JsonFile | Fluentd, Field(discriminator="driver")] = JsonFile()
    """Where the output of containers goes."""

    apparmor: Annotated[str, _LABEL, Field(examples=["docker-default"])] | None = None
    """The AppArmor profile; left out, Docker's own `docker-default` where the host has AppArmor."""

    selinux_type: Annotated[str, _LABEL, Field(examples=["container_t"])] | None = None
    """The SELinux type of processes; left out, Docker's own `container_t` where the daemon labels containers."""


Target = Annotated[RenderTarget | KubernetesTarget | DockerTarget, Field(discriminator="kind")]
"""Where workloads go; `kind` decides."""
