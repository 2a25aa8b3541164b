"""A workload on a Docker host: a container of one verified image, with all that belongs to it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi

from components.docker_apply import docker_apply
from components.docker_environment import DockerEnvironment
from components.docker_image import DockerImage
from components.kept_files import KeptFiles
from components.manifests.docker_container import docker_container
from components.manifests.docker_files import docker_files, kept_files
from components.manifests.docker_network import attachments
from components.manifests.docker_volume import config_volume, data_volumes, secrets_volume, store_volume
from components.manifests.names import content_suffix
from components.process_limit import ProcessLimit
from components.secret_values import SecretValue
from components.spec.environment import Environment
from components.spec.workload import Workload
from components.verified_image import VerifiedImage


class DockerWorkload(pulumi.ComponentResource):
    """Container and image; volumes for what it keeps; where asked for, a container that brings its secrets and files.

    Attributes:
        address: the URL at which programs of the host reach it, or else other workloads; None if nobody does.
        ready: what exists once it is healthy: for those that depend on it.
    """

    address: str | None
    ready: Sequence[pulumi.Resource]

    def __init__(
        self,
        name: str,
        spec: Workload,
        environment: DockerEnvironment,
        image: VerifiedImage,
        keeper: DockerImage | None,
        secrets: Mapping[str, SecretValue],
        project: Path,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
        mounts: Sequence[Mapping[str, Any]] = (),
        seccomp: str | None = None,
    ) -> None:
        """Declares the workload.

        Args:
            name: the workload's name.
            spec: its description.
            environment: where it runs.
            image: what it runs.
            keeper: what brings its secrets and files; needed if it has some.
            secrets: the values of the secrets it names.
            project: the folder that its source is below.
            after: what must be healthy before it starts.
            opts: Pulumi's options; give the Docker provider here.
            mounts: what it sees of others'.
            seccomp: the text of its seccomp profile, if it has one of its own.
        """
        super().__init__("slipway:index:DockerWorkload", name, {}, opts)
        where, target = environment.spec, environment.target
        self.address = docker_address(where, name, spec)
        kept = [docker_apply(f"{name}-{role}", volume, self) for role, volume in _volumes(where, name, spec).items()]
        files = docker_files(where, name, spec, keeper.number if keeper else None, target)
        brought: list[pulumi.Resource] = []
        if files:
            folders = kept_files(spec, {each: secrets[each].value for each in spec.secrets})
            holder = docker_apply(f"{name}-files", files, self, after=kept)
            parent = pulumi.ResourceOptions(parent=self)
            brought.append(KeptFiles(f"{name}-kept", holder.id, folders, target.host, parent))
        networks = attachments(where, environment.workloads, name)
        container = docker_container(
            where,
            name,
            spec,
            DockerImage(name, image, pulumi.ResourceOptions(parent=self)).number,
            networks,
            target,
            files=_fingerprint(spec, secrets),
            seccomp=seccomp,
            source=str(project / spec.live_reload.folder) if spec.live_reload else None,
            others=mounts,
        )
        met = [environment.networks[each.role] for each in networks]
        runs = docker_apply(name, container, self, after=[*met, *kept, *brought, *after])
        opts = pulumi.ResourceOptions(parent=self)
        self.ready = [runs, ProcessLimit(f"{name}-processes", runs.id, spec.most_processes, target.host, opts)]
        self.register_outputs({"address": self.address, "image": image.reference})


def docker_address(environment: Environment, name: str, workload: Workload) -> str | None:
    """The URL of a workload: on the host if its main port is published, else among the workloads that it lets in."""
    if workload.port is None:
        return None
    published = next((each for each in workload.publish if each.port == workload.port), None)
    if published:
        return f"http://127.0.0.1:{published.on_host}"
    return f"http://{name}.{environment.namespace}.svc.cluster.local:{workload.port}"


def _volumes(environment: Environment, name: str, workload: Workload) -> dict[str, dict[str, object]]:
    found = {
        **{f"volume-{role}": volume for role, volume in data_volumes(environment, name, workload).items()},
        "store": store_volume(environment, name, workload),
        "secrets": secrets_volume(environment, name, workload),
        "config": config_volume(environment, name, workload),
    }
    return {role: volume for role, volume in found.items() if volume is not None}


def _fingerprint(workload: Workload, secrets: Mapping[str, SecretValue]) -> pulumi.Input[str] | None:
    """What changes with a secret or a file of the workload."""
    if not workload.secrets and workload.config_files is None:
        return None
    files = content_suffix(workload.config_files.files if workload.config_files else {})
    return pulumi.Output.concat(files, *(part for each in workload.secrets for part in ("-", secrets[each].suffix)))
