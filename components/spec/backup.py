"""What saves the volumes of an environment's workloads: where to, how often, and how much of it is kept."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from components.spec import defaults
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.image import BuildImage, Image
from components.spec.network import Peer
from components.spec.refusal import Refusal, refused
from components.spec.resources import Resources
from components.spec.secrecy import secret_value
from components.spec.values import Duration, Name, duration_seconds, duration_text
from components.spec.workload import Workload

BACKUP = "backup"
"""The name of the image that saves volumes, and of its container in a workload's pod."""

PORT = 9352
"""Where that container tells how it stands; nothing else of the pod can have it."""

SHORTEST = 60
"""Seconds: a backup that finds nothing new takes some of them."""

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def _url(text: str) -> str:
    parts = urlsplit(text)
    whole = parts.scheme in ("https", "http") and parts.hostname and parts.path.strip("/")
    if not whole or parts.query or parts.fragment or parts.username or any(each.isspace() for each in text):
        raise refused(
            Refusal(
                found="a URL (not shown)" if secret_value(text) or parts.username else None,
                allowed="the URL of a bucket, and a folder in it if you like, without a user and a password",
                mend="write for example `https://s3.example.com/backups`",
            )
        )
    return text.rstrip("/")


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise refused(Refusal(allowed="hours and minutes from `00:00` to `23:59`", mend="write for example `02:30`"))
    return text


class Bucket(Checked):
    """A bucket of an S3-compatible storage."""

    url: Annotated[str, AfterValidator(_url), Field(examples=["https://s3.example.com/backups"])]
    """The bucket's URL; a folder in it may follow. Below it, each workload has a folder `<namespace>.<name>`."""

    access_key: Annotated[Name, Field(examples=["backup-access-key"])]
    """The name of a secret under `slipway:secrets` that holds the access key's id."""

    secret_key: Annotated[Name, Field(examples=["backup-secret-key"])]
    """The name of the secret that holds the key itself."""

    allow_to: Peer
    """Where the storage is, for the network policy: nothing else is let through to it."""

    def checks(self) -> Checks:
        """The storage is elsewhere."""
        yield self._elsewhere()

    def _elsewhere(self) -> Iterator[Refusal]:
        if self.allow_to.workload:
            yield Refusal(
                at=("allowTo", "workload"),
                found=f"`{self.allow_to.workload}`, a workload of the same environment",
                allowed="a `cidr` or a `namespace`: what is saved must not be lost with what it was saved from",
                mend="name the network of a storage elsewhere",
            )


class Repository(Checked):
    """Where snapshots are kept, encrypted: exactly one of `s3` and `volume`."""

    s3: Bucket | None = None
    """A bucket."""

    volume: Annotated[Name, Field(examples=["backups"])] | None = None
    """Storage that is there already, and is not the stack's: a Docker host's volume, or a claim of the namespace. The
    claim goes with its namespace: bind it to a volume that is retained, such as a share of files. Each workload has a
    folder `<namespace>.<name>` in it."""

    def checks(self) -> Checks:
        """One place, and one only."""
        yield exactly_one(
            self,
            ("s3", "volume"),
            "exactly one of `s3` and `volume`",
            "write `s3: {…}` for a bucket, or `volume: backups` for storage that is there already",
        )


class Keep(Checked):
    """Which snapshots stay: each rule keeps its own, and a snapshot that any rule keeps stays."""

    last: Annotated[int, Field(ge=0, le=10_000)] = defaults.KEPT_SNAPSHOTS["last"]
    """The newest ones."""

    daily: Annotated[int, Field(ge=0, le=10_000)] = defaults.KEPT_SNAPSHOTS["daily"]
    """Of so many days, the last of each."""

    weekly: Annotated[int, Field(ge=0, le=10_000)] = defaults.KEPT_SNAPSHOTS["weekly"]
    """Of so many weeks, the last of each."""

    monthly: Annotated[int, Field(ge=0, le=10_000)] = defaults.KEPT_SNAPSHOTS["monthly"]
    """Of so many months, the last of each."""

    def checks(self) -> Checks:
        """Something stays."""
        yield self._something()

    def _something(self) -> Iterator[Refusal]:
        if not (self.last or self.daily or self.weekly or self.monthly):
            yield Refusal(
                found="no snapshot at all",
                allowed="one rule at least that keeps something",
                mend="write for example `keep: {last: 3, daily: 7}`",
            )


class Backup(Checked):
    """Saves every volume that says `backup: true`."""

    repository: Repository
    """Where to."""

    password: Annotated[Name, Field(examples=["backup-password"])]
    """The name of the secret that everything is encrypted with. Stored with `fromConfig`, never generated: a password
    that goes with the stack takes all backups along. Keep a copy elsewhere."""

    every: Annotated[Duration, Field(examples=["24h"])] = defaults.BACKUP_EVERY
    """From one backup to the next. The first is made at once."""

    at: Annotated[str, AfterValidator(_time), Field(examples=["02:30"])] = defaults.BACKUP_AT
    """When one of them falls, UTC."""

    keep: Keep = Keep()
    """How many snapshots stay."""

    check_every: Annotated[Duration, Field(examples=["7d"])] = defaults.BACKUP_CHECK_EVERY
    """From one reading of everything that is kept to the next, which finds what is damaged. Also after each start."""

    image: Image = Image(build=BuildImage(folder="images/backup"))
    """Its image, as a workload's; left out, `images/backup` is built."""

    resources: Resources = Resources.model_validate(defaults.BACKUP_SIZES["prod"])
    """Processor time, memory and local disk of what saves one workload, by tier."""

    def checks(self) -> Checks:
        """Times that make sense."""
        yield self._not_too_often()
        yield self._checked_less_often()

    def _not_too_often(self) -> Iterator[Refusal]:
        if duration_seconds(self.every) < SHORTEST:
            yield Refusal(
                at=("every",),
                found=self.every,
                allowed=f"`{duration_text(SHORTEST)}` or longer",
                mend="write for example `1h`",
            )

    def _checked_less_often(self) -> Iterator[Refusal]:
        if duration_seconds(self.check_every) < duration_seconds(self.every):
            yield Refusal(
                at=("checkEvery",),
                found=f"{self.check_every}, with a backup every {self.every}",
                allowed="no shorter than `every`: a check reads all that is kept",
                mend=f"write `{self.every}` or longer",
            )

    @property
    def at_seconds(self) -> int:
        """Seconds after midnight at which one backup falls."""
        hours, minutes = self.at.split(":")
        return int(hours) * 3600 + int(minutes) * 60

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets it needs, by name."""
        s3 = self.repository.s3
        return tuple(dict.fromkeys((self.password, *((s3.access_key, s3.secret_key) if s3 else ()))))


def saved_volumes(workload: Workload) -> tuple[str, ...]:
    """The names of a workload's volumes that are saved."""
    return tuple(volume.name for volume in workload.volumes if volume.backup)


def saved(backup: Backup | None, workloads: Mapping[str, Workload]) -> dict[str, Workload]:
    """The workloads of which something is saved."""
    return {name: each for name, each in workloads.items() if backup and saved_volumes(each)}


def backup_name(workload: str) -> str:
    """The name on a Docker host of what saves a workload's volumes."""
    return f"{workload}-{BACKUP}"


def names_taken(backup: Backup | None, workloads: Mapping[str, Workload]) -> dict[str, str]:
    """Names that no workload may have beside these, with the reason."""
    if backup is None:
        return {}
    beside = {backup_name(name): f"it is what saves the volumes of `{name}`" for name in saved(backup, workloads)}
    return {**beside, BACKUP: "it is the image that saves volumes", "backup-metrics": "it is a network policy"}


def backup_checks(backup: Backup | None, workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """What is to be saved can be, and is all that there is to save."""
    for name, workload in workloads.items():
        for index, volume in enumerate(workload.volumes):
            if volume.backup and backup is None:
                yield Refusal(
                    at=("workloads", name, "volumes", index, "backup"),
                    found="a volume to save, and nowhere to save it",
                    allowed="`backup: true` in a stack with `slipway:backup`",
                    mend="add `slipway:backup`, with a `repository` and a `password`",
                )
        if saved_volumes(workload) and PORT in (workload.port, *(extra.port for extra in workload.extra_ports)):
            yield Refusal(
                at=("workloads", name),
                found=f"port {PORT}, and volumes to save",
                allowed=f"another port: on {PORT}, what saves the volumes tells how it stands",
                mend="choose another port",
            )
    if backup and not any(saved_volumes(workload) for workload in workloads.values()):
        yield Refusal(
            at=("backup",),
            found="no volume to save",
            allowed="`slipway:backup` in a stack with a volume that says `backup: true`",
            mend="add `backup: true` to a volume, or remove `slipway:backup`",
        )
