"""What each field of a workload becomes on each target: found by changing the field and seeing what changes.

The table cannot fall behind the code: it is the difference of what the code makes, with and without a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from components.manifests.autoscaler import autoscaler
from components.manifests.compose import compose
from components.manifests.config_map import config_map
from components.manifests.deployment import deployment
from components.manifests.docker_container import docker_container
from components.manifests.docker_files import docker_files
from components.manifests.docker_network import attachments, networks
from components.manifests.docker_volume import config_volume, data_volumes, secrets_volume, store_volume
from components.manifests.network_policy import network_policy
from components.manifests.pod_disruption_budget import pod_disruption_budget
from components.manifests.secret import secret
from components.manifests.service import service
from components.manifests.service_account import service_account
from components.manifests.stateful_set import stateful_set
from components.manifests.waivers import waived
from components.spec.profiles import OwnProfiles
from components.spec.settings import Settings
from components.spec.target import DockerTarget
from components.spec.without_effect import ON_A_CLUSTER, ON_A_DOCKER_HOST
from components.spec.workload import Workload
from tests.support.docs.markdown import markdown

_BASE: dict[str, Any] = {"image": {"build": {"folder": "images/api"}}, "replicas": 1, "port": 8000}
_RESOURCES = {
    "requests": {"cpu": "100m", "memory": "64Mi", "ephemeralStorage": "64Mi"},
    "limits": {"cpu": "200m", "memory": "128Mi", "ephemeralStorage": "2Gi"},
}

WRITTEN: Mapping[str, Any] = {
    "image": {"promote": {"from": "staging"}},
    "profile": "model",
    "version": "1.2",
    "replicas": 2,
    "autoscaling": {"min": 2, "max": 4},
    "rollout": {"maxSurge": 0, "maxUnavailable": 1},
    "port": 9000,
    "extraPorts": [{"name": "metrics", "port": 9090}],
    "command": ["serve"],
    "args": ["--fast"],
    "env": {"LEVEL": "info"},
    "configFiles": {"folder": "/etc/api", "files": {"api.yaml": "a: 1\n"}},
    "secrets": ["token"],
    "volumes": [{"name": "data", "path": "/data", "size": "1Gi"}],
    "dependsOn": ["other"],
    "profiles": ["monitoring"],
    "publish": [{"port": 8000}],
    "restart": "always",
    "liveReload": {"folder": "images/api/src", "at": "/app", "command": ["watch"]},
    "resources": _RESOURCES,
    "gpu": {"whole": {"count": 1, "product": "NVIDIA-A100-SXM4-80GB"}},
    "model": {"path": "/models", "size": "64Mi", "warmUpSeconds": 60, "preloaded": True},
    "runtime": "python",
    "shmSize": "64Mi",
    "tmpSize": "64Mi",
    "pidsLimit": 100,
    "seccompProfile": "profiles/api.json",
    "pullSeconds": 900,
    "deadlines": {"progressSeconds": 900, "awaitSeconds": 3600},
    "probes": {
        "command": ["check"],
        "startupSeconds": 20,
        "livenessPeriodSeconds": 20,
        "readinessPeriodSeconds": 20,
        "timeoutSeconds": 2,
    },
    "shutdown": {"preStopSeconds": 1, "drainSeconds": 60},
    "priorityClass": "serving",
    "user": 12000,
    "group": 13000,
    "network": {"allowFrom": [{"workload": "other"}], "allowTo": [{"cidr": "10.0.0.0/8"}]},
    "waivers": [{"rule": "max-containers", "reason": "is being split", "owner": "team", "expires": "9999-12-31"}],
    "slo": {"availability": 99},
}
"""A value for each field of a workload that is not its default."""

ORDER = "waits until the other is ready"
GROUP = "not deployed, unless the environment wants the group"
IN_TWO_PLACES: Mapping[str, tuple[str, str, str]] = {
    "dependsOn": (ORDER, ORDER, "`depends_on.other.condition`"),
    "profiles": (GROUP, GROUP, "`profiles`"),
    "profile": ("", "", ""),
    "slo": ("with monitoring, the rules and the dashboard", "", ""),
}
"""What the program does with a field beside writing it into an object, for Kubernetes, Docker and Compose."""

INSTEAD: Mapping[str, tuple[str, str, str]] = {
    "job": (
        "`Job` or `CronJob`, in place of the Deployment, the Service and the probes",
        "refused: nothing there runs it to its end, or at its time",
        "`restart`, `depends_on.<other>.condition`; of a schedule the profile `scheduled`",
    ),
    "appArmorProfile": (
        "`container.securityContext.appArmorProfile`",
        "refused: nothing loads it into the kernel of the host",
        "left out: nothing loads it into the kernel of the host",
    ),
}
"""Fields that make something else of a workload, or that a target refuses, for Kubernetes, Docker and Compose."""

NOTHING: Mapping[tuple[str, int], str] = {
    **{(field, 0): f"nothing: {why}" for field, why in ON_A_CLUSTER.items()},
    **{(field, column): f"nothing: {why}" for field, why in ON_A_DOCKER_HOST.items() for column in (1, 2)},
    ("port", 1): "the address only",
    ("pidsLimit", 1): "the container's `PidsLimit`, set once it runs",
}
"""Why a field changes no object of a target."""

_LIST = re.compile(r"\[\d+\]")


def targets() -> str:
    """The table: a row for each field of a workload."""
    rows: list[tuple[str, ...]] = []
    for field, info in Workload.model_fields.items():
        name = info.alias or field
        cells = INSTEAD.get(name) or [
            _cell(name, column, places)
            for column, places in enumerate((_kubernetes(name), _docker(name), _compose(name)))
        ]
        rows.append((f"`{name}`", *cells))
    return markdown(("field", "render and kubernetes", "docker", "compose"), rows)


def _cell(name: str, column: int, places: list[str]) -> str:
    said = IN_TWO_PLACES.get(name, ("", "", ""))[column]
    if said.startswith("`"):
        return said
    text = ", ".join(f"`{place}`" for place in places)
    return "; ".join(part for part in (text, said) if part) or NOTHING[name, column]


def _workload(name: str | None) -> Workload:
    return _settings(name).workloads["api"]


def _settings(name: str | None) -> Settings:
    api = {**_BASE, **({name: WRITTEN[name]} if name else {})}
    if name == "autoscaling":
        del api["replicas"]
    other = {**_BASE, "network": {"allowTo": [{"workload": "api"}]}}
    return Settings.model_validate(
        {
            "environment": {"tier": "dev", "namespace": "demo", "owner": "platform", "profiles": ["monitoring"]},
            "target": {"kind": "docker"},
            "registry": {"address": "registry.example.com"},
            "workloads": {"api": api, "other": other},
            "secrets": {"token": {"generated": {}}},
        },
        by_alias=True,
        by_name=True,
    )


def _kubernetes(name: str) -> list[str]:
    def objects(workload: Workload) -> dict[str, Any]:
        where = _settings(None).environment
        made = [
            (stateful_set if workload.volumes else deployment)(
                where,
                "api",
                workload,
                _reference(workload),
                {"token": "token-1"},
                profiles=OwnProfiles(_seccomp(workload)),
            ),
            config_map(where, "api", workload),
            service(where, "api", workload),
            service_account(where, "api", workload, pulls_with_secret=False),
            network_policy(where, "api", workload),
            pod_disruption_budget(where, "api", workload),
            autoscaler(where, "api", workload),
            secret(where, "token", "") if workload.secrets else None,
        ]
        return {str(each["kind"]): waived(each, workload) for each in made if each}

    return _changed(objects(_workload(None)), objects(_workload(name)))


def _docker(name: str) -> list[str]:
    def objects(settings: Settings) -> dict[str, Any]:
        where, workload = settings.environment, settings.workloads["api"]
        target = cast("DockerTarget", settings.target)
        joined = attachments(where, settings.workloads, "api")
        container = docker_container(
            where,
            "api",
            workload,
            _reference(workload),
            joined,
            target,
            seccomp=_seccomp(workload),
            source="/source" if workload.live_reload else None,
            files="1" if workload.secrets or workload.config_files else None,
        )
        volumes = {
            **data_volumes(where, "api", workload),
            "store": store_volume(where, "api", workload),
            "secrets": secrets_volume(where, "api", workload),
            "config": config_volume(where, "api", workload),
        }
        brought = docker_files(where, "api", workload, "", target)
        made = {"Container": container, "Container (files)": brought}
        made |= {f"Network ({role})": each for role, each in networks(where, settings.workloads).items()}
        made |= {f"Volume ({role})": each for role, each in volumes.items()}
        return {kind: each for kind, each in made.items() if each}

    return _changed(objects(_settings(None)), objects(_settings(name)))


def _compose(name: str) -> list[str]:
    def service_of(settings: Settings) -> dict[str, Any]:
        return cast("dict[str, Any]", compose(settings, {}, "dev").document["services"]["api"])

    before, after = service_of(_settings(None)), service_of(_settings(name))
    return [place.removeprefix("service.") for place in _changed({"service": before}, {"service": after})]


def _seccomp(workload: Workload) -> str | None:
    return "{}" if workload.seccomp_profile else None


def _reference(workload: Workload) -> str:
    return "promoted" if workload.image.promote else "built"


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The places whose values differ; an object that is there in one of them only is named as a whole."""
    found: list[str] = []
    for kind in dict.fromkeys((*before, *after)):
        if kind not in before or kind not in after:
            found += [kind] if kind in after else []
            continue
        found += [f"{kind}.{place}" for place in _differences(before[kind], after[kind])]
    return list(dict.fromkeys(_short(place) for place in found))


def _differences(before: object, after: object) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        one, two = cast("dict[str, Any]", before), cast("dict[str, Any]", after)
        for key in dict.fromkeys((*one, *two)):
            if key not in one or key not in two:
                yield key
            else:
                yield from (f"{key}.{below}" if below else key for below in _differences(one[key], two[key]))
    elif isinstance(before, list) and isinstance(after, list):
        first, second = cast("list[Any]", before), cast("list[Any]", after)
        if len(first) != len(second):
            yield ""
            return
        for one, two in zip(first, second, strict=True):
            yield from _differences(one, two)
    elif before != after:
        yield ""


def _short(place: str) -> str:
    """A place without the way to the pod and the container, which is the same for all."""
    place = place.replace(".spec.template.spec.containers.", ": container.").replace(".spec.template.spec.", ": pod.")
    return place.rstrip(".").removeprefix("Deployment: ")
