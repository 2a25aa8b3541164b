"""The configuration files of the node's parts, from the layout alone."""

import json
from collections.abc import Sequence
from typing import Any

import yaml

from toolchain.cluster import addresses
from toolchain.cluster.layout import Layout

BRIDGE = "pods"
"""The network device in the node that all pods are behind."""

CONTAINERD_SOCKET = "/run/containerd/containerd.sock"
"""The node has a `/run` of its own."""

CONTAINERD = """\
version = 3
root = "{root}"
state = "/run/containerd"
disabled_plugins = [
  "io.containerd.snapshotter.v1.blockfile",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.nri.v1.nri",
  "io.containerd.tracing.processor.v1.otlp",
]

[grpc]
address = "{socket}"

[plugins."io.containerd.internal.v1.opt"]
path = "{root}/opt"

[plugins."io.containerd.cri.v1.images"]
snapshotter = "overlayfs"

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = "{pause}"

[plugins."io.containerd.cri.v1.images".registry]
config_path = "{registries}"

[plugins."io.containerd.cri.v1.runtime"]
# Some machines let nobody have a negative score, not even root; without this no pod starts on them.
restrict_oom_score_adj = true

[plugins."io.containerd.cri.v1.runtime".containerd]
default_runtime_name = "runc"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = "{runc}"
SystemdCgroup = false

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = ["{bin}"]
conf_dir = "{network}"
"""


def containerd(layout: Layout, runc: str, pause: str) -> str:
    """The container runtime's configuration: `runc` is a program, `pause` an image."""
    return CONTAINERD.format(
        root=layout.containerd,
        socket=CONTAINERD_SOCKET,
        pause=pause,
        registries=layout.config / "registries",
        runc=runc,
        bin=layout.bin,
        network=layout.config / "network",
    )


def registry(port: int) -> str:
    """Where the container runtime finds what is named after the embedded registry: across the link, in plain HTTP."""
    server = f"http://{addresses.HOST}:{port}"
    return f'server = "{server}"\n\n[host."{server}"]\ncapabilities = ["pull", "resolve"]\n'


def network() -> str:
    """The pods' network: one bridge in the node."""
    plugins: list[dict[str, Any]] = [
        {
            "type": "bridge",
            "bridge": BRIDGE,
            "isDefaultGateway": True,
            "hairpinMode": True,  # a pod may call the service that it is itself behind
            "ipam": {
                "type": "host-local",
                "dataDir": "/run/cni",
                "ranges": [[{"subnet": addresses.POD_NETWORK.replace("0.0/16", "0.0/24")}]],
            },
        },
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ]
    return json.dumps({"cniVersion": "1.0.0", "name": "slipway", "plugins": plugins}, indent=2) + "\n"


def kubelet(layout: Layout) -> str:
    """The kubelet's configuration."""
    return yaml.safe_dump(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": addresses.NODE,
            "port": addresses.KUBELET_PORT,
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(layout.certificate("authority"))},
            },
            "authorization": {"mode": "Webhook"},
            "tlsCertFile": str(layout.certificate("kubelet")),
            "tlsPrivateKeyFile": str(layout.key("kubelet")),
            "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{layout.group}",
            "failCgroupV1": False,  # Debian 12 in a virtual machine may still have it
            "failSwapOn": False,  # a laptop has swap
            "clusterDNS": [addresses.DNS_SERVICE],
            "clusterDomain": addresses.DOMAIN,
            "resolvConf": str(layout.config / "resolv.conf"),
            "volumePluginDir": str(layout.kubelet / "plugins-exec"),
            # A developer's disk is often nearly full; pods go only when there is really nothing left.
            "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
            "imageGCHighThresholdPercent": 100,
            "serializeImagePulls": False,
            "registryPullQPS": 0,
            "maxPods": 250,
        },
        sort_keys=False,
    )


COREFILE = """\
.:{port} {{
    errors
    health :8080
    ready :8181
    kubernetes {domain} in-addr.arpa ip6.arpa {{
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 5
    }}{forward}
    cache 5
}}
"""


def corefile(port: int, upstreams: Sequence[str] = ()) -> str:
    """CoreDNS' configuration; without upstreams, names outside the cluster do not exist.

    Answers live for 5 s at most: a test that waits for a name does not wait for a cache.
    """
    forward = f"\n    forward . {' '.join(upstreams)}" if upstreams else ""
    return COREFILE.format(port=port, domain=addresses.DOMAIN, forward=forward)
