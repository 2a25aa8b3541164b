"""Containers of a Docker host are held to the same rules, under the same ids, in Docker's words."""

import ast
from typing import Any

import pytest

from policies.catalogue import POD_RULES
from policies.docker_words import CONTAINER, WORDS
from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.cases.case import Json
from tests.unit.policies.objects import DIGEST

UNKNOWN = min(SENTINELS)
REGISTRY = "registry.example.com/slipway"
GOOD: Json = {
    "name": "web",
    "image": f"{REGISTRY}/web@{DIGEST}",
    "user": "10001:10001",
    "readOnly": True,
    "capabilities": {"drops": ["ALL"]},
    "securityOpts": ["no-new-privileges:true"],
    "memory": 512,
    "cpus": "1.5",
    "restart": "unless-stopped",
    "networkMode": "shop",
    "healthcheck": {"tests": ["CMD", "/app/health"]},
    "envs": ["LOG_LEVEL=info", "TOKEN_FILE=/run/secrets/token"],
    "volumes": [{"volumeName": "data", "containerPath": "/data"}],
    "mounts": [{"type": "tmpfs", "target": "/tmp"}],
    "ports": [{"internal": 8000, "external": 80}],
}


def said(inputs: Json, **settings: Any) -> list[tuple[str, str]]:
    """The rules that object, each with its field."""
    return [(line.split(" ")[0], line.split(": ")[2].split(" ")[0]) for line in messages(inputs, **settings)]


def messages(inputs: Json, **settings: Any) -> list[str]:
    config: Json = {
        "enforcementLevel": "mandatory",
        "allowedRegistries": [REGISTRY],
        "rules": dict.fromkeys(WORDS, "mandatory"),
        **settings,
    }
    found = Analyzer({"workloads": config}).analyze(CONTAINER, inputs, "web")
    assert not any("could not be checked" in d.message for d in found)
    return [d.message.split("\n")[1] for d in found]


def test_a_confined_container_passes() -> None:
    assert messages(GOOD) == []


def opts(*options: Any) -> Json:
    return {"securityOpts": ["no-new-privileges:true", *options]}


DEVIATIONS: list[tuple[Json, list[tuple[str, str]]]] = [
    ({"privileged": True}, [("privileged", "privileged")]),
    ({"networkMode": "host"}, [("host-network", "networkMode")]),
    ({"pidMode": "host"}, [("host-pid", "pidMode")]),
    ({"ipcMode": "host"}, [("host-ipc", "ipcMode")]),
    (
        {"capabilities": {"drops": ["ALL"], "adds": ["NET_BIND_SERVICE", "CAP_SYS_ADMIN"]}},
        [("capabilities-baseline", "capabilities.adds[1]"), ("capabilities-restricted", "capabilities.adds[1]")],
    ),
    ({"capabilities": None}, [("capabilities-restricted", "capabilities"), ("drop-net-raw", "capabilities")]),
    ({"capabilities": {"drops": ["cap_net_raw"]}}, [("capabilities-restricted", "capabilities")]),
    (opts("apparmor=unconfined"), [("apparmor", "securityOpts")]),
    (opts("seccomp=unconfined"), [("seccomp-baseline", "securityOpts"), ("seccomp-required", "securityOpts")]),
    (opts("systempaths=unconfined"), [("proc-mount", "securityOpts")]),
    (opts("label=disable"), [("selinux", "securityOpts")]),
    (opts("label=type:spc_t"), [("selinux", "securityOpts")]),
    ({"securityOpts": None}, [("allow-privilege-escalation", "securityOpts")]),
    ({"securityOpts": ["no-new-privileges=false"]}, [("allow-privilege-escalation", "securityOpts")]),
    ({"sysctls": {"kernel.msgmax": "1"}}, [("sysctls", "sysctls")]),
    ({"user": None}, [("run-as-non-root", "user"), ("high-uid-gid", "user")]),
    (
        {"user": "root"},
        [("run-as-non-root", "user"), ("run-as-user-zero", "user"), ("high-uid-gid", "user")],
    ),
    ({"user": "10001:0"}, [("high-uid-gid", "user"), ("root-groups", "user")]),
    ({"groupAdds": ["root"]}, [("root-groups", "user")]),
    ({"readOnly": None}, [("read-only-rootfs", "readOnly")]),
    (
        {"volumes": [{"hostPath": "/var/run/docker.sock", "containerPath": "/s", "readOnly": True}]},
        [("runtime-socket", "volumes[0]")],
    ),
    (
        {"mounts": [{"type": "tmpfs"}, {"type": "bind", "source": "/etc", "target": "/e", "readOnly": True}]},
        [("sensitive-host-paths", "mounts[1]")],
    ),
    ({"volumes": [{"hostPath": "/srv/x", "containerPath": "/x"}]}, [("writable-host-path", "volumes")]),
    (
        {"devices": [{"hostPath": "/dev/nvidia0"}]},
        [("sensitive-host-paths", "devices[0]"), ("gpu-bypass", "devices[0]")],
    ),
    ({"envs": ["A=1", "NVIDIA_VISIBLE_DEVICES=all"]}, [("gpu-bypass", "envs[1]")]),
    ({"tty": True}, [("interactive-tty", "tty")]),
    ({"ports": [{"internal": 22}]}, [("ssh-port", "ports")]),
    ({"hosts": [{"host": "a", "ip": "10.0.0.1"}]}, [("host-aliases", "hosts")]),
    ({"entrypoints": ["sudo", "a"]}, [("sudo-entrypoint", "entrypoints")]),
    ({"cpus": None}, [("cpu-limit", "cpus")]),
    ({"memory": None}, [("memory-limit", "memory")]),
    ({"image": f"{REGISTRY}/web:1"}, [("image-digest", "image")]),
    ({"image": "nginx"}, [("image-tag", "image"), ("image-digest", "image"), ("image-registry", "image")]),
    ({"image": DIGEST}, []),
    ({"healthcheck": None}, [("liveness-probe", "healthcheck")]),
    ({"restart": "on-failure"}, [("restart-policy", "restart")]),
    ({"restart": None}, [("restart-policy", "restart")]),
    ({"envs": ["A=1", "DB_PASSWORD=canary"]}, [("secret-literal-env", "envs[1]")]),
    ({"envs": ["A=1", "A=2"]}, [("duplicate-env", "envs")]),
]


@pytest.mark.parametrize(("change", "expected"), DEVIATIONS, ids=[next(iter(change)) for change, _ in DEVIATIONS])
def test_a_deviation_is_found_at_dockers_own_field(change: Json, expected: list[tuple[str, str]]) -> None:
    found = said({**GOOD, **change})
    assert sorted(found) == sorted(expected)


def test_every_rule_with_words_is_met_by_a_deviation() -> None:
    met = {rule for _, expected in DEVIATIONS for rule, _ in expected}
    assert met == set(WORDS)
    assert set(WORDS) <= set(POD_RULES)


@pytest.mark.parametrize("field", GOOD)
def test_an_unknown_field_leaves_its_rules_undecided_and_makes_no_violation(field: str) -> None:
    found = messages({**GOOD, field: UNKNOWN})
    decided = {"name", "networkMode", "ports", "restart", "healthcheck"}
    assert all(line.startswith("not checked yet") for line in found)
    assert found or field in decided


@pytest.mark.parametrize("field", GOOD)
def test_a_secret_field_is_judged_and_never_printed(field: str) -> None:
    secret = {SIGNATURE: SECRET_SIGNATURE, "value": GOOD[field]}
    assert messages({**GOOD, field: secret}) == []
    canary = {SIGNATURE: SECRET_SIGNATURE, "value": "canary"}
    assert not any("canary" in line for line in messages({**GOOD, "privileged": True, field: canary}))


def test_a_finding_mends_in_dockers_words() -> None:
    (line,) = messages({**GOOD, "readOnly": False})
    assert line.startswith(
        f"read-only-rootfs (medium): {CONTAINER} web: readOnly must be true. Mend: set read_only, and"
    )
    for words in WORDS.values():
        ast.parse(f'docker.Container("app", {words.argument})')


def test_a_waiver_covers_a_container() -> None:
    waiver = {"rule": "memory-limit", "reason": "r", "owner": "o", "expires": "9999-12-31", "path": "memory"}
    (line,) = messages({**GOOD, "memory": None}, waivers=[waiver])
    assert line.startswith("waived by o until 9999-12-31: r: memory-limit")


def test_another_resource_of_docker_is_none_of_it() -> None:
    assert Analyzer({"workloads": {"enforcementLevel": "mandatory"}}).analyze("docker:index/network:Network", {}) == []
