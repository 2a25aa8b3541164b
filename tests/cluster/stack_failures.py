"""What goes wrong when a deployed stack is changed, and what `slipway up` makes of it.

Each stack runs a version that serves, is changed for the worse, and then for the better.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.stacks import Block, Stack, checkout, write_stack
from tests.cluster.support import Cluster, Object, node_port, pod, service, within
from tests.support.waiting import eventually, fetch

WORKLOAD = "web"
PROBES: Block = {"livenessPath": "/", "readinessPath": "/", "startupSeconds": 10}
BOUNDED: Block = {"pullSeconds": 20, "probes": PROBES}
"""How long a bad version may take to become ready: 20 s for its place and its image, 10 s to start."""

LIMIT_S = 30.0 + 11.0
"""The time limit of the `up` that brings it: that, and 11 s for the stop of the pod that it replaces."""

CALM_S = 120.0
"""What a busy machine may add, with six of them at once: engine, program, guardrails, the news of what happened."""

SQUATTERS = ("first-squatter", "second-squatter")
"""Pods of somebody else: with the one that serves, as many as the quota allows."""

NO_DIGEST = f"sha256:{'0' * 64}"


@dataclass(frozen=True)
class Change:
    """A change for the worse.

    Attributes:
        title: What is wrong with it.
        says: What the message must hold, as a pattern.
        official: What the official plugin said of the same pods, as far as that was recorded.
        fields: What it changes in the workload, for the image's repository.
        prepare: What happens to the cluster and the checkout before it.
        mend: What happens to them before the change for the better.
    """

    title: str
    says: str
    official: str
    fields: Callable[[str], Block] = lambda _: {}
    prepare: Callable[[Stack, str], object] = lambda _stack, _image: None
    mend: Callable[[Stack], object] = lambda _: None


def _occupy(stack: Stack, image: str) -> None:
    """Pods that take the room of the rollout's extra one."""
    for name in SQUATTERS:
        stack.cluster.apply(within(stack.namespace, pod(name, image, container={"args": ["-serve"]})))
        stack.cluster.wait(f"pod/{name}", "condition=Ready", stack.namespace)


def _vacate(stack: Stack) -> None:
    stack.cluster.kubectl("delete", "pod", *SQUATTERS, "--namespace", stack.namespace, "--grace-period=0", "--force")


def _harden(stack: Stack, hardened: bool) -> None:
    """Loosen in the components what no stack file can loosen, or put it right again."""
    file = stack.workbench.folder / "components" / "manifests" / "container.py"
    text = file.read_text()
    changed = re.sub('(?<="allowPrivilegeEscalation": )(True|False)', str(not hardened), text)
    assert changed != text
    file.write_text(changed)


_TIMED_OUT = "timed out waiting to be Ready"

CHANGES: Mapping[str, Change] = {
    "crash": Change(
        "The new version crashes",
        r"(?s)pod web-\S+, container 'web' ended \d+ times; last: exit code 3.*boom",
        "success: the crash counts as rolled out (without a readiness probe)",
        lambda _: {"args": ["-say=boom", "-code=3"]},
    ),
    "never-ready": Change(
        "The new version is never ready",
        r"(?s)container 'web' runs but is not ready: Readiness probe failed: HTTP probe failed with statuscode: 404",
        _TIMED_OUT,
        lambda _: {"probes": {**PROBES, "readinessPath": "/absent"}},
    ),
    "pull": Change(
        "The new version's image does not exist",
        r"image \S+@sha256:0+ cannot be pulled: .*not found",
        _TIMED_OUT,
        lambda repository: {"image": _image(f"{repository}@{NO_DIGEST}")},
    ),
    "quota": Change(
        "Something else uses up the quota",
        r"its pods are refused: exceeded quota: quota, requested: pods=1, used: pods=3, limited: pods=3",
        "",
        lambda _: {"args": ["-serve", "-say=bad"]},
        _occupy,
        _vacate,
    ),
    "pvc": Change(
        "The new version's volume cannot be bound",
        r'its claim volume-data-web-0: storageclass.storage.k8s.io "none" not found',
        "Resource operation was cancelled for the claim",
        lambda _: {"volumes": [{"name": "data", "path": "/data", "size": "4Mi", "storageClass": "none"}]},
    ),
    "podsecurity": Change(
        "Pod Security refuses the new version's pods",
        r'its pods are refused: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
        _TIMED_OUT,
        lambda _: {"args": ["-serve", "-say=bad"]},
        lambda stack, _: _harden(stack, hardened=False),
        lambda stack: _harden(stack, hardened=True),
    ),
}


@dataclass(frozen=True)
class Outcome:
    """What became of a change for the worse, and of the one for the better after it.

    Attributes:
        code: How the bad `up` ended.
        said: Everything that it printed.
        seconds: How long it took.
        served: What answered after it.
        mended: How the good `up` ended; 0 if well.
        serves: What answered after that.
        story: Everything that the good one printed.
        namespace: Where it all happened.
    """

    code: int
    said: str
    seconds: float
    served: str
    mended: int
    serves: str
    story: str
    namespace: str


def _image(reference: str) -> Block:
    return {"external": {"reference": reference, "reason": "built from this checkout for the tests"}}


def _workload(image: str) -> Block:
    return {
        "image": _image(image),
        "args": ["-serve", "-say=old"],
        "port": 8080,
        "replicas": 1,
        "shutdown": {"preStopSeconds": 1, "drainSeconds": 5},
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "500m", "memory": "64Mi"}},
        "probes": PROBES,
    }


_QUOTA: Block = {
    "requests": {"cpu": "1", "memory": "1Gi"},
    "limits": {"cpu": "4", "memory": "1Gi"},
    "pods": 3,
}


def provoke(change: Change, cluster: Cluster, registry: str, image: str, folder: Path) -> Outcome:
    """Deploy, change for the worse, look, change for the better, look again."""
    with checkout(folder, cluster) as workbench:
        stack = write_stack(workbench, cluster, registry, {WORKLOAD: _workload(image)}, environment={"quota": _QUOTA})
        stack.deploy()
        url = _address(stack)
        assert eventually(lambda: fetch(url) == "old", 60), fetch(url)

        change.prepare(stack, image)
        stack.change(WORKLOAD, **BOUNDED | change.fields(image.partition("@")[0]))
        began = time.monotonic()
        bad = stack.up()
        seconds = time.monotonic() - began
        served = fetch(url)

        change.mend(stack)
        stack.write(workloads={WORKLOAD: _workload(image) | {"args": ["-serve", "-say=new"]}})
        good = stack.up()
        eventually(lambda: fetch(url) == "new", 60)
        return Outcome(bad.code, bad.text, seconds, served, good.code, fetch(url), good.text, stack.namespace)


def told(outcome: Outcome) -> str:
    """What it said of the cause, without what any failure says, and without the pods' random names."""
    _, _, words = outcome.said.partition("fully initialize or become live: ")
    words = words.partition("\n  pulumi:pulumi:Stack")[0].partition("\nOutputs:")[0]
    lines = [line.strip().removeprefix("* ") for line in words.replace(outcome.namespace, "ai").splitlines()]
    return "\n".join(line for line in lines if line)


def _address(stack: Stack) -> str:
    """A NodePort in front of the workload's pods, beside the stack's own Service."""
    front: Object = service("front", "NodePort")
    front["spec"] |= {"selector": {"app.kubernetes.io/name": WORKLOAD}}
    stack.cluster.apply(within(stack.namespace, front))
    return node_port(stack.cluster, stack.namespace, "front")
