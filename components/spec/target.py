"""Where manifests go: into a folder, to a cluster, or to a Docker host."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.spec.base import Spec
from components.spec.refusal import Refusal, refused
from components.spec.values import ProjectPath


class RenderTarget(Spec):
    """Manifests are written to a folder; no cluster is needed. Rendered Secrets are in clear: keep the folder private."""

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
    """The kubeconfig file; left out, `KUBECONFIG` or `~/.kube/config`."""


class DockerTarget(Spec):
    """One Docker host. Named so that the refusal is a sentence; not built yet."""

    kind: Literal["docker"]
    """`docker`."""

    host: str | None = None
    """The Docker host."""


def _built(target: "RenderTarget | KubernetesTarget | DockerTarget") -> "RenderTarget | KubernetesTarget":
    if isinstance(target, DockerTarget):
        raise refused(
            Refusal(
                at=("kind",),
                found="'docker'",
                allowed="`render` or `kubernetes`: the docker target is not built yet",
                mend="use `kind: render` with a `folder`, or `kind: kubernetes` with a `context`",
            )
        )
    return target


Target = Annotated[RenderTarget | KubernetesTarget | DockerTarget, Field(discriminator="kind"), AfterValidator(_built)]
"""Where manifests go; `kind` decides."""
