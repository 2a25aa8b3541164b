"""Profiles on the nodes, under names that follow their content: seccomp's in files, AppArmor's in the kernel.

A changed profile is another one. The old one stays, since pods that were made with it may start again.
"""

from collections.abc import Mapping
from typing import Any

from components.manifests.daemon_set import agent, daemon_set
from components.manifests.labels import workload_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.manifests.names import content_suffix, derived
from components.manifests.waivers import excepted
from components.spec.addons import Addons, Profiles
from components.spec.apparmor import renamed
from components.spec.environment import Environment
from components.spec.fleet import WHOLE
from components.spec.profiles import OwnProfiles

SECCOMP, APPARMOR = "profiles", "apparmor"
"""The names of what brings them."""

FOLDER = "slipway"
"""Below the kubelet's `seccomp`: nothing else of the node is mounted there."""

_STORE, _KEPT = "/store", "/kept"

_KERNEL = "/sys/kernel/security"
"""Where the kernel takes profiles, and lists them."""

_SECCOMP_RULES = {
    "host-path": "the kubelet reads profiles in its own folder",
    "volume-types": "the kubelet reads profiles in its own folder",
    "writable-host-path": "writes the profiles",
    "sensitive-host-paths": "the kubelet reads profiles in its own folder",
    "run-as-non-root": "the kubelet's folder is root's",
    "run-as-user-zero": "the kubelet's folder is root's",
}
_APPARMOR_RULES = {
    "host-path": "the kernel takes profiles by files of the node",
    "volume-types": "the kernel takes profiles by files of the node",
    "writable-host-path": "gives the kernel the profiles",
    "sensitive-host-paths": "the kernel takes profiles by files of the node",
    "run-as-non-root": "the kernel takes profiles from root",
    "run-as-user-zero": "the kernel takes profiles from root",
    "capabilities-baseline": "the kernel takes profiles from who has MAC_ADMIN",
    "capabilities-restricted": "the kernel takes profiles from who has MAC_ADMIN",
    "apparmor": "the runtime's own profile forbids the folder in which the kernel takes others",
}


def localhost_profiles(workload: str, profiles: OwnProfiles) -> dict[str, Any]:
    """What a container's security context has of its own profiles, by the names that its nodes know them by."""
    named = {
        "seccompProfile": profiles.seccomp and f"{FOLDER}/{_file(workload, profiles.seccomp)}",
        "appArmorProfile": profiles.apparmor and _loaded(workload, profiles.apparmor),
    }
    return {field: {"type": "Localhost", "localhostProfile": name} for field, name in named.items() if name}


def seccomp_files(profiles: Mapping[str, OwnProfiles]) -> dict[str, str]:
    """The texts of the workloads' seccomp profiles, by the names of their files."""
    return {_file(name, each.seccomp): each.seccomp for name, each in profiles.items() if each.seccomp}


def apparmor_files(profiles: Mapping[str, OwnProfiles]) -> dict[str, str]:
    """The texts of the workloads' AppArmor profiles, by the names that they have in the kernel, and in the texts."""
    found = {_loaded(name, each.apparmor): each.apparmor for name, each in profiles.items() if each.apparmor}
    return {name: renamed(text, name) for name, text in found.items()}


def profiles_config(environment: Environment, name: str, files: Mapping[str, str]) -> Manifest:
    """The profiles of all workloads, in an object whose name changes with them.

    Args:
        environment: the namespace for what runs on nodes.
        name: of what brings them.
        files: their texts.
    """
    metadata = {
        "name": _config_name(name, files),
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name),
    }
    return manifest("v1", "ConfigMap", metadata, immutable=True, data=files)


def seccomp_keeper(
    environment: Environment, addons: Addons, spec: Profiles, files: Mapping[str, str], image: Leaf
) -> Manifest:
    """What writes seccomp profiles on every node; its pod is ready once they are there.

    Args:
        environment: the namespace for what runs on nodes.
        addons: the add-ons.
        spec: its description.
        files: the profiles.
        image: `repository@sha256:…`, possibly not known yet.
    """
    container = agent(
        SECCOMP,
        image,
        spec.resources,
        {},
        [
            {"name": "store", "mountPath": _STORE, "readOnly": True},
            {"name": "kept", "mountPath": _KEPT},
        ],
        args=["add"],
        env=[{"name": "KEPT", "value": _KEPT}],
        **_probes("/keep.sh"),
    )
    folder = f"{addons.kubelet_folder}/seccomp/{FOLDER}"
    kept = {"name": "kept", "hostPath": {"path": folder, "type": "DirectoryOrCreate"}}
    made = daemon_set(environment, SECCOMP, _pod(SECCOMP, files, container, kept))
    return excepted(made, _SECCOMP_RULES, owner=environment.owner, until=addons.until)


def apparmor_loader(
    environment: Environment, addons: Addons, spec: Profiles, files: Mapping[str, str], image: Leaf
) -> Manifest:
    """What loads AppArmor profiles into the kernel of every node; its pod is ready once the kernel lists them.

    Args:
        environment: the namespace for what runs on nodes.
        addons: the add-ons.
        spec: its description.
        files: the profiles.
        image: `repository@sha256:…`, possibly not known yet.
    """
    container = agent(
        APPARMOR,
        image,
        spec.resources,
        {
            "capabilities": {"drop": ["ALL"], "add": ["MAC_ADMIN"]},
            "appArmorProfile": {"type": "Unconfined"},
        },
        [
            {"name": "store", "mountPath": _STORE, "readOnly": True},
            {"name": "kernel", "mountPath": _KERNEL},
        ],
        args=["load"],
        **_probes("/load.sh"),
    )
    kernel = {"name": "kernel", "hostPath": {"path": _KERNEL, "type": "Directory"}}
    made = daemon_set(environment, APPARMOR, _pod(APPARMOR, files, container, kernel))
    return excepted(made, _APPARMOR_RULES, owner=environment.owner, until=addons.until)


def _probes(program: str) -> dict[str, Any]:
    check = {"exec": {"command": [program, "check"]}, "timeoutSeconds": 5}
    return {
        "readinessProbe": {**check, "periodSeconds": 2},
        "livenessProbe": {**check, "periodSeconds": 60, "failureThreshold": 3},
    }


def _pod(
    name: str, files: Mapping[str, str], container: Mapping[str, Any], brought_to: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "terminationGracePeriodSeconds": 5,
        # Wherever a workload may be.
        "tolerations": [{"key": taint, "operator": "Exists", "effect": "NoSchedule"} for taint in WHOLE.values()],
        "containers": [container],
        "volumes": [{"name": "store", "configMap": {"name": _config_name(name, files)}}, brought_to],
    }


def _file(workload: str, text: str) -> str:
    return f"{workload}-{content_suffix({'profile': text})}.json"


def _loaded(workload: str, text: str) -> str:
    return f"{FOLDER}-{workload}-{content_suffix({'profile': text})}"


def _config_name(name: str, files: Mapping[str, str]) -> str:
    return derived(name, "config", content_suffix(files))
