"""What rules say of a container of a Docker host: its field, what is wanted there, how to mend it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule says of a Docker container.

    Attributes:
        field: The container's field.
        wanted: What is wanted there.
        mend: How to mend it.
        argument: The mending, as an argument of `docker.Container`.
    """

    field: str
    wanted: str
    mend: str
    argument: str


SECURITY_OPTIONS = "securityOpts"
"""The field of the security options."""

_DROP = 'capabilities=docker.ContainerCapabilitiesArgs(drops=["ALL"])'
WORDS: dict[str, Words] = {
    "privileged": Words(
        "privileged",
        "must not be true",
        "remove privileged, and add the one capability that is needed",
        "privileged=False",
    ),
    "host-network": Words(
        "networkMode", "must not be host", "attach the container to a network of its own", 'network_mode="bridge"'
    ),
    "host-pid": Words("pidMode", "must not be host", "remove pid_mode", "pid_mode=None"),
    "host-ipc": Words("ipcMode", "must not be host", "set ipc_mode to private, or leave it out", 'ipc_mode="private"'),
    "capabilities-baseline": Words(
        "capabilities", "must not add more than a container has by default", "remove the capability from adds", _DROP
    ),
    "capabilities-restricted": Words(
        "capabilities",
        "must drop ALL, and add nothing but NET_BIND_SERVICE",
        'set drops to ["ALL"], and add nothing but NET_BIND_SERVICE',
        _DROP,
    ),
    "drop-net-raw": Words("capabilities", "must drop ALL or NET_RAW", 'set drops to ["ALL"]', _DROP),
    "apparmor": Words(
        SECURITY_OPTIONS,
        "must not turn AppArmor off",
        "remove apparmor=unconfined",
        'security_opts=["apparmor=docker-default"]',
    ),
    "selinux": Words(
        SECURITY_OPTIONS,
        "must not choose a SELinux user, role or type that is not a container's",
        "remove the label option",
        'security_opts=["no-new-privileges:true"]',
    ),
    "seccomp-baseline": Words(
        SECURITY_OPTIONS,
        "must not turn seccomp off",
        "remove seccomp=unconfined",
        'security_opts=["no-new-privileges:true"]',
    ),
    "seccomp-required": Words(
        SECURITY_OPTIONS,
        "must not turn seccomp off",
        "remove seccomp=unconfined",
        'security_opts=["no-new-privileges:true"]',
    ),
    "proc-mount": Words(
        SECURITY_OPTIONS,
        "must not unmask /proc",
        "remove systempaths=unconfined",
        'security_opts=["no-new-privileges:true"]',
    ),
    "allow-privilege-escalation": Words(
        SECURITY_OPTIONS,
        "must hold no-new-privileges",
        "add no-new-privileges:true to security_opts",
        'security_opts=["no-new-privileges:true"]',
    ),
    "sysctls": Words(
        "sysctls", "must only hold settings that are a container's own", "remove the setting from sysctls", "sysctls={}"
    ),
    "run-as-non-root": Words("user", "must be set, and not root", "set user, best to numbers", 'user="10001:10001"'),
    "run-as-user-zero": Words("user", "must not be root", "set user, best to numbers", 'user="10001:10001"'),
    "high-uid-gid": Words(
        "user", "must be numbers of at least 10000", "set user to numbers of at least 10000", 'user="10001:10001"'
    ),
    "root-groups": Words("user", "must not have group 0", "name another group", 'user="10001:10001"'),
    "read-only-rootfs": Words(
        "readOnly",
        "must be true",
        "set read_only, and give it a tmpfs where it writes",
        'read_only=True, tmpfs={"/tmp": ""}',
    ),
    "runtime-socket": Words("volumes", "must not hold a container runtime's socket", "remove the volume", "volumes=[]"),
    "sensitive-host-paths": Words(
        "volumes",
        "must not hold folders that the host lives in, or its devices",
        "remove the volume or the device",
        "volumes=[]",
    ),
    "writable-host-path": Words(
        "volumes",
        "must hold folders of the host for reading only",
        "set read_only on the volume or the mount, or use a named volume",
        'volumes=[docker.ContainerVolumeArgs(host_path="/srv/x", container_path="/x", read_only=True)]',
    ),
    "gpu-bypass": Words(
        "devices", "must not name GPUs past the runtime", "ask for GPUs with gpus, and remove the device", 'gpus="all"'
    ),
    "interactive-tty": Words("tty", "must not be true", "remove tty and stdin_open", "tty=False, stdin_open=False"),
    "ssh-port": Words("ports", "must not hold 22", "remove the SSH server and its port", "ports=[]"),
    "host-aliases": Words("hosts", "must not be set", "remove hosts, and use the network's own names", "hosts=[]"),
    "sudo-entrypoint": Words(
        "entrypoints", "must not call sudo", "run the program as the user that it needs", 'entrypoints=["/app/serve"]'
    ),
    "cpu-limit": Words("cpus", "must be set", "set cpus to what the container needs at most", 'cpus="1.5"'),
    "memory-limit": Words("memory", "must be set", "set memory, in MiB, to what it needs at most", "memory=512"),
    "image-tag": Words(
        "image",
        "must have a digest or a tag that does not move",
        "name the image by its digest, or at least by a tag that never moves",
        "image=verified_image.reference",
    ),
    "image-digest": Words(
        "image", "must have a digest", "name the image as repository@sha256:…", "image=verified_image.reference"
    ),
    "image-registry": Words(
        "image",
        "must come from an allowed registry",
        "push or mirror the image to an allowed registry",
        "image=verified_image.reference",
    ),
    "liveness-probe": Words(
        "healthcheck",
        "must be set",
        "set healthcheck",
        'healthcheck=docker.ContainerHealthcheckArgs(tests=["CMD", "/app/health"])',
    ),
    "restart-policy": Words(
        "restart", "must be always or unless-stopped", "set restart to unless-stopped", 'restart="unless-stopped"'
    ),
    "secret-literal-env": Words(
        "envs", "must not hold a secret in plain text", "mount it as a file", 'envs=["TOKEN_FILE=/run/secrets/token"]'
    ),
    "duplicate-env": Words("envs", "must have each name once", "remove one of them", 'envs=["LOG_LEVEL=info"]'),
}
"""The rules that hold for a Docker container, and their words for it."""
