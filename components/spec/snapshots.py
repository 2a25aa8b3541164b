"""Snapshots of volumes by the storage itself, where its class can: what takes them, when, and how many stay."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.checked import Checked, Checks
from components.spec.cron import CronText
from components.spec.image import BuildImage, Image
from components.spec.job import Job, Schedule
from components.spec.network import Network, Peer
from components.spec.refusal import Refusal
from components.spec.resources import Resources
from components.spec.timing import DAY
from components.spec.values import Name
from components.spec.volume import claim_name
from components.spec.workload import Workload

SNAPSHOTS = "snapshots"
"""The name of what takes them, and of its image."""


class Snapshots(Checked):
    """Takes a VolumeSnapshot of every volume that says `snapshots: true`, by a CronJob of the namespace."""

    class_name: Annotated[Name, Field(examples=["csi-snapshots"])]
    """The VolumeSnapshotClass, of the driver that the volumes' storage class has; its `deletionPolicy` says whether the
    storage keeps a snapshot whose object is gone."""

    cron: CronText = defaults.SNAPSHOTS_AT
    """When, UTC: minute, hour, day of the month, month and weekday."""

    keep: Annotated[int, Field(ge=1, le=1000, examples=[7])] = defaults.SNAPSHOTS_KEPT
    """Snapshots of each volume that stay; older ones go once a new one is ready."""

    allow_to: Peer
    """Where the API server is, for the network policy: nothing else is let through to it."""

    image: Image = Image(build=BuildImage(folder="images/backup"))
    """Its image, as a workload's; left out, `images/backup` is built."""

    resources: Resources = Resources.model_validate(defaults.SNAPSHOT_SIZES)
    """Processor time, memory and local disk of what takes them."""

    def checks(self) -> Checks:
        """The API server is no workload."""
        yield self._elsewhere()

    def _elsewhere(self) -> Iterator[Refusal]:
        if self.allow_to.workload:
            yield Refusal(
                at=("allowTo", "workload"),
                found=f"`{self.allow_to.workload}`, a workload",
                allowed="a `cidr`: the address of the API server is no workload's",
                mend="write for example `cidr: 10.0.0.1/32`; `kubectl get endpoints kubernetes` shows it",
            )


def snapshot_claims(workloads: Mapping[str, Workload]) -> list[str]:
    """The claims of all volumes that snapshots are taken of."""
    return [
        claim_of(name, volume.name)
        for name, workload in workloads.items()
        for volume in workload.volumes
        if volume.snapshots
    ]


def claim_of(workload: str, volume: str) -> str:
    """The name of the claim that a workload's one pod has for a volume."""
    return f"{claim_name(volume)}-{workload}-0"


def snapshot_workload(snapshots: Snapshots, workloads: Mapping[str, Workload]) -> Workload:
    """What takes them: confined and bounded like any other job."""
    claims = snapshot_claims(workloads)
    slowest = defaults.PULL + (len(claims) + 1) * defaults.SNAPSHOT_WAIT
    return Workload(
        image=snapshots.image,
        port=None,
        args=("volume-snapshots",),
        env={
            "SNAPSHOT_CLAIMS": " ".join(claims),
            "SNAPSHOT_CLASS": snapshots.class_name,
            "SNAPSHOT_KEEP": str(snapshots.keep),
            "SNAPSHOT_WAIT_SECONDS": str(defaults.SNAPSHOT_WAIT),
        },
        resources=snapshots.resources,
        tmp_size=defaults.SNAPSHOT_TMP,
        # What could not be taken is tried by the next run, and seen as a Job that failed.
        job=Job(
            deadline_seconds=min(max(defaults.SNAPSHOT_DEADLINE, slowest), DAY),
            retries=0,
            schedule=Schedule(cron=snapshots.cron),
        ),
        network=Network(allow_to=(snapshots.allow_to,)),
    )


def own_workloads(snapshots: Snapshots | None, workloads: Mapping[str, Workload]) -> dict[str, Workload]:
    """The workloads, with what takes snapshots of their volumes."""
    if snapshots is None or not snapshot_claims(workloads):
        return dict(workloads)
    return {**workloads, SNAPSHOTS: snapshot_workload(snapshots, workloads)}


def names_taken(snapshots: Snapshots | None) -> dict[str, str]:
    """Names that no workload may have beside them, with the reason."""
    return {SNAPSHOTS: "it is what takes snapshots of volumes"} if snapshots else {}


def snapshot_checks(snapshots: Snapshots | None, workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """There is something to take snapshots of, and something that takes them."""
    for name, workload in workloads.items():
        for index, volume in enumerate(workload.volumes):
            at = ("workloads", name, "volumes", index, "snapshots")
            if volume.snapshots and snapshots is None:
                yield Refusal(
                    at=at,
                    found="true, and nothing that takes them",
                    allowed="`snapshots: true` in a stack with `slipway:snapshots`",
                    mend="add `slipway:snapshots`, with a `className` and `allowTo`",
                )
            elif volume.snapshots and workload.job:
                yield Refusal(
                    at=at,
                    found="true, of a job",
                    allowed="volumes of a workload that serves",
                    mend="keep the data in a workload's volume",
                )
    if snapshots and not snapshot_claims(workloads):
        yield Refusal(
            at=("snapshots",),
            found="no volume to take one of",
            allowed="`slipway:snapshots` in a stack with a volume that says `snapshots: true`",
            mend="add `snapshots: true` to a volume, or remove `slipway:snapshots`",
        )
