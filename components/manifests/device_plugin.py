"""NVIDIA's device plugin on the nodes of a pool, configured as the fleet describes them.

The format of its configuration, its variables and what it mounts: https://github.com/NVIDIA/k8s-device-plugin,
`README.md`, `api/config/v1` and the chart's templates.
"""

import json
from typing import Any

from components.manifests.daemon_set import agent, daemon_set
from components.manifests.gpu import TAINTS
from components.manifests.labels import workload_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.manifests.names import content_suffix
from components.manifests.waivers import excepted
from components.spec.addons import Addons, DevicePlugin
from components.spec.environment import Environment
from components.spec.fleet import Pool, PoolGpus
from components.spec.gpu import RESOURCE

MPS_ROOT = "/run/nvidia/mps"
FEATURES = "/etc/kubernetes/node-feature-discovery/features.d"
"""Where node feature discovery reads what others found out."""

CONFIG_FILE = "config.yaml"

_TOLERATIONS = [{"key": TAINTS["nvidia.com"], "operator": "Exists", "effect": "NoSchedule"}]

_BY_SOCKETS = {
    "host-path": "talks to the kubelet by a socket in its folder",
    "volume-types": "talks to the kubelet by a socket in its folder",
    "writable-host-path": "makes its own socket in the kubelet's folder",
    "sensitive-host-paths": "the kubelet looks for the sockets of device plugins in its own folder",
    "run-as-non-root": "the kubelet's folder is root's",
    "run-as-user-zero": "the kubelet's folder is root's",
}
_FOR_SLICES = {
    "capabilities-baseline": "without SYS_ADMIN the driver shows no slices",
    "capabilities-restricted": "without SYS_ADMIN the driver shows no slices",
}
_BY_MPS = {
    "host-path": "programs of several containers meet in a folder of the node",
    "volume-types": "programs of several containers meet in a folder of the node",
    "writable-host-path": "makes the sockets by which they meet",
    "run-as-non-root": "mounts, which only root may",
    "run-as-user-zero": "mounts, which only root may",
    "privileged": "mounts the memory that MPS shares among the containers of the node",
    "allow-privilege-escalation": "a privileged container has all there is",
}
"""Rules that the pods cannot keep to, and why."""


def plugin_name(pool: str) -> str:
    """The name of the plugin's objects for a pool."""
    return f"gpus-{pool}"


def mps_name(pool: str) -> str:
    """The name of the objects of what runs MPS on a pool's nodes."""
    return f"mps-{pool}"


def plugin_config(gpus: PoolGpus) -> dict[str, Any]:
    """The plugin's configuration, in its format `v1`: what the pool offers is what its description says."""
    strategy = gpus.slices.strategy if gpus.slices else "none"
    config: dict[str, Any] = {"version": "v1", "flags": {"migStrategy": strategy, "failOnInitError": True}}
    if gpus.shares:
        sharing = {
            "renameByDefault": gpus.shares.renamed,
            # Two shares may be two turns on one GPU: nobody is to think that they are more than one.
            "failRequestsGreaterThanOne": True,
            "resources": [{"name": RESOURCE, "replicas": gpus.shares.each}],
        }
        config["sharing"] = {"timeSlicing" if gpus.shares.by == "time-slicing" else "mps": sharing}
    return config


def config_map(environment: Environment, name: str, pool: Pool) -> Manifest:
    """The configuration of the plugin on a pool's nodes, in an object whose name changes with it."""
    gpus = _gpus(pool)
    data = {CONFIG_FILE: json.dumps(plugin_config(gpus), indent=2) + "\n"}
    metadata = {
        "name": _config_name(name, gpus),
        "namespace": environment.namespace,
        "labels": workload_labels(environment, plugin_name(name)),
    }
    return manifest("v1", "ConfigMap", metadata, immutable=True, data=data)


def device_plugin(
    environment: Environment, addons: Addons, plugin: DevicePlugin, name: str, pool: Pool, image: Leaf
) -> Manifest:
    """What offers the GPUs of a pool's nodes to their pods.

    Args:
        environment: the namespace for what runs on nodes.
        addons: the add-ons.
        plugin: the plugin.
        name: the pool's name.
        pool: the pool.
        image: `repository@sha256:…` of the plugin, possibly not known yet.
    """
    gpus = _gpus(pool)
    sockets = f"{addons.kubelet_folder}/device-plugins"
    # The kubelet's folder has the kubelet's path inside, too: the plugin looks for it there.
    mounts = [_CONFIG_MOUNT, {"name": "sockets", "mountPath": "/var/lib/kubelet/device-plugins"}]
    volumes = [_config_volume(name, gpus), _host("sockets", sockets, "Directory")]
    if _by_mps(gpus):
        mounts += [{"name": "mps", "mountPath": "/mps"}, {"name": "mps-memory", "mountPath": "/dev/shm"}]  # noqa: S108  # the daemon's
        volumes += [_host("mps", MPS_ROOT, "DirectoryOrCreate"), _host("mps-memory", f"{MPS_ROOT}/shm", "")]
    security = {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}} if gpus.slices else {}
    env = _env(gpus, {"MPS_ROOT": MPS_ROOT} if _by_mps(gpus) else {})
    command = ["nvidia-device-plugin"]
    containers = [agent("device-plugin", image, plugin.resources, security, mounts, command=command, env=env)]
    if plugin.feature_discovery:
        found = [_CONFIG_MOUNT, {"name": "features", "mountPath": FEATURES}]
        volumes.append(_host("features", FEATURES, "DirectoryOrCreate"))
        command = ["gpu-feature-discovery"]
        env = [*_env(gpus, {}), {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]
        containers.append(
            agent("feature-discovery", image, plugin.resources, security, found, command=command, env=env)
        )
    rules = {**_BY_SOCKETS, **(_FOR_SLICES if gpus.slices else {})}
    pod = {**_pod(plugin, pool), "containers": containers, "volumes": volumes}
    return excepted(daemon_set(environment, plugin_name(name), pod), rules, owner=environment.owner, until=addons.until)


def mps_daemon(
    environment: Environment, addons: Addons, plugin: DevicePlugin, name: str, pool: Pool, image: Leaf
) -> Manifest | None:
    """What runs MPS on a pool's nodes, or None if they do not share GPUs by it; takes what `device_plugin` does."""
    gpus = _gpus(pool)
    if not _by_mps(gpus):
        return None
    security = {"privileged": True, "allowPrivilegeEscalation": True}
    root = {"name": "mps", "mountPath": "/mps"}
    shared = [{**root, "mountPropagation": "Bidirectional"}]
    before = agent("memory", image, plugin.resources, security, shared, command=["mps-control-daemon", "mount-shm"])
    mounts = [_CONFIG_MOUNT, root, {"name": "mps-memory", "mountPath": "/dev/shm"}]  # noqa: S108  # the daemon's
    env = [*_env(gpus, {}), {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]
    daemon = agent("mps", image, plugin.resources, security, mounts, command=["mps-control-daemon"], env=env)
    pod = {
        **_pod(plugin, pool),
        "initContainers": [before],
        "containers": [daemon],
        "volumes": [
            _config_volume(name, gpus),
            _host("mps", MPS_ROOT, "DirectoryOrCreate"),
            _host("mps-memory", f"{MPS_ROOT}/shm", ""),
        ],
    }
    return excepted(daemon_set(environment, mps_name(name), pod), _BY_MPS, owner=environment.owner, until=addons.until)


_CONFIG_MOUNT = {"name": "config", "mountPath": "/config", "readOnly": True}


def _gpus(pool: Pool) -> PoolGpus:
    if pool.gpus is None:
        raise AssertionError("only pools with GPUs have a plugin")
    return pool.gpus


def _by_mps(gpus: PoolGpus) -> bool:
    return gpus.shares is not None and gpus.shares.by == "mps"


def _pod(plugin: DevicePlugin, pool: Pool) -> dict[str, Any]:
    return {
        **({"runtimeClassName": plugin.runtime_class} if plugin.runtime_class else {}),
        **({"nodeSelector": dict(pool.labels)} if pool.labels else {}),
        "tolerations": _TOLERATIONS,
    }


def _env(gpus: PoolGpus, more: dict[str, str]) -> list[dict[str, Any]]:
    """Variables of the plugin, and those by which NVIDIA's runtime gives a container all GPUs to look at."""
    slices = {"NVIDIA_MIG_MONITOR_DEVICES": "all"} if gpus.slices else {}
    values = {
        "CONFIG_FILE": f"{_CONFIG_MOUNT['mountPath']}/{CONFIG_FILE}",
        "NVIDIA_DRIVER_CAPABILITIES": "compute,utility",
        "NVIDIA_VISIBLE_DEVICES": "all",
    }
    return [{"name": name, "value": value} for name, value in sorted({**values, **slices, **more}.items())]


def _config_name(name: str, gpus: PoolGpus) -> str:
    return f"{plugin_name(name)}-{content_suffix(plugin_config(gpus))}"


def _config_volume(name: str, gpus: PoolGpus) -> dict[str, Any]:
    return {"name": "config", "configMap": {"name": _config_name(name, gpus)}}


def _host(name: str, path: str, kind: str) -> dict[str, Any]:
    return {"name": name, "hostPath": {"path": path, "type": kind}}
