"""Where manifests go: into a folder or to a cluster. A Docker host is meant to follow."""

from collections.abc import Mapping
from typing import Annotated, Literal, cast

from pydantic import BeforeValidator, Field

from components.spec.base import Spec
from components.spec.refusal import Refusal, refused
from components.spec.values import ProjectPath


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
    """The kubeconfig file; left out, `KUBECONFIG` or `~/.kube/config`."""


def _built(target: object) -> object:
    """Says of the Docker target what an unknown kind would not: that it is meant to exist."""
    if isinstance(target, Mapping) and ("kind", "docker") in cast("Mapping[str, object]", target).items():
        raise refused(
            Refusal(
                at=("kind",),
                found="'docker'",
                allowed="`render` or `kubernetes`: the docker target is not built yet",
                mend="use `kind: render` with a `folder`, or `kind: kubernetes` with a `context`",
            )
        )
    return cast("object", target)


Target = Annotated[RenderTarget | KubernetesTarget, Field(discriminator="kind"), BeforeValidator(_built)]
"""Where manifests go; `kind` decides."""
