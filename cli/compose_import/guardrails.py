"""What the guardrails object to in a service: the catalogue's rules, asked of the container that it would be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from cli.compose_import.container import container, place
from cli.compose_import.service import Service
from components.spec import defaults
from policies.asking import Questions
from policies.catalogue import SINGLE_RULES
from policies.docker_words import CONTAINER, WORDS
from policies.settings import WORKLOADS_LEVELS, load

_CAPABILITIES = "all capabilities are dropped, and none is added: use a port above 1023"
_OWN = "it gets its own"
_PROFILE = "the engine's own profile holds"
_LEFT_OUT = "it is left out"
_USER = f"it runs as {defaults.USER_ID}, or as the number that is stated: see that the image allows it"
_LIMIT = "the profile's default holds"
_DIGEST = "add its digest: a tag may name another image tomorrow"

AS_FILE = "it is a secret: read it from the file that the same name with `_FILE` behind it names"

INSTEAD: Mapping[str, str] = {
    "privileged": "it is not privileged",
    "host-network": _OWN,
    "host-pid": _OWN,
    "host-ipc": _OWN,
    "capabilities-baseline": _CAPABILITIES,
    "capabilities-restricted": _CAPABILITIES,
    "drop-net-raw": _CAPABILITIES,
    "apparmor": _PROFILE,
    "selinux": _PROFILE,
    "seccomp-baseline": _PROFILE,
    "seccomp-required": _PROFILE,
    "proc-mount": _PROFILE,
    "allow-privilege-escalation": "it is set",
    "sysctls": _LEFT_OUT,
    "run-as-non-root": _USER,
    "run-as-user-zero": _USER,
    "high-uid-gid": _USER,
    "root-groups": "it has the group of its user alone",
    "read-only-rootfs": "the root file system is read-only: name in `volumes` what it must write",
    "runtime-socket": "it is left out: it is root on the host",
    "sensitive-host-paths": "nothing of it is mounted",
    "writable-host-path": "nothing of the host is mounted for writing",
    "gpu-bypass": "ask with `gpu`",
    "interactive-tty": _LEFT_OUT,
    "ssh-port": "take the SSH server out of the image, and its port out of the proposal",
    "host-aliases": _LEFT_OUT,
    "sudo-entrypoint": "there are no privileges to gain: start the program itself",
    "cpu-limit": _LIMIT,
    "memory-limit": _LIMIT,
    "image-tag": _DIGEST,
    "image-digest": _DIGEST,
    "image-registry": "mirror it to a registry that is allowed",
    "liveness-probe": "add `probes.command`, or see that the image brings a check",
    "restart-policy": f"the proposal has `{defaults.RESTART}`, or the policy that is stated",
    "secret-literal-env": AS_FILE,
    "duplicate-env": "the last one counts",
}
"""What a proposal has instead of what a rule refuses, or what is left to do."""


def object_to(service: Service) -> None:
    """Notes what the rules find in a service."""
    for at, problem, rule in _found(service):
        service.object_to(at, problem, INSTEAD[rule], rule)


def _found(service: Service) -> Iterator[tuple[str, str, str]]:
    for finding in _questions().of_resource(CONTAINER, container(service), frozenset(), {}):
        if finding.verdict == "violation":
            yield place(service, finding.path), finding.problem, finding.about.id


@cache
def _questions() -> Questions:
    """The rules that are asked in production, advice among them."""
    asked = load({"profiles": ["production", "gpu"]}, SINGLE_RULES, WORKLOADS_LEVELS)
    rules = [SINGLE_RULES[rule] for rule in WORDS]
    return Questions((rule for rule in rules if asked.asked(rule.about)), asked.parameters)
