"""What a workload keeps: named volumes, each in one place of its container."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.refusal import Refusal
from components.spec.values import AbsolutePath, Memory, Name, ObjectName

MOUNT_POINTS: Mapping[str, str] = {
    "/tmp": "`/tmp`",  # noqa: S108  # the container's own
    "/dev/shm": "`/dev/shm`",  # noqa: S108  # the container's own
    defaults.SECRETS_FOLDER: "the secrets",
}
"""Folders that slipway itself mounts, and what is in them."""


class Volume(Spec):
    """Storage that outlives the container; no other workload sees it."""

    name: Annotated[Name, Field(examples=["data"])]
    """Its name within the workload."""

    path: Annotated[AbsolutePath, Field(examples=["/data"])]
    """Where the container finds it, writable."""

    size: Annotated[Memory, Field(examples=["10Gi"])]
    """How much is asked for. A Docker host's local volumes have no limit of their own."""

    storage_class: Annotated[Name, Field(examples=["fast"])] | None = None
    """The storage class of a cluster that it comes from; left out, the cluster's default. It cannot be changed."""

    backup: bool = False
    """Whether it is saved as `slipway:backup` says."""

    snapshots: bool = False
    """Whether its storage takes snapshots of it, as `slipway:snapshots` says. Only on a cluster."""

    from_snapshot: Annotated[ObjectName, Field(examples=["volume-data-store-0-20270131023000"])] | None = None
    """The VolumeSnapshot that it begins with, where it is made anew; left out, it begins empty. Only on a cluster."""


def volume_checks(volumes: Sequence[Volume], taken: Mapping[str, str]) -> Iterator[Refusal]:
    """Each volume has a name and a folder of its own.

    Args:
        volumes: the volumes of one workload.
        taken: folders that others have, and what is in them.
    """
    folders, names = dict(taken), set[str]()
    for index, volume in enumerate(volumes):
        if volume.name in names:
            yield Refusal(
                at=("volumes", index, "name"),
                found=f"{volume.name!r}, used already",
                allowed="each name once",
                mend="give each volume a name of its own",
            )
        names.add(volume.name)
        for folder, content in folders.items():
            if within(volume.path, folder) or within(folder, volume.path):
                yield Refusal(
                    at=("volumes", index, "path"),
                    found=f"{volume.path!r}, which meets the folder of {content}",
                    allowed="a folder of its own",
                    mend="use another, such as `/data`",
                )
        folders[volume.path] = f"the volume `{volume.name}`"


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder, or below it."""
    return path == folder or path.startswith(f"{folder}/")


def claim_name(volume: str) -> str:
    """The name of a volume in its pod, which is none of slipway's own, and with which a StatefulSet's claims begin."""
    return f"volume-{volume}"
