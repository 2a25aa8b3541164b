"""Seccomp profiles on the nodes: files below the kubelet's folder, whose names follow their content.

A changed profile is another file. The old one stays, since pods that were made with it may start again.
"""

from collections.abc import Mapping

from components.manifests.daemon_set import agent, daemon_set
from components.manifests.labels import workload_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.manifests.names import content_suffix, derived
from components.manifests.waivers import excepted
from components.spec.addons import Addons, Profiles
from components.spec.environment import Environment
from components.spec.fleet import WHOLE

NAME = "profiles"

FOLDER = "slipway"
"""Below the kubelet's `seccomp`: nothing else of the node is mounted."""

_STORE, _KEPT = "/store", "/kept"

_RULES = {
    "host-path": "the kubelet reads profiles in its own folder",
    "volume-types": "the kubelet reads profiles in its own folder",
    "writable-host-path": "writes the profiles",
    "sensitive-host-paths": "the kubelet reads profiles in its own folder",
    "run-as-non-root": "the kubelet's folder is root's",
    "run-as-user-zero": "the kubelet's folder is root's",
}


def localhost_profile(workload: str, text: str) -> str:
    """The path of a workload's profile, as its pods name it: below the kubelet's `seccomp` folder."""
    return f"{FOLDER}/{_file(workload, text)}"


def profiles_config(environment: Environment, texts: Mapping[str, str]) -> Manifest:
    """The profiles of all workloads, in an object whose name changes with them."""
    metadata = {
        "name": _config_name(texts),
        "namespace": environment.namespace,
        "labels": workload_labels(environment, NAME),
    }
    return manifest("v1", "ConfigMap", metadata, immutable=True, data=_files(texts))


def profiles_keeper(
    environment: Environment, addons: Addons, spec: Profiles, texts: Mapping[str, str], image: Leaf
) -> Manifest:
    """What writes them on every node; its pod is ready once they are there.

    Args:
        environment: the namespace for what runs on nodes.
        addons: the add-ons.
        spec: its description.
        texts: the profile of each workload that has one.
        image: `repository@sha256:…`, possibly not known yet.
    """
    check = {"exec": {"command": ["/keep.sh", "check"]}, "timeoutSeconds": 5}
    container = agent(
        NAME,
        image,
        spec.resources,
        {},
        [
            {"name": "store", "mountPath": _STORE, "readOnly": True},
            {"name": "kept", "mountPath": _KEPT},
        ],
        args=["add"],
        env=[{"name": "KEPT", "value": _KEPT}],
        readinessProbe={**check, "periodSeconds": 2},
        livenessProbe={**check, "periodSeconds": 60, "failureThreshold": 3},
    )
    folder = f"{addons.kubelet_folder}/seccomp/{FOLDER}"
    pod = {
        "terminationGracePeriodSeconds": 5,
        # Wherever a workload may be.
        "tolerations": [{"key": taint, "operator": "Exists", "effect": "NoSchedule"} for taint in WHOLE.values()],
        "containers": [container],
        "volumes": [
            {"name": "store", "configMap": {"name": _config_name(texts)}},
            {"name": "kept", "hostPath": {"path": folder, "type": "DirectoryOrCreate"}},
        ],
    }
    return excepted(daemon_set(environment, NAME, pod), _RULES, owner=environment.owner, until=addons.until)


def _file(workload: str, text: str) -> str:
    return f"{workload}-{content_suffix({'profile': text})}.json"


def _files(texts: Mapping[str, str]) -> dict[str, str]:
    return {_file(name, text): text for name, text in texts.items()}


def _config_name(texts: Mapping[str, str]) -> str:
    return derived(NAME, "config", content_suffix(_files(texts)))
