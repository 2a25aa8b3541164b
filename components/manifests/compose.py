"""A Compose file from the same description: each service is the container that a Docker host would get."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from components.manifests.docker_container import (
    device_requests,
    docker_container,
    environment_variables,
)
from components.manifests.docker_network import attachments, networks
from components.manifests.docker_object import DockerObject, cores
from components.manifests.docker_volume import data_volumes
from components.spec.environment import Environment
from components.spec.image import BuildImage, ExternalImage
from components.spec.promotion import Promotions, promoted_name
from components.spec.settings import Settings
from components.spec.target import DockerTarget
from components.spec.workload import Workload

FILES_FOLDER = "compose.files"
"""Beside the Compose file: the plain files of its workloads, each workload's in a folder of its name."""

SECRETS_FOLDER = "SLIPWAY_SECRETS"
"""The variable that names the host's folder of secrets; by default one in memory, below `/run`."""


SCHEDULED = "scheduled"
"""The profile of jobs with a schedule, which Compose has nothing for: whoever has one calls `docker compose run`."""


@dataclass(frozen=True)
class Composed:
    """A Compose file and what stands beside it.

    Attributes:
        document: the file, as plain values.
        files: the text of each file that it names, by its path beside it.
    """

    document: dict[str, Any]
    files: Mapping[str, str]


def compose(settings: Settings, promotions: Promotions, tag: str) -> Composed:
    """The Compose file of a stack: all of its workloads, each in its groups.

    Args:
        settings: the stack's settings.
        promotions: the digests that may be promoted; one that is missing is left to a variable.
        tag: the tag of built images.
    """
    environment, workloads = settings.environment, settings.workloads
    target = settings.target if isinstance(settings.target, DockerTarget) else DockerTarget(kind="docker")
    made = networks(environment, workloads)
    volumes = {
        f"{name}.{role}": _volume(volume)
        for name, workload in workloads.items()
        for role, volume in data_volumes(environment, name, workload).items()
    }
    secrets = dict.fromkeys(secret for workload in workloads.values() for secret in workload.secrets)
    files = {
        _file(name, each): text
        for name, workload in workloads.items()
        if workload.config_files
        for each, text in workload.config_files.files.items()
    }
    parts: dict[str, Any] = {
        "services": {name: _service(settings, name, target, promotions, tag) for name in workloads},
        "networks": {role: _network(network) for role, network in made.items()},
        "volumes": volumes,
        "configs": {file.removeprefix(f"{FILES_FOLDER}/").replace("/", "."): {"file": f"./{file}"} for file in files},
        "secrets": {secret: {"file": f"{_secrets_folder(environment)}/{secret}"} for secret in secrets},
    }
    return Composed({"name": environment.namespace, **{part: value for part, value in parts.items() if value}}, files)


def _service(settings: Settings, name: str, target: DockerTarget, promotions: Promotions, tag: str) -> dict[str, Any]:
    environment, workload = settings.environment, settings.workloads[name]
    joined = attachments(environment, settings.workloads, name)
    container = docker_container(environment, name, workload, None, joined, target)
    service: dict[str, Any] = {
        **_image(settings, name, workload, promotions, tag),
        "hostname": name,
        "profiles": [SCHEDULED] if workload.job and not workload.job.once else list(workload.profiles),
        "entrypoint": _literal(workload.live_reload.command if workload.live_reload else workload.command),
        "command": _literal(workload.args),
        "environment": {
            variable: _escaped(value) for variable, value in sorted(environment_variables(workload).items())
        },
        "labels": {each["label"]: each["value"] for each in container["labels"]},
        "user": container["user"],
        "read_only": container["readOnly"],
        "privileged": container["privileged"],
        "cap_drop": container["capabilities"]["drops"],
        "security_opt": _security(container, workload),
        "ipc": container["ipcMode"],
        "tmpfs": [f"{path}:{options}" for path, options in container["tmpfs"].items()],
        "shm_size": f"{container['shmSize']}m" if "shmSize" in container else None,
        "pids_limit": workload.most_processes,
        "cpu_shares": container["cpuShares"],
        "memswap_limit": f"{container['memorySwap']}m",
        "deploy": {"resources": _resources(container, workload)},
        "volumes": _mounts(name, workload),
        "configs": _configs(name, workload),
        "secrets": list(workload.secrets),
        "expose": [str(port) for port in (workload.port, *(extra.port for extra in workload.extra_ports)) if port],
        "ports": [
            {"target": each.port, "published": str(each.on_host), "host_ip": each.host_address, "protocol": "tcp"}
            for each in workload.publish
        ],
        "depends_on": {needed: {"condition": _met(settings.workloads[needed])} for needed in workload.depends_on},
        "healthcheck": _healthcheck(container),
        "restart": _restart(container),
        "stop_grace_period": f"{container['stopTimeout']}s",
        "logging": {"driver": container["logDriver"], "options": container["logOpts"]},
    }
    if joined:
        service["networks"] = {each.role: {"aliases": list(each.aliases)} if each.aliases else {} for each in joined}
    else:
        service["network_mode"] = "none"
    return {field: value for field, value in service.items() if value not in (None, [], {})}


def _escaped(text: str) -> str:
    """A text in which Compose replaces nothing."""
    return text.replace("$", "$$")


def _literal(words: Iterable[str]) -> list[str]:
    return [_escaped(word) for word in words]


def _image(settings: Settings, name: str, workload: Workload, promotions: Promotions, tag: str) -> dict[str, Any]:
    """What runs: built from its folder, or by digest."""
    source, registry = workload.image.source, settings.registry
    if isinstance(source, ExternalImage):
        return {"image": source.reference}
    if isinstance(source, BuildImage):
        build = {
            "context": f"./{source.folder}",
            "dockerfile": source.dockerfile,
            "target": source.target,
            "args": {variable: _escaped(value) for variable, value in source.args.items()},
            "platforms": list(source.platforms),
        }
        given = {field: value for field, value in build.items() if value}
        return {"image": f"{registry.name_of(name)}:{tag}", "build": given}
    digest = promotions.get((source.source, promoted_name(name, source)))
    variable = f"{name.upper().replace('-', '_')}_DIGEST"
    wanted = digest or f"${{{variable}:?the digest that {source.source} ran}}"
    return {"image": f"{registry.name_of(source.name or name)}@{wanted}"}


def _security(container: DockerObject, workload: Workload) -> list[str]:
    options = [option.replace("=", ":", 1) for option in container["securityOpts"]]
    return [*options, f"seccomp:./{workload.seccomp_profile}"] if workload.seccomp_profile else options


def _resources(container: DockerObject, workload: Workload) -> dict[str, Any]:
    reserved: dict[str, Any] = {
        "cpus": cores(workload.resources.requests.cpu),
        "memory": f"{container['memoryReservation']}m",
    }
    if workload.gpu:
        reserved["devices"] = device_requests(workload)
    return {"limits": {"cpus": container["cpus"], "memory": f"{container['memory']}m"}, "reservations": reserved}


def _mounts(name: str, workload: Workload) -> list[dict[str, Any]]:
    mounts: list[dict[str, Any]] = [
        {"type": "volume", "source": f"{name}.{volume.name}", "target": volume.path} for volume in workload.volumes
    ]
    if workload.live_reload:
        source = {"source": f"./{workload.live_reload.folder}", "target": workload.live_reload.at}
        mounts.append({"type": "bind", **source, "read_only": True})
    return mounts


def _file(name: str, file: str) -> str:
    return f"{FILES_FOLDER}/{name}/{file}"


def _configs(name: str, workload: Workload) -> list[dict[str, Any]]:
    config = workload.config_files
    if config is None:
        return []
    return [{"source": f"{name}.{each}", "target": f"{config.folder}/{each}"} for each in config.files]


def _healthcheck(container: DockerObject) -> dict[str, Any] | None:
    check = container.get("healthcheck")
    if check is None:
        return None
    made: dict[str, Any] = {"test": _literal(check["tests"])} if "tests" in check else {}
    names = {"interval": "interval", "timeout": "timeout", "startPeriod": "start_period", "retries": "retries"}
    return {**made, **{name: check[field] for field, name in names.items()}}


def _met(needed: Workload) -> str:
    """What a service waits for: another's health, or the end of a job."""
    return "service_completed_successfully" if needed.job else "service_healthy"


def _restart(container: DockerObject) -> str:
    tries = container.get("maxRetryCount")
    return f"{container['restart']}:{tries}" if tries else str(container["restart"])


def _network(network: DockerObject) -> dict[str, Any]:
    made: dict[str, Any] = {"driver": network["driver"], "internal": network["internal"]}
    if "options" in network:
        made["driver_opts"] = dict(network["options"])
    return made


def _volume(volume: DockerObject) -> dict[str, Any]:
    return {"driver": volume["driver"], "labels": {each["label"]: each["value"] for each in volume["labels"]}}


def _secrets_folder(environment: Environment) -> str:
    return f"${{{SECRETS_FOLDER}:-/run/slipway/{environment.namespace}}}"
