"""The environment: what a namespace is for, whose it is, and how much it may use."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.base import Items, Spec
from components.spec.checked import Checked, Checks
from components.spec.defaults import PodSecurity, Tier
from components.spec.docker_host import ComposeProfile
from components.spec.refusal import Refusal
from components.spec.values import Cpu, LabelValue, Memory, NamespaceName, Seconds

RESERVED_NAMESPACES = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
"""Namespaces that every cluster has; nothing that can be taken down as a whole belongs there."""


class QuotaAmounts(Spec):
    """Processor time and memory that all pods of the namespace share."""

    cpu: Annotated[Cpu, Field(examples=["8"])]
    """Cores, all pods together."""

    memory: Annotated[Memory, Field(examples=["16Gi"])]
    """Memory, all pods together."""


class Quota(Spec):
    """The most that a namespace may use; the workloads must fit at their peak, rollouts included."""

    requests: QuotaAmounts
    """What pods may reserve."""

    limits: QuotaAmounts
    """What pods may reach."""

    pods: Annotated[int, Field(ge=1, le=10_000, examples=[20])]
    """How many pods may exist."""

    gpus: Annotated[int, Field(ge=0, le=10_000, examples=[2])] = 0
    """How many NVIDIA GPUs pods may hold."""


class Environment(Checked):
    """One environment: a namespace with its tier, owner and limits."""

    tier: Annotated[Tier, Field(examples=["dev"])]
    """How much the environment matters: `dev`, `staging` or `prod`. Defaults and policies follow from it."""

    namespace: Annotated[NamespaceName, Field(examples=["slipway-dev"])]
    """The Kubernetes namespace; slipway creates it."""

    owner: Annotated[LabelValue, Field(examples=["platform-team"])]
    """The team to ask, as a label on every object."""

    pod_security: PodSecurity = defaults.POD_SECURITY
    """The Pod Security level that the namespace enforces."""

    profiles: Items[ComposeProfile] = ()
    """Groups of workloads that are wanted beside those of the tier, such as `monitoring` and `backup`."""

    quota: Quota | None = None
    """The most that the namespace may use. Required in `staging` and `prod`."""

    job_seconds: Annotated[Seconds, Field(examples=[3600])] | None = None
    """The bound of the job that brings it up, such as `timeout-minutes` of a workflow, in seconds. Left out, nobody
    checks that all rollouts end before it; `slipway capacity` says how long it must be."""

    def checks(self) -> Checks:
        """A namespace of its own; and what a tier above `dev` wants."""
        yield self._own_namespace()
        yield self._quota_given()
        yield self._restricted()

    def _own_namespace(self) -> Iterator[Refusal]:
        if self.namespace in RESERVED_NAMESPACES or self.namespace.startswith("kube-"):
            yield Refusal(
                at=("namespace",),
                found=repr(self.namespace),
                allowed="a namespace of its own, not one that the cluster brings",
                mend="choose a name such as `slipway-dev`",
            )

    def _quota_given(self) -> Iterator[Refusal]:
        if self.tier != "dev" and self.quota is None:
            yield Refusal(
                at=("quota",),
                found="nothing",
                allowed=f"a quota, as every {self.tier} environment has one",
                mend="add `quota:` with `requests`, `limits` and `pods`",
            )

    def _restricted(self) -> Iterator[Refusal]:
        if self.tier != "dev" and self.pod_security != "restricted":
            yield Refusal(
                at=("podSecurity",),
                found=repr(self.pod_security),
                allowed=f"`restricted` in {self.tier}",
                mend="leave `podSecurity` out; what needs more belongs in a namespace of its own",
            )
