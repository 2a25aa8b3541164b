"""The Docker daemon's configuration, and the plan of the processes around it; from the layout alone."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from toolchain import files
from toolchain.cluster.parts import Part
from toolchain.docker_host import relay
from toolchain.docker_host.layout import Layout

SHUTDOWN_S = 10
"""What the containers get to end by themselves, Docker's own default."""

NAME_SERVER = "10.0.2.3"
"""Where slirp4netns answers for the machine's own name servers."""

KEYLESS = 23
"""From this version of the engine on it needs no key, which it would write to `/etc`."""

UNSCORED = 25
"""From this version on it does not set its own score for the case that memory runs out."""

PUBLISH = """\
#!/bin/sh
exec "{python}" -ISE "{relay}" publish "{network}" "$@"
"""


def daemon(layout: Layout, registry_port: int, version: int) -> str:
    """The Docker daemon's configuration: Docker Hub's names are looked up in the embedded registry first.

    Args:
        layout: Where everything is.
        registry_port: The embedded registry's.
        version: The engine's major version.
    """
    registry = f"127.0.0.1:{registry_port}"
    settings: dict[str, object] = {
        "hosts": [layout.endpoint],
        "group": "root",
        "data-root": str(layout.data),
        "exec-root": "/run/docker",
        "pidfile": "/run/docker.pid",
        "exec-opts": ["native.cgroupdriver=cgroupfs"],
        "cgroup-parent": f"/{layout.group}",
        "init-path": str(layout.bin / "docker-init"),
        "userland-proxy-path": str(layout.relay),
        "insecure-registries": [registry],
        "registry-mirrors": [f"http://{registry}"],
        "shutdown-timeout": SHUTDOWN_S,
        "log-level": "warn",
    }
    if version < KEYLESS:
        settings["deprecated-key-path"] = str(layout.root / "key.json")
    if version < UNSCORED:
        # Some machines let nobody have a negative score, not even root.
        settings["oom-score-adjust"] = 0
    return json.dumps(settings, indent=2) + "\n"


def plan(layout: Layout, registry_port: int) -> str:
    """What the first process is told."""
    return json.dumps(
        {
            "home": str(layout.home.root),
            "resolver": str(layout.resolver),
            "logs": str(layout.logs),
            "shutdown_s": SHUTDOWN_S,
            # Nothing of the caller's environment: no proxy, no other engine.
            "environ": {"PATH": f"{layout.bin}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(layout.state)},
            "parts": [asdict(part) for part in parts(layout, registry_port)],
        },
        indent=2,
    )


def parts(layout: Layout, registry_port: int) -> tuple[Part, ...]:
    """The processes: the Docker daemon, the way out, and the way to the embedded registry."""
    network = str(layout.machine_network)
    egress = (
        "/usr/bin/nsenter",
        f"--net={network}",
        "slirp4netns",
        "--configure",
        "--mtu=65520",
        "--disable-host-loopback",  # what listens on this machine's loopback address is not for containers
        "--netns-type=path",
        "/proc/1/ns/net",
        "tap0",
    )
    registry = (sys.executable, "-ISE", relay.__file__, "reach", network, "127.0.0.1", str(registry_port))
    dockerd = (str(layout.bin / "dockerd"), "--config-file", str(layout.configuration))
    return (
        Part("egress", egress, vital=False),
        Part("registry", registry, vital=False),
        Part("dockerd", dockerd, ready=f"unix:{layout.socket}"),
    )


def write(layout: Layout, registry_port: int, version: int) -> None:
    """Write all of it, for an engine of this major version."""
    for folder in (layout.state, layout.data, layout.logs, layout.socket.parent):
        folder.mkdir(parents=True, exist_ok=True)
    files.write(layout.configuration, daemon(layout, registry_port, version))
    files.write(layout.resolver, f"nameserver {NAME_SERVER}\n")
    files.write(layout.machine_network, "")
    publish = PUBLISH.format(python=sys.executable, relay=Path(relay.__file__), network=layout.machine_network)
    files.write(layout.relay, publish, mode=0o755)
    files.write(layout.plan, plan(layout, registry_port))
