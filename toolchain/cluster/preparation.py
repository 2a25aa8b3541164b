"""What one life of the cluster begins with: keys, tokens, configuration and the node's plan, all written anew."""

import json
from dataclasses import asdict
from pathlib import Path

from toolchain import files
from toolchain.cluster import addresses, certificates, configurations, identities, objects, parts, programs
from toolchain.cluster.certificates import Subject
from toolchain.cluster.layout import Layout

SECRET = 0o600

API_NAMES = (
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    f"kubernetes.default.svc.{addresses.DOMAIN}",
    "127.0.0.1",
    addresses.NODE,
    addresses.API_SERVICE,
)

CERTIFICATES = {
    "kube-apiserver": Subject("kube-apiserver", addresses=API_NAMES),
    "kubelet": Subject(f"system:node:{addresses.NODE_NAME}", "system:nodes", (addresses.NODE_NAME, addresses.NODE)),
    "kubelet-client": Subject("kube-apiserver-kubelet-client", "system:masters"),
    "front-proxy": Subject("front-proxy"),
    "metrics-server": Subject("metrics-server", addresses=("metrics-server.kube-system.svc", addresses.NODE)),
}
"""The parts that are spoken to, and the two roles in which the API server speaks to others."""


def prepare(layout: Layout, runc: str, registry_port: int) -> None:
    """Write everything the node needs into an empty state folder.

    Args:
        layout: Where it goes.
        runc: The program that starts containers.
        registry_port: The embedded registry's, on this machine's loopback address.

    Raises:
        ToolchainError: OpenSSL cannot make the keys.
    """
    folders = (layout.config, layout.kubelet, layout.containerd, layout.etcd, layout.volumes, home(layout))
    for folder in folders:
        folder.mkdir(parents=True, mode=0o700)
    for folder in (layout.container_logs, layout.library):
        folder.mkdir(mode=0o755)
    # Who looks for the kubelet's folder where it usually is finds it.
    (layout.library / "kubelet").symlink_to(layout.kubelet)
    layout.logs.mkdir(parents=True, exist_ok=True)
    for log in layout.logs.glob("*.log"):
        log.unlink()
    authority = _keys(layout)
    _tokens(layout, authority)
    _configurations(layout, runc, registry_port, authority)
    files.write(plan_file(layout), plan(layout))


def _keys(layout: Layout) -> bytes:
    signer = (layout.certificate("authority"), layout.key("authority"))
    certificates.make_authority(Subject("slipway cluster"), *signer)
    for name, subject in CERTIFICATES.items():
        certificates.make(subject, layout.certificate(name), layout.key(name), authority=signer)
    certificates.make_key(layout.key("service-accounts"), layout.public_key("service-accounts"))
    return signer[0].read_bytes()


def _tokens(layout: Layout, authority: bytes) -> None:
    tokens = identities.new_tokens()
    files.write(layout.config / "tokens.csv", identities.token_file(tokens), SECRET)
    files.write(_admin_token(layout), tokens[identities.ADMIN], SECRET)
    for name, token in tokens.items():
        files.write(layout.credentials(name), identities.kubeconfig(addresses.NODE_SERVER, authority, token), SECRET)
    own = identities.kubeconfig(addresses.SERVER, authority, tokens[identities.ADMIN])
    files.write(layout.kubeconfig, own, SECRET)


def _configurations(layout: Layout, runc: str, registry_port: int, authority: bytes) -> None:
    config = layout.config
    files.write(config / "containerd.toml", configurations.containerd(layout, runc, programs.PAUSE_IMAGE))
    # The embedded registry under its own name, and first where Docker Hub is meant: as in the builds.
    for name in (f"127.0.0.1:{registry_port}", "docker.io"):
        files.write(config / "registries" / name / "hosts.toml", configurations.registry(registry_port))
    files.write(config / "network" / "10-slipway.conflist", configurations.network())
    files.write(config / "kubelet.yaml", configurations.kubelet(layout))
    files.write(config / "resolv.conf", "# Names outside the cluster do not exist in it.\n")
    files.write(config / "objects.yaml", objects.objects(programs.DNS_IMAGE, authority))


def plan(layout: Layout) -> str:
    """What the node's first process is told."""
    return json.dumps(
        {
            "name": addresses.NODE_NAME,
            "address": f"{addresses.NODE}/{addresses.LINK_PREFIX}",
            "host": addresses.HOST,
            "services": addresses.SERVICE_NETWORK,
            "cgroup": layout.group,
            "home": str(layout.home.root),
            "library": str(layout.library),
            "container_logs": str(layout.container_logs),
            "resolver": str(layout.config / "resolv.conf"),
            "logs": str(layout.logs),
            "token": str(_admin_token(layout)),
            "authority": str(layout.certificate("authority")),
            # Nothing of the caller's environment: no proxy, no kubeconfig.
            "environ": {"PATH": f"{layout.bin}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home(layout))},
            "parts": [asdict(part) for part in parts.parts(layout)],
        },
        indent=2,
    )


def plan_file(layout: Layout) -> Path:
    """Where the plan is; it also names the node's first process among all others."""
    return layout.state / "plan.json"


def home(layout: Layout) -> Path:
    """The parts' home folder, for what they keep between runs."""
    return layout.state / "home"


def _admin_token(layout: Layout) -> Path:
    return layout.config / "admin.token"
