"""A workload in its environment: pods of one verified image, with all that belongs to them."""

from collections.abc import Iterable, Sequence

import pulumi

from components.apply import apply
from components.backup import Saving
from components.environment import Environment
from components.manifests.autoscaler import autoscaler
from components.manifests.backup import sidecar, with_way_out
from components.manifests.config_map import config_map
from components.manifests.deployment import deployment
from components.manifests.job import job, job_claims
from components.manifests.manifest import Manifest
from components.manifests.network_policy import network_policy
from components.manifests.pod_disruption_budget import pod_disruption_budget
from components.manifests.resource_claim import resource_claim_template
from components.manifests.service import address, service
from components.manifests.service_account import service_account
from components.manifests.stateful_set import stateful_set
from components.manifests.waivers import waived
from components.secret_files import SecretFiles
from components.spec.profiles import NO_PROFILES, OwnProfiles
from components.spec.workload import Workload as WorkloadSpec
from components.verified_image import VerifiedImage


class Workload(pulumi.ComponentResource):
    """Deployment, StatefulSet, Job or CronJob; Service, account, network policy, ConfigMap, claims, budget, autoscaler.

    Attributes:
        spec: its description.
        address: the URL at which other pods reach it, or None for one that serves nothing.
        ready: what exists once it answers, or has ended well: for those that depend on it.
    """

    address: str | None
    ready: Sequence[pulumi.Resource]

    def __init__(
        self,
        name: str,
        spec: WorkloadSpec,
        environment: Environment,
        image: VerifiedImage,
        secrets: SecretFiles,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
        saving: Saving | None = None,
        profiles: OwnProfiles = NO_PROFILES,
    ) -> None:
        """Declares the workload.

        Args:
            name: the workload's name, and that of its objects.
            spec: its description.
            environment: where it runs.
            image: what it runs.
            secrets: where the secrets it names are.
            after: what must be ready before its pods start.
            opts: Pulumi's options; give the Kubernetes provider here.
            saving: what saves its volumes, if something does.
            profiles: its own, if it has some.
        """
        super().__init__("slipway:index:Workload", name, {}, opts)
        self.spec, where = spec, environment.spec
        self.address = address(where, name, spec)
        before = {
            "account": service_account(where, name, spec, pulls_with_secret=environment.pulls_with_secret),
            "network": network_policy(where, name, with_way_out(saving.spec, spec) if saving else spec),
            "config": config_map(where, name, spec),
            "gpu": resource_claim_template(where, name, spec),
            **{f"volume-{volume}": claim for volume, claim in job_claims(where, name, spec).items()},
        }
        needed = [
            apply(f"{name}-{role}", waived(manifest, spec), self, after=[environment.namespace])
            for role, manifest in before.items()
            if manifest is not None
        ]
        pods = apply(
            name,
            waived(self._pods(name, environment, image, secrets, saving, profiles), spec),
            self,
            after=[*environment.ready, *after, *needed, *(secrets.resources[each] for each in _secrets(spec, saving))],
            timeout_seconds=spec.times.rollout,
        )
        beside = {
            "service": service(where, name, spec),
            "budget": pod_disruption_budget(where, name, spec),
            "autoscaler": autoscaler(where, name, spec),
        }
        # A Service is ready once a pod answers behind it, and an autoscaler once its Deployment exists.
        behind = [
            apply(f"{name}-{role}", waived(manifest, spec), self, after=[pods])
            for role, manifest in beside.items()
            if manifest is not None
        ]
        self.ready = [pods, *behind]
        self.register_outputs({"address": self.address, "image": image.reference})

    def _pods(
        self,
        name: str,
        environment: Environment,
        image: VerifiedImage,
        secrets: SecretFiles,
        saving: Saving | None,
        profiles: OwnProfiles,
    ) -> Manifest:
        """What makes its pods."""
        spec, where = self.spec, environment.spec
        if spec.job:
            return job(where, name, spec, spec.job, image.reference, secrets.objects, profiles)
        if not spec.volumes:
            return deployment(where, name, spec, image.reference, secrets.objects, profiles)
        beside = sidecar(where, saving.spec, name, spec, saving.image.reference, secrets.objects) if saving else None
        return stateful_set(where, name, spec, image.reference, secrets.objects, beside, profiles)


def _secrets(spec: WorkloadSpec, saving: Saving | None) -> Iterable[str]:
    """The secrets that its pods mount."""
    return dict.fromkeys((*spec.secrets, *(saving.spec.secrets if saving else ())))
