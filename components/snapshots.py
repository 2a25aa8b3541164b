"""What takes snapshots of the volumes of an environment's workloads, by the clock."""

from collections.abc import Mapping, Sequence

import pulumi

from components.apply import apply
from components.environment import Environment
from components.manifests.network_policy import network_policy
from components.manifests.service_account import service_account
from components.manifests.snapshots import role, role_binding, snapshot_job
from components.spec.snapshots import SNAPSHOTS, snapshot_workload
from components.spec.snapshots import Snapshots as SnapshotsSpec
from components.spec.workload import Workload
from components.verified_image import VerifiedImage


class Snapshots(pulumi.ComponentResource):
    """A CronJob, its account and its rights."""

    def __init__(
        self,
        name: str,
        spec: SnapshotsSpec,
        workloads: Mapping[str, Workload],
        environment: Environment,
        image: VerifiedImage,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares them.

        Args:
            name: the component's name.
            spec: their description.
            workloads: whose volumes they are.
            environment: where they live.
            image: what takes them.
            after: what must exist before.
            opts: Pulumi's options; give the Kubernetes provider here.
        """
        super().__init__("slipway:index:Snapshots", name, {}, opts)
        where, workload = environment.spec, snapshot_workload(spec, workloads)
        before = {
            "account": service_account(where, SNAPSHOTS, None, pulls_with_secret=environment.pulls_with_secret),
            "network": network_policy(where, SNAPSHOTS, workload),
            "role": role(where),
            "role-binding": role_binding(where),
        }
        needed = [
            apply(f"{name}-{each}", manifest, self, after=[environment.namespace]) for each, manifest in before.items()
        ]
        made = snapshot_job(where, workload, image.reference)
        apply(name, made, self, after=[*environment.ready, *after, *needed])
        self.register_outputs({})
