"""Stacks of every shape that a Compose file can hold."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from components.manifests.compose import compose
from components.spec.document import ENCRYPTED, Document
from components.spec.loading import load

DIGEST = f"sha256:{'0' * 64}"
_NAMES: tuple[str, ...] = ("api", "store", "worker")
_WORDS = st.text("abcXYZ 0$/{}-'\"", min_size=1, max_size=8)
_PORTS = st.integers(1, 65535)


def composed_of(values: dict[str, Any]) -> dict[str, Any]:
    """The Compose file of a stack with these values; its secrets are stored."""
    keys = {each["fromConfig"]["key"]: ENCRYPTED for each in values.get("secrets", {}).values()}
    return compose(load(Document("Pulumi.made.yaml", {**values, **keys}, {}), {}).settings, {}, "dev").document


@st.composite
def stack_values(draw: st.DrawFn) -> dict[str, Any]:
    """A stack for one Docker host, of up to three workloads; plain files have a test of their own."""
    names = draw(st.lists(st.sampled_from(_NAMES), min_size=1, max_size=3, unique=True))
    workloads = {name: draw(_workload(names[:index], index)) for index, name in enumerate(names)}
    named = {secret for each in workloads.values() for secret in each.get("secrets", ())}
    for index, name in enumerate(names):
        for other in names[:index]:
            if draw(st.booleans()):
                _network(workloads[name])["allowTo"].append({"workload": other})
                _network(workloads[other])["allowFrom"].append({"workload": name})
    return {
        "environment": {"tier": "dev", "namespace": "demo", "owner": draw(st.sampled_from(["platform", "team-a"]))},
        "target": draw(
            st.sampled_from(
                [
                    {"kind": "docker"},
                    {"kind": "docker", "apparmor": "docker-default", "selinuxType": "container_t"},
                    {"kind": "docker", "logging": {"driver": "json-file", "maxSize": "10m", "maxFiles": 3}},
                ]
            )
        ),
        "registry": {"address": "registry.example.com", "repository": "team"},
        "workloads": workloads,
        **(
            {"secrets": {name: {"fromConfig": {"key": name.replace("-", "")}} for name in sorted(named)}}
            if named
            else {}
        ),
    }


def _network(workload: dict[str, Any]) -> dict[str, Any]:
    return workload.setdefault("network", {"allowTo": [], "allowFrom": []})


@st.composite
def _workload(draw: st.DrawFn, before: list[str], index: int) -> dict[str, Any]:
    port = draw(_PORTS)
    memory = draw(st.integers(64, 4096))
    made: dict[str, Any] = {
        "image": draw(
            st.sampled_from(
                [
                    {"build": {"folder": "images/api"}},
                    {"build": {"folder": "images/api", "target": "runtime", "args": {"A": "$1"}}},
                    {"external": {"reference": f"docker.io/library/redis@{DIGEST}", "reason": "checked by the team"}},
                    {"promote": {"from": "staging"}},
                ]
            )
        ),
        "port": port,
        "probes": {"command": draw(st.lists(_WORDS, min_size=1, max_size=3))},
        "resources": {"limits": {"memory": f"{memory}Mi", "cpu": draw(st.sampled_from(["500m", "1", "1500m"]))}},
    }
    optional: dict[str, st.SearchStrategy[Any]] = {
        "command": st.lists(_WORDS, min_size=1, max_size=2),
        "args": st.lists(_WORDS, min_size=1, max_size=2),
        "env": st.dictionaries(st.sampled_from(["A", "LEVEL", "NAME_2"]), _WORDS, min_size=1),
        "secrets": st.lists(st.sampled_from(["api-token", "db-password"]), min_size=1, unique=True),
        "volumes": st.just([{"name": "data", "path": "/data", "size": "1Gi"}]),
        "dependsOn": st.lists(st.sampled_from(before), unique=True) if before else st.just([]),
        "profiles": st.lists(st.just("dev"), min_size=1, max_size=1),
        "publish": st.just([{"port": port, "hostPort": 10000 + index}]),
        "restart": st.sampled_from(["always", "on-failure", "no", "unless-stopped"]),
        "pidsLimit": st.integers(8, 4096),
        "shmSize": st.just("32Mi"),
        "tmpSize": st.just("64Mi"),
        "user": st.integers(1, 65535),
        "seccompProfile": st.just("profiles/api.json"),
        "gpu": st.fixed_dictionaries({"whole": st.fixed_dictionaries({"count": st.integers(1, 4)})}),
        "shutdown": st.just({"preStopSeconds": 5, "drainSeconds": 40}),
        "liveReload": st.just({"folder": "images/api/src", "at": "/app", "command": ["python", "-m", "api.reload"]}),
        "version": st.just("1.2"),
    }
    for field in draw(st.lists(st.sampled_from(sorted(optional)), unique=True)):
        made[field] = draw(optional[field])
    if made.get("gpu", {}).get("whole", {}).get("count", 1) > 1:
        made.setdefault("shmSize", "32Mi")
    if "liveReload" in made:
        made.pop("command", None)
    return made
