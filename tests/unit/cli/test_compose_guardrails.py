"""The guardrails object to a Compose file's services: the catalogue's rules, at the file's own places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.compose_import import guardrails
from cli.compose_import.proposal import propose
from policies.docker_words import WORDS

DIGEST = f"sha256:{'0' * 64}"
GOOD: dict[str, Any] = {
    "image": f"registry.example.com/team/api@{DIGEST}",
    "user": "10001:10001",
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "deploy": {"resources": {"limits": {"cpus": "1", "memory": "256M"}}},
    "healthcheck": {"test": ["CMD", "/api", "health"]},
    "restart": "unless-stopped",
    "environment": {"LEVEL": "info", "TOKEN_FILE": "/run/secrets/token"},
    "ports": ["127.0.0.1:8000:8000"],
    "volumes": ["data:/data"],
}

DEVIATIONS: list[tuple[dict[str, Any], set[tuple[str, str]]]] = [
    ({"privileged": True}, {("privileged", "privileged")}),
    ({"network_mode": "host"}, {("network_mode", "host-network")}),
    ({"pid": "host"}, {("pid", "host-pid")}),
    ({"ipc": "host"}, {("ipc", "host-ipc")}),
    (
        {"cap_add": ["NET_BIND_SERVICE", "SYS_ADMIN"]},
        {("cap_add[1]", "capabilities-baseline"), ("cap_add[1]", "capabilities-restricted")},
    ),
    ({"cap_drop": []}, {("cap_drop", "capabilities-restricted"), ("cap_drop", "drop-net-raw")}),
    ({"security_opt": []}, {("security_opt", "allow-privilege-escalation")}),
    (
        {"security_opt": ["no-new-privileges", "apparmor:unconfined", "seccomp=unconfined", "label:disable"]},
        {("security_opt", "apparmor"), ("security_opt", "seccomp-required"), ("security_opt", "selinux")},
    ),
    (
        {"security_opt": ["no-new-privileges:true", "systempaths=unconfined"]},
        {("security_opt", "proc-mount")},
    ),
    ({"sysctls": ["kernel.msgmax=1"]}, {("sysctls", "sysctls")}),
    ({"user": None}, {("user", "run-as-non-root"), ("user", "high-uid-gid")}),
    (
        {"user": "0:0"},
        {("user", rule) for rule in ("run-as-non-root", "run-as-user-zero", "high-uid-gid", "root-groups")},
    ),
    ({"read_only": False}, {("read_only", "read-only-rootfs")}),
    (
        {"volumes": ["data:/data", "/var/run/docker.sock:/s:ro"]},
        {("volumes[1]", "runtime-socket")},
    ),
    (
        {"volumes": ["/etc:/e"]},
        {("volumes[0]", "sensitive-host-paths"), ("volumes", "writable-host-path")},
    ),
    (
        {"devices": ["/dev/nvidia0:/dev/nvidia0"]},
        {("devices[0]", "sensitive-host-paths"), ("devices[0]", "gpu-bypass")},
    ),
    ({"tty": True}, {("tty", "interactive-tty")}),
    ({"ports": ["2222:22"]}, {("ports", "ssh-port")}),
    ({"extra_hosts": ["a:10.0.0.1"]}, {("extra_hosts", "host-aliases")}),
    ({"entrypoint": "sudo /api"}, {("entrypoint", "sudo-entrypoint")}),
    (
        {"deploy": {}},
        {("deploy.resources.limits.cpus", "cpu-limit"), ("deploy.resources.limits.memory", "memory-limit")},
    ),
    ({"image": "registry.example.com/team/api:1"}, {("image", "image-digest")}),
    ({"image": "redis"}, {("image", "image-digest"), ("image", "image-tag")}),
    ({"healthcheck": {"disable": True}}, {("healthcheck", "liveness-probe")}),
    ({"restart": "on-failure:3"}, {("restart", "restart-policy")}),
    ({"environment": ["A=1", "DB_PASSWORD=canary"]}, {("environment.DB_PASSWORD", "secret-literal-env")}),
    ({"environment": ["A=1", "A=2"]}, {("environment", "duplicate-env")}),
]

NOT_ASKED = {"seccomp-baseline", "image-registry"}
"""One is part of a rule that is asked; the other needs to be told which registries are allowed."""


def objected(**changes: Any) -> set[tuple[str, str]]:
    """Place and id of what rules object to."""
    proposed = propose({"services": {"api": {**GOOD, **changes}}}, Path("/nowhere"))
    found = [each for each in proposed.objections if each.rule]
    assert all("canary" not in str(each) for each in proposed.objections)
    assert all(each.found == WORDS[str(each.rule)].wanted for each in found)
    return {(each.place.removeprefix("services.api."), str(each.rule)) for each in found}


def test_a_confined_service_is_not_objected_to():
    assert objected() == set()


@pytest.mark.parametrize(("change", "expected"), DEVIATIONS, ids=[" ".join(change) for change, _ in DEVIATIONS])
def test_a_deviation_is_told_at_its_own_place_in_the_rules_words(
    change: dict[str, Any], expected: set[tuple[str, str]]
):
    assert objected(**change) == expected


def test_every_rule_over_containers_is_asked_and_has_what_a_proposal_has_instead():
    met = {rule for _, expected in DEVIATIONS for _, rule in expected}
    assert met | NOT_ASKED == set(WORDS) == set(guardrails.INSTEAD)


@pytest.mark.parametrize("field", ["image", "user", "read_only", "privileged", "pid", "mem_limit", "restart"])
def test_what_a_variable_decides_is_not_objected_to(field: str):
    limits = {"deploy": {"resources": {"limits": {"cpus": "1"}}}, "mem_limit": "1g"} if field == "mem_limit" else {}
    assert objected(**{**limits, field: "${OF_WHOEVER_STARTS_IT}"}) == set()
