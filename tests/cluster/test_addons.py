"""What add-ons bring to nodes is there before the workloads that need it, and goes when nobody does."""

from __future__ import annotations

import json
import uuid

import pytest

from tests.cluster.stacks import Block, Stack, write_stack
from tests.cluster.support import Cluster, Said
from tests.support.waiting import eventually
from tests.support.workbench import Workbench
from toolchain.cluster.addresses import NODE_NAME

LABEL = f"addons.example.com/{uuid.uuid4().hex[:8]}"
ADDONS: Block = {"until": "9999-12-31", "profiles": {}}
TOOL: Block = {
    "image": {"build": {"folder": "images/file-keeper"}},
    "port": None,
    "replicas": 1,
    "probes": {"command": ["/keep.sh", "check"], "readinessPeriodSeconds": 1},
    "shutdown": {"preStopSeconds": 0, "drainSeconds": 1},
    "seccompProfile": "profile.json",
}
GONE_S = 60


def forbid(workbench: Workbench, *calls: str) -> None:
    """Let the profile forbid these calls, and no others."""
    rule = {"names": calls, "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
    profile = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}
    (workbench.folder / "profile.json").write_text(json.dumps(profile))


@pytest.fixture(scope="module")
def stack(checkout: Workbench, cluster: Cluster, embedded_registry: str) -> Stack:
    """A stack whose workload may make no folders, on a node with a label of its own."""
    pool = {"nodes": 1, "cpu": "8", "memory": "16Gi", "labels": {LABEL: "present"}}
    addons = {**ADDONS, "nodeLabels": {"pool": [NODE_NAME]}}
    forbid(checkout, "mkdir", "mkdirat")
    made = write_stack(
        checkout, cluster, embedded_registry, {"tool": TOOL}, fleet={"pools": {"pool": pool}}, addons=addons
    )
    made.deploy()
    return made


def within(stack: Stack, *command: str) -> Said:
    """What a command says in the workload's container."""
    return stack.cluster.try_kubectl("exec", "--namespace", stack.namespace, "deployment/tool", "--", *command)


def labels(stack: Stack) -> dict[str, str]:
    """The labels of the node."""
    return dict(stack.cluster.get("node", NODE_NAME)["metadata"]["labels"])


def test_a_forbidden_call_fails_and_others_do_not(stack: Stack) -> None:
    assert "Operation not permitted" in within(stack, "mkdir", "/tmp/folder").err
    assert within(stack, "touch", "/tmp/file").code == 0


def test_a_node_has_its_pools_label(stack: Stack) -> None:
    assert labels(stack)[LABEL] == "present"


def test_another_profile_is_another_pod_and_the_old_one_keeps_its_file(stack: Stack) -> None:
    before = set(stack.ready("tool"))

    forbid(stack.workbench, "chmod", "fchmodat", "fchmodat2")
    stack.write(addons=ADDONS)
    stack.deploy()

    assert eventually(lambda: not before & set(stack.pods("tool")), GONE_S)
    assert within(stack, "mkdir", "/tmp/folder").code == 0
    assert "Operation not permitted" in within(stack, "chmod", "700", "/tmp/folder").err
    nodes = f"{stack.namespace}-nodes"
    kept = stack.cluster.kubectl("exec", "--namespace", nodes, "daemonset/profiles", "--", "ls", "/kept").split()
    assert len([name for name in kept if name.startswith("tool-")]) >= 2
    assert LABEL not in labels(stack)
