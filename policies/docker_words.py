"""What rules say of a Docker host's resources: the field, what is wanted there, how to mend it, in the words of Docker.

Rules without such words are not asked: what they are about is not a Docker host's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from policies.finding import Finding
from policies.plain import Path
from policies.rule import PodRule, SingleRule

CONTAINER = "docker:index/container:Container"
"""The type token of a container in Pulumi's Docker provider."""

IMAGE = "docker:index/remoteImage:RemoteImage"
"""That of an image which the host pulls."""

PLACES = "places"
"""In the object that a resource is seen as: where each path of it is in the resource, as far as they differ."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule says of a Docker host's resource.

    Attributes:
        field: The resource's field.
        wanted: What is wanted there.
        mend: How to mend it.
        argument: The mending, as an argument of the resource.
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

IMAGE_WORDS: dict[str, Words] = {
    rule: dataclasses.replace(WORDS[rule], field="name", argument="name=verified_image.reference")
    for rule in ("image-tag", "image-digest", "image-registry")
}
"""The rules that hold for an image which a Docker host pulls, and their words for it."""

_VOCABULARIES: dict[str, tuple[str, dict[str, Words]]] = {
    CONTAINER: ("Container", WORDS),
    IMAGE: ("RemoteImage", IMAGE_WORDS),
}
"""By the type of the resource: its class, and the words."""


def rules_for(resource_type: str, rules: Iterable[SingleRule]) -> Iterator[PodRule]:
    """Those of some rules that hold for a type of Docker's resources, ready to be asked of one."""
    _, words = _VOCABULARIES[resource_type]
    for rule in rules:
        if isinstance(rule, PodRule) and rule.about.id in words:
            yield dataclasses.replace(rule, kinds=(), except_kinds=())


def in_its_words(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What rules find in the pod that a resource is seen as, in the words of Docker, and each but once."""
    seen: set[tuple[str, Path, str]] = set()
    for finding in map(_in_its_words, findings):
        key = (finding.about.id, finding.path, finding.verdict)
        if key not in seen:
            seen.add(key)
            yield finding


def _in_its_words(finding: Finding) -> Finding:
    made, vocabulary = _VOCABULARIES[finding.manifest.kind]
    words = vocabulary[finding.about.id]
    snippet = f'docker.{made}("app", {words.argument})'
    about = dataclasses.replace(finding.about, mend=words.mend, snippet=snippet)
    return dataclasses.replace(finding, about=about, path=_place(finding, words), problem=words.wanted, container=None)


def _place(finding: Finding, words: Words) -> Path:
    """The field, and the item of a list where the finding is about one."""
    places = cast("Mapping[Path, Path]", finding.manifest.body[PLACES])
    for length in range(len(finding.path), 0, -1):
        found = places.get(finding.path[:length])
        if found is not None:
            return found
    return (words.field,)
