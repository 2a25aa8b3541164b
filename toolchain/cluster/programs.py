"""The programs of the cluster: built once from their pinned Go modules, and again when a pin has changed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain import files, gobuild, oci
from toolchain.cluster import images
from toolchain.cluster.layout import Layout
from toolchain.pins import GoPackage
from toolchain.progress import Progress

MODULES: Mapping[str, Sequence[str]] = {
    "cluster": (
        "./dns",
        "./etcd",
        "./firewall",
        "./pause",
        "./volumes",
        "github.com/containernetworking/plugins/plugins/ipam/host-local",
        "github.com/containernetworking/plugins/plugins/main/bridge",
        "github.com/containernetworking/plugins/plugins/main/loopback",
        "github.com/containernetworking/plugins/plugins/meta/portmap",
        "k8s.io/kubernetes/cmd/kube-apiserver",
        "k8s.io/kubernetes/cmd/kube-controller-manager",
        "k8s.io/kubernetes/cmd/kube-proxy",
        "k8s.io/kubernetes/cmd/kube-scheduler",
        "k8s.io/kubernetes/cmd/kubectl",
        "k8s.io/kubernetes/cmd/kubelet",
        "sigs.k8s.io/kwok/cmd/kwok",
        "sigs.k8s.io/metrics-server/cmd/metrics-server",
    ),
    "containerd": (
        "github.com/containerd/containerd/v2/cmd/containerd",
        "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
        "github.com/containerd/containerd/v2/cmd/ctr",
    ),
}
"""What is built, by the folder of `golang/` that pins it."""

PAUSE_IMAGE = "slipway.invalid/cluster/pause:built"
DNS_IMAGE = "slipway.invalid/cluster/dns:built"
"""Names of images that come from the archive only: no registry can have them."""


def ensure(layout: Layout, architecture: str, progress: Progress) -> None:
    """Have all programs, and the archive of images, for the present pins.

    Args:
        layout: Where they go.
        architecture: Of this machine, in Go's words.
        progress: Told what is built.

    Raises:
        ToolchainError: Something cannot be built; what is built already stays, and the next run goes on from there.
    """
    built = [_build(layout, module, progress) for module in MODULES]
    if any(built) or not layout.images.is_file():
        _pack(layout, architecture)
    link(layout.home.bin / "kubectl", layout.bin / "kubectl")


def targets(layout: Layout, module: str) -> dict[GoPackage, Path]:
    """What is built from a module, and where each program goes."""
    return {GoPackage(module, package): layout.bin / package.rsplit("/", 1)[-1] for package in MODULES[module]}


def _build(layout: Layout, module: str, progress: Progress) -> bool:
    """Build a module's programs unless they are there for its present pins; whether it was needed."""
    stamp = layout.bin / f".{module}"
    wanted = gobuild.key(module)
    wants = targets(layout, module)
    if stamp.is_file() and stamp.read_text() == wanted and all(target.is_file() for target in wants.values()):
        return False
    stamp.unlink(missing_ok=True)
    layout.images.unlink(missing_ok=True)
    gobuild.build(module, wants, layout.home, progress)
    files.write(stamp, wanted)
    return True


def link(name: Path, target: Path) -> None:
    """Put a program under a second name."""
    if name.is_symlink() and name.readlink() == target:
        return
    name.parent.mkdir(parents=True, exist_ok=True)
    name.unlink(missing_ok=True)
    name.symlink_to(target)


def _pack(layout: Layout, architecture: str) -> None:
    folder = layout.root / "images"
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        PAUSE_IMAGE: images.ProgramImage(layout.bin / "pause", user="65535:65535"),
        DNS_IMAGE: images.ProgramImage(layout.bin / "dns"),
    }
    made: dict[str, oci.Image] = {}
    for name, content in contents.items():
        made[name] = images.make(content, architecture, folder)
    images.archive(made, layout.images)
