"""What the description promises of a container, each read back twice: from the engine, and from inside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.docker.stacks import CONFIG_TEXT, FRONT_PORT

Block = Mapping[str, Any]
MEBIBYTE = 2**20
PERIOD_US = 100_000
"""The kernel's usual period in which processor time is counted."""


@dataclass(frozen=True)
class Promise:
    """One promise.

    Attributes:
        inspected: What the engine says of the container, made from `docker inspect`.
        inside: What the container itself sees.
        wanted: Both, as promised; the second is None where nothing can be seen from inside.
    """

    inspected: Callable[[Block], object]
    inside: Callable[[Block], object]
    wanted: tuple[object, object]

    def broken(self, inspected: Block, inside: Block) -> str | None:
        """What is not as promised, or None."""
        found = (self.inspected(inspected), self.inside(inside))
        return None if found == self.wanted else f"found {found}, promised {self.wanted}"


def _host(field: str) -> Callable[[Block], object]:
    return lambda inspected: inspected["HostConfig"][field]


def _tmp(inspected: Block) -> set[str]:
    mounted: dict[str, str] = inspected["HostConfig"].get("Tmpfs") or {}
    return set(mounted.get("/tmp", "").split(","))


def _security(inspected: Block) -> list[str]:
    options: list[str] = inspected["HostConfig"]["SecurityOpt"] or []
    return options


def _interval(inspected: Block) -> object:
    check: dict[str, Any] = inspected["Config"].get("Healthcheck") or {}
    return check.get("Interval")


def _unseen(inside: Block) -> None:
    del inside


def _options(inside: Block, path: str) -> set[str]:
    kind, options = inside["mounts"].get(path, ("", ""))
    return {kind, *str(options).split(",")} & {"tmpfs", "ro", "rw", "noexec", "nosuid", "nodev"}


def _memory(inside: Block) -> object:
    limit = str(inside["group"]["memory"])
    return int(limit) if limit.isdigit() else limit


PROMISES: Mapping[str, Promise] = {
    "user": Promise(
        lambda inspected: inspected["Config"]["User"],
        lambda inside: (inside["uid"], inside["gid"]),
        ("10001:10001", (10001, 10001)),
    ),
    "writable paths": Promise(_host("ReadonlyRootfs"), lambda inside: inside["writable"], (True, ["/tmp", "/dev/shm"])),
    "capabilities": Promise(
        lambda inspected: (inspected["HostConfig"]["CapDrop"], inspected["HostConfig"]["CapAdd"]),
        lambda inside: set(inside["capabilities"].values()),
        ((["ALL"], None), {0}),
    ),
    "no new privileges": Promise(
        lambda inspected: "no-new-privileges:true" in _security(inspected),
        lambda inside: inside["noNewPrivileges"],
        (True, 1),
    ),
    "seccomp mode": Promise(
        lambda inspected: any("unconfined" in option for option in _security(inspected)),
        lambda inside: inside["seccomp"],
        (False, 2),
    ),
    "seccomp profile of its own": Promise(
        lambda inspected: any('"mkdirat"' in option for option in _security(inspected)),
        lambda inside: inside["makesFolders"],
        (True, False),
    ),
    "privileged": Promise(_host("Privileged"), lambda inside: "/dev/kmsg" in inside["devices"], (False, False)),
    "memory limit": Promise(_host("Memory"), _memory, (192 * MEBIBYTE, 192 * MEBIBYTE)),
    "swap": Promise(_host("MemorySwap"), _unseen, (192 * MEBIBYTE, None)),
    "memory reservation": Promise(_host("MemoryReservation"), _unseen, (64 * MEBIBYTE, None)),
    "processors": Promise(
        _host("NanoCpus"), lambda inside: int(inside["group"]["processors"]), (500_000_000, PERIOD_US // 2)
    ),
    "processor weight": Promise(_host("CpuShares"), _unseen, (51, None)),
    "processes": Promise(_host("PidsLimit"), lambda inside: inside["group"]["processes"], (64, "64")),
    "shared memory": Promise(_host("ShmSize"), lambda inside: inside["shm"], (32 * MEBIBYTE, 32 * MEBIBYTE)),
    "size of /tmp": Promise(
        lambda inspected: "size=48m" in _tmp(inspected),
        lambda inside: inside["tmp"],
        (True, 48 * MEBIBYTE),
    ),
    "options of /tmp": Promise(
        lambda inspected: _tmp(inspected) >= {"noexec", "nosuid"},
        lambda inside: _options(inside, "/tmp"),
        (True, {"tmpfs", "rw", "noexec", "nosuid", "nodev"}),
    ),
    "mounts": Promise(
        lambda inspected: {(each["Type"], each["Destination"], each["RW"]) for each in inspected["Mounts"]},
        lambda inside: inside["config"],
        ({("volume", "/etc/front", False), ("volume", "/run/secrets", False)}, CONFIG_TEXT),
    ),
    "secrets": Promise(
        lambda inspected: "TOKEN_FILE=/run/secrets/token" in inspected["Config"]["Env"],
        lambda inside: (inside["secretMode"], _options(inside, "/run/secrets")),
        (True, ("0o400", {"tmpfs", "ro"})),
    ),
    "processes of others": Promise(_host("PidMode"), lambda inside: inside["first"], ("", "python3")),
    "memory of others": Promise(_host("IpcMode"), _unseen, ("private", None)),
    "networks": Promise(
        lambda inspected: set(inspected["NetworkSettings"]["Networks"]),
        lambda inside: inside["interfaces"],
        ({"three.store", "three.python-api", "three.net.published"}, ["eth0", "eth1", "eth2", "lo"]),
    ),
    "published ports": Promise(
        _host("PortBindings"), _unseen, ({"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(FRONT_PORT)}]}, None)
    ),
    "restarts": Promise(_host("RestartPolicy"), _unseen, ({"Name": "unless-stopped", "MaximumRetryCount": 0}, None)),
    "logs": Promise(
        _host("LogConfig"), _unseen, ({"Type": "json-file", "Config": {"max-size": "100m", "max-file": "5"}}, None)
    ),
    "health check": Promise(_interval, _unseen, (1_000_000_000, None)),
    "time to stop": Promise(lambda inspected: inspected["Config"].get("StopTimeout"), _unseen, (10, None)),
}
"""By the name of what is promised, for the front of the stack of three."""
