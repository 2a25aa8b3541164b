"""Snapshots of claims by the storage itself: `volume-snapshots` takes one of each, and removes what is not to stay.

It asks the API server, with the token of its pod: https://kubernetes.io/docs/concepts/storage/volume-snapshots/.
"""

import json
import os
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

GROUP = "snapshot.storage.k8s.io/v1"
OURS = {"app.kubernetes.io/managed-by": "slipway-snapshots"}
"""The label of what was taken here, and may be removed here."""

FOLDER = Path("/var/run/secrets/kubernetes.io/serviceaccount")
LOOK_S = 2.0
ASK_S = 30.0

Object = dict[str, Any]


class SnapshotError(RuntimeError):
    """The API server refused, or the storage did."""


@dataclass(frozen=True)
class Wanted:
    """What is to be taken and kept.

    Attributes:
        claims: the names of claims.
        kind: the VolumeSnapshotClass.
        keep: how many of each claim stay.
        wait_s: how long the storage may take for each, in seconds.
    """

    claims: list[str]
    kind: str
    keep: int
    wait_s: float


def wanted(environ: Mapping[str, str]) -> Wanted:
    """What the variables say."""
    return Wanted(
        environ["SNAPSHOT_CLAIMS"].split(),
        environ["SNAPSHOT_CLASS"],
        int(environ["SNAPSHOT_KEEP"]),
        float(environ["SNAPSHOT_WAIT_SECONDS"]),
    )


class Api:
    """The VolumeSnapshots of a namespace."""

    def __init__(self, environ: Mapping[str, str], folder: Path = FOLDER) -> None:
        """Reads where the server is from the variables, and the token, the namespace and the authority from files."""
        host, port = environ["KUBERNETES_SERVICE_HOST"], environ["KUBERNETES_SERVICE_PORT"]
        namespace = (folder / "namespace").read_text()
        server = f"[{host}]" if ":" in host else host
        self._url = f"https://{server}:{port}/apis/{GROUP}/namespaces/{namespace}/volumesnapshots"
        self._token = folder / "token"
        self._trust = ssl.create_default_context(cafile=str(folder / "ca.crt"))

    def make(self, snapshot: Object) -> None:
        """Makes one."""
        self._ask("POST", "", snapshot)

    def get(self, name: str) -> Object:
        """One as it stands."""
        return self._ask("GET", f"/{name}")

    def all(self) -> list[Object]:
        """Those that were taken here."""
        selector = "%2C".join(f"{key}%3D{value}" for key, value in OURS.items())
        found: list[Object] = self._ask("GET", f"?labelSelector={selector}")["items"]
        return found

    def remove(self, name: str) -> None:
        """Removes one."""
        self._ask("DELETE", f"/{name}")

    def _ask(self, method: str, path: str, body: Object | None = None) -> Object:
        # Read each time: the kubelet writes a new one before the old one ends.
        headers = {"Authorization": f"Bearer {self._token.read_text().strip()}", "Content-Type": "application/json"}
        content = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self._url}{path}", content, headers, method=method)  # noqa: S310  # https
        try:
            with urllib.request.urlopen(request, timeout=ASK_S, context=self._trust) as answer:  # noqa: S310  # https
                read: Object = json.load(answer)
                return read
        except urllib.error.HTTPError as error:
            with error:
                raise SnapshotError(f"{method} {self._url}{path}: {error.code} {error.read().decode()}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise SnapshotError(f"{method} {self._url}{path}: {error}") from None


def volume_snapshot(claim: str, kind: str, stamp: str) -> Object:
    """The object by which a snapshot of a claim is asked for; `stamp` tells it from others."""
    return {
        "apiVersion": GROUP,
        "kind": "VolumeSnapshot",
        "metadata": {"name": f"{claim}-{stamp}", "labels": OURS},
        "spec": {"volumeSnapshotClassName": kind, "source": {"persistentVolumeClaimName": claim}},
    }


def superfluous(snapshots: Iterable[Object], claim: str, keep: int) -> list[str]:
    """The names of a claim's snapshots that go: all but the newest that can be restored, and failures before them."""
    of_claim = [each for each in snapshots if each["spec"]["source"].get("persistentVolumeClaimName") == claim]
    newest = sorted(of_claim, key=_age, reverse=True)
    good = [each["metadata"]["name"] for each in newest if _ready(each)]
    failed = [each["metadata"]["name"] for each in newest if _failure(each) and not _ready(each)]
    return [*good[keep:], *(failed if good else [])]


def _age(snapshot: Object) -> tuple[str, str]:
    # Those of one second are told apart by the time in their names.
    return str(snapshot["metadata"]["creationTimestamp"]), str(snapshot["metadata"]["name"])


def _ready(snapshot: Object) -> bool:
    return bool(snapshot.get("status", {}).get("readyToUse"))


def _failure(snapshot: Object) -> str | None:
    error: Mapping[str, str] | None = snapshot.get("status", {}).get("error")
    return error.get("message", "no reason given") if error else None


def take(api: Api, what: Wanted, now: Callable[[], float] = time.time) -> int:
    """Takes one of each claim, and removes what is superfluous; older ones stay where the new one failed.

    Returns:
        How many failed.
    """
    failed = 0
    for claim in what.claims:
        try:
            name = _taken(api, claim, what, now)
            for old in superfluous(api.all(), claim, what.keep):
                api.remove(old)
        except SnapshotError as error:
            failed += 1
            sys.stderr.write(f"{claim}: {error}\n")
        else:
            sys.stdout.write(f"{claim}: {name} is ready\n")
    return failed


def _taken(api: Api, claim: str, what: Wanted, now: Callable[[], float]) -> str:
    """The name of a new snapshot of a claim, which can be restored."""
    snapshot = volume_snapshot(claim, what.kind, time.strftime("%Y%m%d%H%M%S", time.gmtime(now())))
    name = str(snapshot["metadata"]["name"])
    api.make(snapshot)
    last = now() + what.wait_s
    while not _ready(found := api.get(name)):
        if now() >= last:
            raise SnapshotError(_failure(found) or f"{name} is not ready after {what.wait_s:.0f} seconds")
        time.sleep(LOOK_S)
    return name


def main() -> int:
    """Takes what the variables of this program name; its exit code."""
    return 1 if take(Api(os.environ), wanted(os.environ)) else 0
