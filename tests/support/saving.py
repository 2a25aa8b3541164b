"""Data of a workload that is saved, killed, lost and brought back: the same on a Docker host and on a cluster."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.docker import stacks
from tests.support.workbench import Result, Workbench

PASSWORD = "a password of the backup tests"

SECRETS = ("backup-password", "backup-access-key", "backup-secret-key")
ACCESS_KEY = "ACCESSKEYOFTESTS"

QUOTA = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "2", "memory": "1Gi"}, "pods": 1}

MORE = 160
"""MiB written before the backup that is killed: enough for it to be under way when it is."""

KILLED_AT = 24 * 2**20
"""Bytes that it has read by then."""

FILL = """
import os, pathlib
data = pathlib.Path("/data")
(data / "deep" / "er" / "empty folder").mkdir(parents=True)
(data / "deep" / "large").write_bytes(os.urandom(9_000_001))
(data / "deep" / "er" / "empty").write_bytes(b"")
(data / "name with spaces, ünd mehr").write_text("text")
(data / "private").write_bytes(os.urandom(4097))
(data / "private").chmod(0o600)
os.symlink("deep/large", data / "link")
os.link(data / "private", data / "second name")
for number in range(300):
    (data / f"small-{number}").write_bytes(os.urandom(number))
"""

DIGEST = """
import hashlib, json, os, pathlib, stat
found = {}
for folder, folders, files in os.walk("/data"):
    for name in folders + files:
        path = pathlib.Path(folder, name)
        info = path.lstat()
        if path.is_symlink():
            content = os.readlink(path)
        else:
            content = "" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path)] = [stat.filemode(info.st_mode), info.st_uid, info.st_mtime_ns, content]
print(json.dumps(found))
"""

GROW = f"""
import os
with open("/data/more", "wb") as file:
    for _ in range({MORE}):
        file.write(os.urandom(2**20))
"""

KILL = f"""
import os, pathlib, signal
while True:
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(bytes(1))
            read = int((process / "io").read_text().split()[1])
        except OSError:
            continue
        if command[0].endswith(b"restic") and b"backup" in command and read > {KILLED_AT}:
            os.kill(int(process.name), signal.SIGKILL)
            raise SystemExit(print("killed"))
"""
"""Runs beside restic and ends it in the middle of its work."""

DAMAGE = """
import pathlib, sys
packs = [each for each in pathlib.Path(sys.argv[1]).rglob("data/*/*") if each.is_file()]
pack = max(packs, key=lambda each: each.stat().st_size)
content = bytearray(pack.read_bytes())
content[len(content) // 2] ^= 1
pack.chmod(0o600)
pack.write_bytes(content)
"""
"""Turns one bit round in the largest file of what was saved."""

METRICS = """
import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:9352/metrics").read().decode())
"""


@dataclass(frozen=True)
class Kept:
    """A deployed stack whose workload `store` is saved.

    Attributes:
        workbench: The checkout that it is in.
        store: Runs Python in the workload's container.
        beside: Runs Python in the container that saves it.
        damage: Runs Python with the folder of what was saved as its argument.
    """

    workbench: Workbench
    store: Callable[[str], str]
    beside: Callable[[str], str]
    damage: Callable[[str], str]

    def slipway(self, command: str, *arguments: str) -> Result:
        return self.workbench.slipway(command, "--stack", "dev", *arguments)

    def done(self, command: str, *arguments: str) -> Result:
        return stacks.done(self.slipway(command, *arguments))

    def digest(self) -> dict[str, Any]:
        """Every entry of the volume with its rights, its time and its content."""
        return dict(json.loads(self.store(DIGEST)))

    def snapshots(self) -> list[str]:
        """The ids of what is kept."""
        return [line.split()[0] for line in self.done("backups", "store").out.splitlines()]

    def metric(self, name: str) -> float:
        [line] = [line for line in self.beside(METRICS).splitlines() if line.startswith(f"{name} ")]
        return float(line.split()[1])


def write(workbench: Workbench, target: dict[str, Any], namespace: str, repository: dict[str, Any]) -> None:
    """A stack of one workload that is saved, held to what production is, with its image's source and its secrets."""
    stacks.write(workbench, target)
    content = workbench.stack_file()
    store: stacks.Block = {
        **stacks.workloads()["store"],
        "network": {},
        "volumes": [{"name": "data", "path": "/data", "size": "512Mi", "backup": True}],
    }
    named = SECRETS if "s3" in repository else SECRETS[:1]
    content["config"] |= {
        "slipway:environment": {"tier": "dev", "namespace": namespace, "owner": "platform", "quota": QUOTA},
        "slipway:workloads": {"store": store},
        "slipway:secrets": {name: {"fromConfig": {"key": _key(name)}} for name in named},
        "slipway:backup": {"repository": repository, "password": SECRETS[0]},
    }
    del content["config"]["slipway:addons"]  # it brings the profile of a workload that is not there
    workbench.write_stack_file(content)
    stacks.enforce(workbench)
    values = dict(zip(SECRETS, (PASSWORD, ACCESS_KEY, "a secret key of the backup tests"), strict=True))
    storing = [part for name in named for part in ("--secret", f"slipway:{_key(name)}={values[name]}")]
    stacks.done(workbench.pulumi("config", "set-all", "--stack", "dev", *storing))


def _key(secret: str) -> str:
    first, *rest = secret.split("-")
    return first + "".join(each.title() for each in rest)


def saved_and_killed(kept: Kept) -> dict[str, Any]:
    """Data is written and saved; then more is, and the backup of that is killed half-way. What the first one holds."""
    kept.store(FILL)
    good = kept.digest()
    kept.done("backups", "store", "--now")
    before = kept.snapshots()
    kept.store(GROW)
    with ThreadPoolExecutor(1) as beside:
        killing = beside.submit(kept.beside, KILL)
        said = kept.slipway("backups", "store", "--now")
        assert killing.result(timeout=300).strip() == "killed"
    # The command tells of it, and nothing of the broken one is listed.
    assert said.code == 1, said.text
    assert kept.snapshots() == before
    return good


def lost_and_restored(kept: Kept, good: dict[str, Any]) -> None:
    """Everything is destroyed, the repository aside; the last good backup comes back."""
    kept.done("destroy", "--yes")
    kept.done("up", "--yes")
    assert kept.digest() == {}
    kept.done("restore", "store")
    assert kept.digest() == good


def refused_unless_forced(kept: Kept) -> None:
    """What the volume holds stays, unless somebody says otherwise."""
    kept.store('open("/data/newer", "w").close()')
    held = kept.digest()
    said = kept.slipway("restore", "store")
    assert said.code == 1, said.text
    assert "--force replaces them" in said.err
    assert kept.digest() == held


def damaged(kept: Kept) -> None:
    """One bit of what was saved is turned round: the check finds it."""
    assert kept.metric("backup_check_failed") == 0
    kept.damage(DAMAGE)
    said = kept.slipway("backups", "store", "--now")
    assert said.code == 1, said.text
    assert kept.metric("backup_check_failed") == 1
