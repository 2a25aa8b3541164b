"""What workloads are to each other on one host: which are wanted, what starts before what, whose port is whose."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from components.spec.environment import Environment
from components.spec.graph import Needs, circle, in_order
from components.spec.model import model_on_docker_checks
from components.spec.problem import listed
from components.spec.refusal import Refusal
from components.spec.workload import Workload


def wanted(environment: Environment, workloads: Mapping[str, Workload]) -> dict[str, Workload]:
    """The workloads that run: those of no group, those of the tier's, and those of a group the environment names."""
    groups = {environment.tier, *environment.profiles}
    return {name: each for name, each in workloads.items() if not each.profiles or groups & set(each.profiles)}


def start_order(workloads: Mapping[str, Workload]) -> list[str]:
    """The workloads, each after those that it depends on; what a circle leaves out, in the order written."""
    return in_order(_needs(workloads))


def order_checks(workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """No workload waits for itself, however far round."""
    needs = _needs(workloads)
    for name, workload in workloads.items():
        way = circle(name, needs)
        if way and name == min(way):
            yield Refusal(
                at=("workloads", name, "dependsOn"),
                found=" → ".join((*way, way[0])),
                allowed="an order in which each can start after those that it depends on",
                mend="take one of them out: a service can try again until another answers",
            )
        for index, needed in enumerate(workload.depends_on):
            before = workloads.get(needed)
            if before and not before.tells:
                yield Refusal(
                    at=("workloads", name, "dependsOn", index),
                    found=f"{needed!r}, of which nobody can tell whether it is ready",
                    allowed="a workload with a `port` or with `probes.command`, or a job without a schedule",
                    mend="take it out: it ends at its own times"
                    if before.job
                    else f"give {needed!r} a `probes.command`, or take it out",
                )


def _needs(workloads: Mapping[str, Workload]) -> Needs:
    return {name: workload.depends_on for name, workload in workloads.items()}


def profile_checks(environment: Environment, workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """What runs depends on nothing that does not; and source of a laptop runs in `dev` only."""
    runs = wanted(environment, workloads)
    for name, workload in runs.items():
        for index, needed in enumerate(workload.depends_on):
            if needed in workloads and needed not in runs:
                yield Refusal(
                    at=("workloads", name, "dependsOn", index),
                    found=f"{needed!r}, which does not run here: it is in {listed(workloads[needed].profiles, 'and')}",
                    allowed="a workload that runs wherever this one does",
                    mend="name its group in `environment.profiles`, or give both the same `profiles`",
                )
        if workload.live_reload and environment.tier != "dev":
            yield Refusal(
                at=("workloads", name, "liveReload"),
                found=f"source of this machine, in {environment.tier}",
                allowed="an image's own source outside `dev`",
                mend="leave `liveReload` to the dev stack",
            )


def docker_run_checks(runs: Mapping[str, Workload]) -> Iterator[Refusal]:
    """A Docker host runs what serves, and loads no profiles: nothing on it waits for an end, or for a time to come."""
    for name, workload in runs.items():
        if workload.app_armor_profile:
            yield Refusal(
                at=("workloads", name, "appArmorProfile"),
                found=f"`{workload.app_armor_profile}`, for a Docker host",
                allowed="an AppArmor profile of its own on a cluster: on a Docker host nothing loads it",
                mend="one of three: deploy to a cluster; leave the workload out here by `profiles`; or load a profile "
                "on the host yourself, and name it in `slipway:target.apparmor` in place of this",
            )
        if workload.job:
            yield Refusal(
                at=("workloads", name, "job"),
                found="a job on a Docker host" if workload.job.once else "a schedule on a Docker host",
                allowed="jobs on a cluster: a Docker host has nothing that runs them to their end, or at their time",
                mend="one of three: deploy to a cluster; leave it out here by `profiles`; or write `slipway compose`, "
                f"and let the host's own scheduler call `docker compose run --rm {name}`",
            )


def docker_checks(workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """Each port of the host once; whole GPUs; and a check of health for images that nobody here built."""
    taken: dict[int, str] = {}
    for name, workload in workloads.items():
        for index, published in enumerate(workload.publish):
            port = published.on_host
            if port in taken:
                yield Refusal(
                    at=("workloads", name, "publish", index),
                    found=f"port {port} of the host, which {taken[port]!r} has",
                    allowed="each port of the host once",
                    mend="set another `hostPort`",
                )
            taken[port] = name
        if workload.gpu and not workload.gpu.whole:
            yield Refusal(
                at=("workloads", name, "gpu"),
                found="a slice, a share, or a GPU that is not NVIDIA's",
                allowed="`whole` GPUs on a Docker host, whose engine hands out those, and no others",
                mend="ask for `whole: {count: 1}`, or deploy to a cluster",
            )
        if workload.model:
            for refusal in model_on_docker_checks(workload.model):
                yield replace(refusal, at=("workloads", name, *refusal.at))
        if workload.image.external and workload.port and not workload.probes.command:
            yield Refusal(
                at=("workloads", name, "probes", "command"),
                found="nothing",
                allowed="a command that tells whether the service is ready: Docker asks inside the container, and what "
                "an external image brings is not known",
                mend="add for example `command: [redis-cli, ping]`",
            )
