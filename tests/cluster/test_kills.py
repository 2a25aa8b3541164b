"""Engine and provider are killed around provider calls of updates on a real cluster; the next `slipway up` converges.

Two descriptions of the same stack differ by creates, updates, replacements and deletes, whichever of them comes first.
The stack goes to and fro between them; on every way something is killed, and `slipway up` is run after it.
`make e2e` takes a few of the kills; `make soak` takes them all: both victims, before and after every call (`SOAK=1`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.inventory import Identity, Inventory, Kinds, inventory
from tests.cluster.live import PROBE, container, pod_spec, workload
from tests.cluster.stacks import api, write_stack
from tests.cluster.support import Cluster, Object
from tests.support.faults import (
    MOMENTS,
    VICTIMS,
    Call,
    Fault,
    Moment,
    Victim,
    differences,
    mended,
    proxied,
    state_of,
    up_with_fault,
)
from tests.support.waiting import eventually
from tests.support.workbench import CHECKOUT, Workbench

pytestmark = pytest.mark.timeout(4 * 3600)

Sampled = tuple[Victim, Moment, str, str]
SAMPLE: Mapping[str, tuple[Sampled, Sampled]] = {
    "green": (("engine", "after", "Create", "settings"), ("provider", "after", "Update", "web")),
    "blue": (("provider", "before", "Create", "once"), ("engine", "after", "Delete", "reader-binding")),
}
"""What a run without `SOAK` takes on the way to each description: whom to kill when, around which call for what."""

SETTLED_S = 60.0
"""How long controllers may take to remove what is no longer wanted; pods stop within two seconds."""


def objects(namespace: str, responder: str, actor: str, step: str) -> dict[str, Object]:
    """The objects of one description, by their names in the program. The steps are `blue` and `green`."""
    reader = f"{namespace}-reader"
    rbac = "rbac.authorization.k8s.io"
    labels = {"pod-security.kubernetes.io/enforce": "restricted", "step": step}
    serving = pod_spec(container(responder, readinessProbe=PROBE, env=[{"name": "STEP", "value": step}]))
    once = pod_spec(container(actor, f"-say={step}"), restartPolicy="Never")
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"}, "spec": {"template": {"spec": once}}}
    port = {"blue": 80, "green": 81}[step]
    named = {
        "namespace": {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}},
        # Its data is replaced, as the plugin does unless told otherwise.
        "settings": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"step": step}},
        # One goes, and another one comes.
        step: {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"key-{step}"}, "stringData": {"key": step}},
        "web": workload("Deployment", "web", serving),
        "service": {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"selector": {"app": "web"}, "ports": [{"port": port, "targetPort": 8080}]},
        },
        # The template of a job, and the role of a binding, cannot be changed.
        "once": job,
        "reader": {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": reader},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", *(["list"] * (step == "green"))]}],
        },
        "reader-binding": {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": reader},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": {"blue": reader, "green": "view"}[step]},
            "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": namespace}],
        },
    }
    return {name: _placed(one, namespace) for name, one in named.items()}


def _placed(one: Object, namespace: str) -> Object:
    wide = one["kind"] in ("Namespace", "ClusterRole", "ClusterRoleBinding")
    return one if wide else {**one, "metadata": {**one["metadata"], "namespace": namespace}}


DERIVED: Mapping[tuple[Identity, str], int] = {
    (("Deployment", "web"), "ReplicaSet"): 1,
    (("Deployment", "web"), "Pod"): 1,
    (("Job", "once"), "Pod"): 1,
    (("Service", "web"), "EndpointSlice"): 1,
}
"""What controllers make of the objects."""

LASTING: frozenset[Identity] = frozenset({("Deployment", "web"), ("Service", "web")})
"""Objects, beside those that are cluster-wide and not replaced, that stay the same ones whatever happens."""


@dataclass
class Field:
    """The stack, and where it goes next."""

    workbench: Workbench
    cluster: Cluster
    namespace: str
    descriptions: Mapping[str, dict[str, Object]]
    environment: dict[str, str]
    kinds: Kinds

    def describe(self, step: str) -> None:
        """Have the program declare the objects of a step; whatever lives in the namespace comes after it."""
        listed = {
            name: {"object": one, "after": self._after(name, one)} for name, one in self.descriptions[step].items()
        }
        (self.workbench.folder / "objects.json").write_text(json.dumps(listed))

    def _after(self, name: str, one: Object) -> list[str]:
        return [*(["namespace"] * ("namespace" in one["metadata"])), *(["web"] * (name == "service"))]

    def up(self) -> None:
        """`slipway up`, which must go well."""
        done = self.workbench.slipway("up", "--stack", "dev", "--yes")
        assert done.code == 0, done.text

    def look(self, settled: Callable[[Inventory], bool] = lambda _: True) -> Inventory:
        """What the cluster holds of the stack: when it has settled, or is not going to."""
        found: list[Inventory] = []

        def is_settled() -> bool:
            found.append(inventory(self.cluster, self.kinds, self.namespace))
            return settled(found[-1])

        eventually(is_settled, SETTLED_S)
        return found[-1]

    def recorded(self) -> dict[str, Any]:
        """The state, without what the API server made of each object: that is compared with the server itself."""
        return {
            urn: {name: value for name, value in resource.items() if name != "outputs"}
            for urn, resource in state_of(self.workbench).items()
        }

    def recorded_uids(self) -> dict[Identity, str]:
        """The objects that the state knows, by the server's mark of each."""
        found = [each for each in self.workbench.resources().values() if each["type"].startswith("kubernetes:")]
        outputs = [each["outputs"] for each in found]
        return {(each["kind"], each["metadata"]["name"]): each["metadata"]["uid"] for each in outputs}


@pytest.fixture
def field(
    checkout: Workbench, cluster: Cluster, embedded_registry: str, responder: str, actor: str, tmp_path: Path
) -> Iterator[Field]:
    """A checkout whose program declares what it is told, not deployed yet."""
    stack = write_stack(checkout, cluster, embedded_registry, {"unused": api(responder)})
    shutil.copy(CHECKOUT / "tests" / "cluster" / "killed" / "__main__.py", checkout.folder)
    steps = {step: objects(stack.namespace, responder, actor, step) for step in ("blue", "green")}
    # The policies are for `slipway up`: they see no provider call, and would cost a third of the time of each kill.
    environment = {
        name: value
        for name, value in proxied(checkout, tmp_path).items()
        if not name.startswith("PULUMI_OPTION_POLICY")
    }
    yield Field(checkout, cluster, stack.namespace, steps, environment, Kinds.of(cluster))
    wide = ["clusterrole", "clusterrolebinding"]
    cluster.kubectl("delete", ",".join(wide), f"{stack.namespace}-reader", "--wait=false", "--ignore-not-found")


@dataclass(frozen=True)
class Expected:
    """What an update that nobody disturbs makes of a description.

    Attributes:
        content: What is in the cluster.
        state: What is recorded.
        kept: The server's marks of the objects that no update replaces.
        calls: What the engine asked of the provider on the way.
    """

    content: dict[str, Any]
    state: dict[str, Any]
    kept: dict[Identity, str]
    calls: list[Call]

    @classmethod
    def of(cls, field: Field, step: str, calls: list[Call]) -> Expected:
        """Look at it, and see that it is exactly what is declared."""
        declared = {(one["kind"], one["metadata"]["name"]) for one in field.descriptions[step].values()}
        found = field.look(lambda found: found.derived == DERIVED)
        assert found.derived == DERIVED
        assert found.declared.keys() == declared
        return cls(found.content, field.recorded(), lasting(found), calls)

    def missed(self, field: Field) -> list[str]:
        """Where cluster and state are otherwise, once controllers have come to rest."""
        found = field.look(lambda found: found.content == self.content)
        return [
            *differences(found.content, self.content),
            *differences(field.recorded(), self.state),
            *differences(_texts(field.recorded_uids()), _texts(found.uids)),
            *differences(_texts(lasting(found)), _texts(self.kept)),
        ]


def _texts(uids: Mapping[Identity, str]) -> dict[str, str]:
    return {" ".join(identity): f"uid {uid}" for identity, uid in uids.items()}


def faults(calls: list[Call], step: str) -> list[Fault]:
    """The kills on the way to a step, those around calls that do something first."""
    ordered = sorted(calls, key=lambda call: not call.acts)
    every = [Fault(victim, moment, call) for call in ordered for victim in VICTIMS for moment in MOMENTS]
    return every if os.environ.get("SOAK") else [each for each in every if _named(each) in SAMPLE[step]]


def _named(fault: Fault) -> Sampled:
    return fault.victim, fault.moment, fault.call.method, fault.call.subject.rpartition(":")[2]


def lasting(found: Inventory) -> dict[Identity, str]:
    """The marks of the objects that no update replaces."""
    wide = ("Namespace", "ClusterRole")
    return {identity: uid for identity, uid in found.uids.items() if identity in LASTING or identity[0] in wide}


@pytest.fixture
def expected(field: Field) -> Mapping[str, Expected]:
    """What each description comes to when nobody disturbs; the last of them is in force."""
    field.describe("blue")
    field.up()
    found: dict[str, Expected] = {}
    for step in ("green", "blue"):
        field.describe(step)
        done, calls = up_with_fault(field.workbench, field.environment)
        assert done.code == 0, done.text
        found[step] = Expected.of(field, step, calls)
    return found


def test_whoever_is_killed_the_next_up_leaves_exactly_what_is_declared(
    field: Field, expected: Mapping[str, Expected]
) -> None:
    # given what may be killed on the way to each description
    ahead = {step: faults(each.calls, step) for step, each in expected.items()}

    # when it is killed, and `slipway up` is run after it
    wrong: list[str] = []
    kills, at = 0, "blue"
    while any(ahead.values()):
        at = "green" if at == "blue" else "blue"
        field.describe(at)
        if not ahead[at]:
            field.up()
            continue
        fault = ahead[at].pop(0)
        complaint = mended(field.workbench, field.environment, fault)
        found = [complaint] if complaint else expected[at].missed(field)
        kills += 1
        print(f"{kills}. to {at}: {fault}: {len(found)} differences", flush=True)
        if found:
            wrong.append(f"to {at}, {fault}: {len(found)} differences, first {found[:3]}")
            field.up()
            kept = lasting(field.look())
            expected = {step: replace(each, kept=kept) for step, each in expected.items()}

    # then every time cluster and state are as after an update that nobody disturbed
    assert not wrong, "\n".join(wrong)
    assert kills >= sum(map(len, SAMPLE.values()))
