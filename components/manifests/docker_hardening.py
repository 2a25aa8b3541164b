"""What no container may loosen, and what bounds it: as tight as a pod of the `restricted` level."""

from typing import Any

from components.manifests.docker_object import cores, mebibytes
from components.spec import defaults
from components.spec.resources import Resources
from components.spec.target import DockerTarget, Fluentd
from components.spec.workload import Workload

TMP_OPTIONS = "rw,noexec,nosuid,nodev"
"""Of the writable `/tmp`; D1: `tmpfs /tmp:noexec,nosuid,size=100m`."""

SHARES_OF_A_CORE = 1024
"""The kernel's weight of one processor, as Kubernetes counts requests."""

FEWEST_SHARES = 2
"""The kernel takes no less."""


def tmp_size(workload: Workload) -> str:
    """The size of the writable `/tmp`, as mount options write it."""
    return f"{mebibytes(workload.tmp_size)}m"


def hardened(user: int, group: int, target: DockerTarget, seccomp: str | None) -> dict[str, Any]:
    """Who it runs as, without a way to become more.

    Args:
        user: its user id.
        group: its group id.
        target: what the host has.
        seccomp: the text of a seccomp profile of its own, or None for Docker's default.
    """
    options = ["no-new-privileges:true"]
    if seccomp is not None:
        options.append(f"seccomp={seccomp}")
    if target.apparmor is not None:
        options.append(f"apparmor={target.apparmor}")
    if target.selinux_type is not None:
        options.append(f"label=type:{target.selinux_type}")
    return {
        "user": f"{user}:{group}",
        "readOnly": True,
        "privileged": False,
        "capabilities": {"drops": ["ALL"]},
        "securityOpts": options,
        "ipcMode": "private",
    }


def bounds(resources: Resources, shm_size: str | None) -> dict[str, Any]:
    """What it may use. No swap: the memory limit is the whole of it."""
    memory = mebibytes(resources.limits.memory)
    weight = int(float(cores(resources.requests.cpu)) * SHARES_OF_A_CORE)
    return {
        "cpus": cores(resources.limits.cpu),
        "cpuShares": max(weight, FEWEST_SHARES),
        "memory": memory,
        "memorySwap": memory,
        "memoryReservation": mebibytes(resources.requests.memory),
        "shmSize": mebibytes(shm_size) if shm_size else None,
    }


def logging(target: DockerTarget, name: str) -> dict[str, Any]:
    """Where its output goes."""
    if isinstance(target.logging, Fluentd):
        options = {"fluentd-address": target.logging.address, "fluentd-async": "true", "tag": f"docker.{name}"}
        return {"logDriver": "fluentd", "logOpts": options}
    options = {"max-size": target.logging.max_size, "max-file": str(target.logging.max_files)}
    return {"logDriver": "json-file", "logOpts": options}


def restarting(workload: Workload) -> dict[str, Any]:
    """When it is started again; a job, until it has ended well, or failed for good."""
    if workload.job:
        return (
            {"restart": "on-failure", "maxRetryCount": workload.job.retries}
            if workload.job.retries
            else {"restart": "no"}
        )
    tries = {"maxRetryCount": defaults.RESTARTS_ON_FAILURE} if workload.restart == "on-failure" else {}
    return {"restart": workload.restart, **tries}
