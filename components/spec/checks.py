"""What no part of the settings can check alone: names that must exist elsewhere, and the quota that all must fit."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from components.spec import addons, defaults, snapshots
from components.spec import backup as backups
from components.spec.addons import Addons
from components.spec.backup import Backup
from components.spec.bases import base_checks
from components.spec.capacity import demands, quota_checks
from components.spec.environment import Environment
from components.spec.fleet import Fleet
from components.spec.image import BuildImage, Image
from components.spec.monitoring import Monitoring
from components.spec.network import Peer
from components.spec.order import docker_checks, docker_run_checks, order_checks, profile_checks, wanted
from components.spec.placement import fleet_checks
from components.spec.problem import listed, show, suggestion
from components.spec.refusal import Path, Refusal
from components.spec.registry import Registry
from components.spec.secrecy import secret_name, secret_value
from components.spec.secret import Secret
from components.spec.snapshots import Snapshots, own_workloads, snapshot_checks
from components.spec.target import DockerTarget, KubernetesTarget, RenderTarget
from components.spec.timing import job_checks
from components.spec.watching import metrics_checks, names_taken, window_checks
from components.spec.workload import Workload

TAKEN_NAMES: Mapping[str, str] = {
    "default": "every namespace has a service account of this name",
    "default-deny": "it is the environment's network policy",
    addons.KEEPER: "it is the image that brings files to nodes and Docker hosts",
}
"""Names that something of an environment has already, with the reason."""


@dataclass(frozen=True)
class Parts:
    """What is known of the settings: whole, or, while something in them is malformed, the parts that are not.

    Attributes:
        environment: the environment, if well-formed.
        target: the target, if well-formed.
        registry: the registry, if well-formed.
        workloads: the well-formed workloads.
        workload_names: the names of all of them.
        secrets: all secrets by name, None for one that is malformed.
        monitoring: what watches the workloads, if asked for and well-formed.
        bases: all images that others are built on, by name, None for one that is malformed.
        backup: what saves volumes, if asked for and well-formed.
        saves: whether it is asked for.
        fleet: the nodes that there are, if stated and well-formed.
        snapshots: what takes snapshots of volumes, if asked for and well-formed.
        takes: whether it is asked for.
        addons: what runs on the nodes, if asked for and well-formed.
        adds: whether it is asked for.
        verifies: whether images go through `slipway:supplyChain`.
    """

    environment: Environment | None
    target: RenderTarget | KubernetesTarget | DockerTarget | None
    registry: Registry | None
    workloads: Mapping[str, Workload]
    workload_names: Collection[str]
    secrets: Mapping[str, Secret | None]
    monitoring: Monitoring | None
    bases: Mapping[str, BuildImage | None]
    backup: Backup | None
    saves: bool
    fleet: Fleet | None
    snapshots: Snapshots | None
    takes: bool
    addons: Addons | None
    adds: bool
    verifies: bool


def cross_checks(parts: Parts) -> Iterator[Refusal]:
    """Everything in which the parts do not fit together."""
    taken = names_taken(parts.workload_names) if parts.monitoring else {}
    saving = backups.names_taken(parts.backup, parts.workloads)
    adding = {**addons.names_taken(parts.addons), **snapshots.names_taken(parts.snapshots)}
    yield from _taken_names(parts.workload_names, {**TAKEN_NAMES, **saving, **taken, **adding})
    for name, workload in parts.workloads.items():
        yield from _workload_secrets(name, workload, parts)
        for side, peers in (("allowFrom", workload.network.allow_from), ("allowTo", workload.network.allow_to)):
            yield from _peers(("workloads", name, "network", side), peers, parts)
        for index, needed in enumerate(workload.depends_on):
            yield from _declared(("workloads", name, "dependsOn", index), needed, parts.workload_names, "workload")
    yield from order_checks(parts.workloads)
    yield from base_checks(parts.bases, parts.workloads, parts.workload_names)
    for name, base in parts.bases.items():
        if base:
            yield from _build_secrets(("bases", name), base, parts)
    if parts.monitoring:
        yield from _monitoring(parts.monitoring, parts)
    yield from _backup_secrets(parts.backup, parts)
    yield from _unchecked_signers(parts)
    registry, environment = parts.registry, parts.environment
    if environment:
        yield from profile_checks(environment, parts.workloads)
    if isinstance(parts.target, DockerTarget):
        yield from docker_checks(parts.workloads)
    if registry and registry.credentials:
        yield from _stored_secret(("registry", "credentials", "password"), registry.credentials.password, parts)
    if registry and environment and not _own_cluster(parts.target):
        yield from _certified(registry, environment)
    if environment and len(parts.workloads) == len(parts.workload_names):
        yield from _whole(environment, parts)


def _whole(environment: Environment, parts: Parts) -> Iterator[Refusal]:
    """What can be said only when every workload is well-formed."""
    runs = wanted(environment, parts.workloads)
    if parts.backup or not parts.saves:
        yield from backups.backup_checks(parts.backup, parts.workloads)
    if isinstance(parts.target, DockerTarget):
        yield from docker_run_checks(runs)
    if not isinstance(parts.target, DockerTarget) and (parts.snapshots or not parts.takes):
        yield from snapshot_checks(parts.snapshots, runs)
    takes = None if isinstance(parts.target, DockerTarget) else parts.snapshots
    peak = demands(own_workloads(takes, runs), parts.monitoring, parts.backup)
    if environment.quota:
        yield from quota_checks(environment.quota, peak)
    if parts.fleet and not isinstance(parts.target, DockerTarget):
        yield from fleet_checks(parts.fleet, peak)
    if not isinstance(parts.target, DockerTarget) and (parts.addons or not parts.adds):
        yield from addons.profile_checks(parts.addons, runs)
    if parts.addons and not isinstance(parts.target, DockerTarget):
        yield from addons.addons_checks(parts.addons, environment, parts.fleet.pools if parts.fleet else {}, runs)
    if environment.job_seconds:
        chains = {name: workload.times for name, workload in runs.items()}
        needs = {name: workload.depends_on for name, workload in runs.items()}
        yield from job_checks(environment.job_seconds, chains, needs)
    if parts.monitoring and not backups.saved(parts.backup, runs):
        yield from metrics_checks(runs)


def _unchecked_signers(parts: Parts) -> Iterator[Refusal]:
    """Who must have signed an image is not found out unless images go through the supply chain."""
    for at, image in () if parts.verifies else _images(parts):
        if image.external and image.external.signed_by:
            yield Refusal(
                at=(*at, "external", "signedBy"),
                found="a signer, and no `slipway:supplyChain`",
                allowed="`signedBy` in a stack whose images go through `slipway:supplyChain`, which verifies them",
                mend="add `slipway:supplyChain: {}`, or remove `signedBy`",
            )


def _images(parts: Parts) -> Iterator[tuple[Path, Image]]:
    """Every image, with its path."""
    for name, workload in parts.workloads.items():
        yield ("workloads", name, "image"), workload.image
    if parts.monitoring:
        for name, server in parts.monitoring.servers.items():
            yield ("monitoring", name, "image"), server.image
    for name, part in (("backup", parts.backup), ("snapshots", parts.snapshots)):
        if part:
            yield (name, "image"), part.image
    if parts.addons:
        for name, addon in (("devicePlugin", parts.addons.device_plugin), ("profiles", parts.addons.profiles)):
            if addon:
                yield ("addons", name, "image"), addon.image


def _own_cluster(target: object) -> bool:
    return isinstance(target, KubernetesTarget) and target.context == defaults.OWN_CONTEXT


def _certified(registry: Registry, environment: Environment) -> Iterator[Refusal]:
    """A registry without a certificate is on this machine, where only slipway's own cluster reaches it."""
    if registry.insecure and environment.tier != "dev":
        yield Refusal(
            at=("registry", "insecure"),
            found=f"true, in {environment.tier}",
            allowed="a registry with a certificate outside `dev`, except on the cluster that slipway starts",
            mend="remove `insecure`, and name a registry that other machines can reach; "
            f"or deploy to `context: {defaults.OWN_CONTEXT}`",
        )


def _taken_names(workload_names: Collection[str], taken: Mapping[str, str]) -> Iterator[Refusal]:
    for name in sorted(taken.keys() & set(workload_names)):
        yield Refusal(
            at=("workloads", name),
            found=f"a workload called `{name}`",
            allowed="a name that no other object of the namespace has",
            mend=f"choose another: {taken[name]}",
        )


def _workload_secrets(name: str, workload: Workload, parts: Parts) -> Iterator[Refusal]:
    for index, secret in enumerate(workload.secrets):
        yield from _declared(("workloads", name, "secrets", index), secret, parts.secrets, "secret")
    if workload.image.build:
        yield from _build_secrets(("workloads", name, "image", "build"), workload.image.build, parts)


def _build_secrets(at: Path, build: BuildImage, parts: Parts) -> Iterator[Refusal]:
    for identifier, source in build.secrets.items():
        if source.secret:
            yield from _stored_secret((*at, "secrets", identifier, "secret"), source.secret, parts)


def _peers(at: Path, peers: Sequence[Peer], parts: Parts) -> Iterator[Refusal]:
    for index, peer in enumerate(peers):
        if peer.workload:
            yield from _declared((*at, index, "workload"), peer.workload, parts.workload_names, "workload")


def _monitoring(monitoring: Monitoring, parts: Parts) -> Iterator[Refusal]:
    for name, server in monitoring.servers.items():
        yield from _peers(("monitoring", name, "allowFrom"), server.allow_from, parts)
    for name, receiver in monitoring.receivers.items():
        at = ("monitoring", "receivers", name)
        yield from _stored_secret((*at, "webhook"), receiver.webhook, parts)
        if receiver.allow_to.workload:
            to = (*at, "allowTo", "workload")
            yield from _declared(to, receiver.allow_to.workload, parts.workload_names, "workload")
    yield from window_checks(monitoring, parts.workloads)
    if isinstance(parts.target, DockerTarget):
        yield Refusal(
            at=("monitoring",),
            found="monitoring, of a Docker host",
            allowed="monitoring of a Kubernetes namespace: that of a Docker host is not built yet",
            mend="remove `slipway:monitoring`",
        )


def _backup_secrets(backup: Backup | None, parts: Parts) -> Iterator[Refusal]:
    if backup is None:
        return
    yield from _stored_secret(("backup", "password"), backup.password, parts)
    if backup.repository.s3:
        at = ("backup", "repository", "s3")
        yield from _stored_secret((*at, "accessKey"), backup.repository.s3.access_key, parts)
        yield from _stored_secret((*at, "secretKey"), backup.repository.s3.secret_key, parts)


def _declared(at: Path, name: str, known: Collection[str], noun: str) -> Iterator[Refusal]:
    if name in known:
        return
    close = suggestion(name, known)
    # A password may stand where the name of a secret belongs: only what reads as a name is repeated.
    named = noun == "secret" and (close or secret_name(name)) and not secret_value(name)
    yield Refusal(
        at=at,
        found=f"{f'`{name}`' if named else show(name, at)}, which is not declared",
        allowed=f"a {noun} under `slipway:{noun}s`: {listed(sorted(known), 'or')}",
        mend=f"did you mean `{close}`?" if close else f"declare it under `slipway:{noun}s`",
    )


def _stored_secret(at: Path, name: str, parts: Parts) -> Iterator[Refusal]:
    """Builds and pulls need a value that exists before the stack does."""
    yield from _declared(at, name, parts.secrets, "secret")
    secret = parts.secrets.get(name)
    if secret and secret.generated:
        yield Refusal(
            at=at,
            found=f"`{name}`, which is generated",
            allowed="a secret with `fromConfig`: someone else must know its value already",
            mend=f"store it with `pulumi config set --secret slipway:<key>`, and give `{name}` that `fromConfig`",
        )
