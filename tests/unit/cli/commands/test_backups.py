"""`slipway backups` and `slipway restore`: what is asked of a cluster, in which order, and what is told."""

from __future__ import annotations

import base64
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from components.manifests.backup import sidecar
from components.manifests.stateful_set import stateful_set
from tests.unit.cli.conftest import Desk
from tests.unit.components.manifests.test_backup import OBJECTS, STORE, WHERE, backup

# Keeps a line per call; answers as told by `kubectl.json`, in which a call stands by its verb, or by the words of the
# program in the container.
KUBECTL = """
import base64, json, sys
from pathlib import Path
here = Path(__file__).parent
words = [word for word in sys.argv[1:] if not word.startswith(("--context", "--namespace"))]
with (here / "kubectl.jsonl").open("a") as calls:
    calls.write(json.dumps(words) + "\\n")
verb = words[words.index("volume_backup") + 1] if "volume_backup" in words else " ".join(words[:2])
answer = json.loads((here / "kubectl.json").read_text()).get(verb, {})
sys.stdout.buffer.write(base64.b64decode(answer.get("bytes", "")) or answer.get("out", "").encode())
sys.stderr.write(answer.get("err", ""))
sys.exit(answer.get("code", 0))
"""

SNAPSHOTS = [
    {"id": "1a2b3c4d", "time": 1_795_000_000.5, "volumes": ["data"], "complete": True},
    {"id": "5e6f7a8b", "time": 1_795_086_400.0, "volumes": ["data"], "complete": False},
]


class Cluster:
    """A kubectl of a few lines."""

    def __init__(self, desk: Desk) -> None:
        self._bin = desk.home / "bin"
        program = self._bin / "kubectl"
        program.write_text(f"#!{sys.executable}\n{KUBECTL}")
        program.chmod(0o755)
        self._answers: dict[str, Any] = {}
        beside = sidecar(WHERE, backup(), "store", STORE, "image", OBJECTS)
        self.answer("get statefulset", json.dumps(stateful_set(WHERE, "store", STORE, "image", {}, beside)))
        self.answer("get pod/store-restore", "Succeeded")
        self.answer("snapshots", json.dumps(SNAPSHOTS))

    def answer(self, verb: str, out: str = "", **more: Any) -> None:
        self._answers[verb] = {"out": out, **more}
        (self._bin / "kubectl.json").write_text(json.dumps(self._answers))

    def verbs(self) -> list[str]:
        calls = (json.loads(line) for line in (self._bin / "kubectl.jsonl").read_text().splitlines())
        return [" ".join(word for word in call[:3] if not word.startswith("--output")) for call in calls]


def saved(content: dict[str, Any]) -> None:
    content["config"] |= {
        "slipway:target": {"kind": "kubernetes", "context": "demo"},
        "slipway:workloads": {
            "store": {
                "image": {"build": {"folder": "images/store"}},
                "volumes": [{"name": "data", "path": "/data", "size": "1Gi", "backup": True}],
            },
            "other": {"image": {"build": {"folder": "images/store"}}},
        },
        "slipway:secrets": {"password": {"fromConfig": {"key": "password"}}},
        "slipway:password": {"secure": "v1:c29tZQ==:dGV4dA=="},
        "slipway:backup": {"repository": {"volume": "backups"}, "password": "password"},
    }


@pytest.fixture
def cluster(desk: Desk) -> Cluster:
    desk.change("dev", saved)
    return Cluster(desk)


def test_snapshots_are_listed_with_what_they_lack(desk: Desk, cluster: Cluster) -> None:
    del cluster
    said = desk.slipway("backups", "store")

    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines() == [
        "1a2b3c4d  2026-11-18 11:06:40 UTC  data",
        "5e6f7a8b  2026-11-19 11:06:40 UTC  data  lacks files that could not be read",
    ]


def test_a_backup_that_fails_is_told(desk: Desk, cluster: Cluster) -> None:
    cluster.answer("now", code=1, err="failed: see the container's log\ncommand terminated with exit code 1\n")

    said = desk.slipway("backups", "store", "--now")

    assert said.exit_code == 1
    assert "see the container's log" in said.stderr
    assert "terminated" not in said.stderr


@pytest.mark.parametrize("name", ["other", "nobody"])
def test_a_workload_of_which_nothing_is_saved_is_told_with_those_of_which_something_is(
    name: str, desk: Desk, cluster: Cluster
) -> None:
    del cluster
    said = desk.slipway("restore", name)

    assert said.exit_code == 2
    assert "allowed: `store`" in said.stderr


def test_a_volume_that_is_not_saved_is_told(desk: Desk, cluster: Cluster) -> None:
    del cluster
    said = desk.slipway("restore", "store", "--volume", "cache")

    assert said.exit_code == 2
    assert "allowed: `data`" in said.stderr


def test_a_stack_that_runs_nowhere_is_told(desk: Desk, cluster: Cluster) -> None:
    del cluster
    target = {"kind": "render", "folder": ".rendered/dev"}
    desk.change("dev", lambda content: content["config"].update({"slipway:target": target}))

    said = desk.slipway("backups", "store")

    assert said.exit_code == 2
    assert "rendered" in said.stderr


def test_a_restore_stops_the_workload_runs_in_its_place_and_starts_it(desk: Desk, cluster: Cluster) -> None:
    said = desk.slipway("restore", "store", "--force")

    assert said.exit_code == 0, said.output
    assert cluster.verbs() == [
        "get statefulset store",
        "scale statefulset/store --replicas=0",
        "wait pod/store-0 --for=delete",
        "delete pod/store-restore --ignore-not-found",
        "create --filename=-",
        "get pod/store-restore",
        "logs pod/store-restore",
        "delete pod/store-restore --ignore-not-found",
        "scale statefulset/store --replicas=1",
        "rollout status statefulset/store",
    ]


def test_a_restore_that_fails_says_why_and_starts_the_workload(desk: Desk, cluster: Cluster) -> None:
    cluster.answer("get pod/store-restore", "Failed")
    cluster.answer("logs pod/store-restore", "the volume 'data' holds 3 entries: --force replaces them")

    said = desk.slipway("restore", "store")

    assert said.exit_code == 1
    assert "--force replaces them" in said.stderr
    assert cluster.verbs()[-3:] == [
        "delete pod/store-restore --ignore-not-found",
        "scale statefulset/store --replicas=1",
        "rollout status statefulset/store",
    ]


def archive(*names: str) -> str:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in names:
            entry = tarfile.TarInfo(name)
            entry.size = 2
            tar.addfile(entry, io.BytesIO(b"ab"))
    return base64.b64encode(buffer.getvalue()).decode()


def test_a_folder_gets_what_was_saved_without_its_path(desk: Desk, cluster: Cluster, tmp_path: Path) -> None:
    cluster.answer("dump", bytes=archive("volumes/data/one", "volumes/data/deep/two"))

    said = desk.slipway("restore", "store", "--to", str(tmp_path / "look"))

    assert said.exit_code == 0, said.output
    assert (tmp_path / "look" / "data" / "one").read_bytes() == b"ab"
    assert (tmp_path / "look" / "data" / "deep" / "two").read_bytes() == b"ab"


def test_a_folder_that_holds_something_is_left_alone(desk: Desk, cluster: Cluster, tmp_path: Path) -> None:
    del cluster
    (tmp_path / "look" / "data").mkdir(parents=True)
    (tmp_path / "look" / "data" / "mine").touch()

    said = desk.slipway("restore", "store", "--to", str(tmp_path / "look"))

    assert said.exit_code == 2
    assert "not empty" in said.stderr


@pytest.mark.parametrize("came", [archive("volumes/data/one"), ""], ids=["at its end", "at once"])
def test_a_snapshot_that_cannot_be_read_is_told(came: str, desk: Desk, cluster: Cluster, tmp_path: Path) -> None:
    cluster.answer("dump", bytes=came, code=1, err="Fatal: id not found\n")

    said = desk.slipway("restore", "store", "--snapshot", "0000", "--to", str(tmp_path / "look"))

    assert said.exit_code == 1
    assert "id not found" in said.stderr
