"""Stacks on a real cluster, run by the real `slipway` command: real engine, real guardrails.

Each stack lives in a private copy of the checkout and in a namespace of its own, so a test may break anything in it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cluster.support import Cluster, Object, node_port, service, within
from tests.support.workbench import Result, Workbench, copy_checkout
from toolchain.cluster.addresses import NODE_NAME

Block = dict[str, Any]

CALLED = "app.kubernetes.io/name"
"""The label with the name of a pod's workload."""

PASSPHRASE = "a passphrase of the cluster tests"
"""Of stacks other than `dev`, whose own is published."""


@dataclass(frozen=True)
class Stack:
    """A stack whose target is the tests' cluster.

    Attributes:
        workbench: The private checkout that it is in.
        cluster: Where it is deployed.
        name: The NAME of its `Pulumi.NAME.yaml`.
    """

    workbench: Workbench
    cluster: Cluster
    name: str

    @property
    def config(self) -> Block:
        """The stack file's keys, without `slipway:`; what is written into the blocks does not reach the file."""
        config = self.workbench.stack_file(self.name)["config"]
        return {key.removeprefix("slipway:"): block for key, block in config.items()}

    @property
    def namespace(self) -> str:
        """The namespace that the stack declares."""
        return str(self.config["environment"]["namespace"])

    def write(self, **blocks: object) -> None:
        """Replace blocks of the stack file; `None` takes one out."""
        content = self.workbench.stack_file(self.name)
        for key, block in blocks.items():
            if block is None:
                content["config"].pop(f"slipway:{key}", None)
            else:
                content["config"][f"slipway:{key}"] = block
        self.workbench.write_stack_file(content, self.name)

    def change(self, workload: str, **fields: object) -> None:
        """Replace fields of one workload in the stack file; `None` takes one out."""
        workloads = self.config["workloads"]
        merged = {**workloads[workload], **fields}
        workloads[workload] = {key: value for key, value in merged.items() if value is not None}
        self.write(workloads=workloads)

    def up(self, *flags: str, **extra: str) -> Result:
        """`slipway up`; `extra` is added to the environment."""
        return self._slipway("up", "--yes", *flags, **extra)

    def preview(self, *flags: str, **extra: str) -> Result:
        """`slipway preview`."""
        return self._slipway("preview", *flags, **extra)

    def destroy(self, **extra: str) -> Result:
        """`slipway destroy`."""
        return self._slipway("destroy", "--yes", **extra)

    def pulumi(self, *arguments: str) -> Result:
        """The Pulumi CLI, for what `slipway` has no command of its own, such as `refresh`."""
        environment = self.workbench.environment(self.name)
        return self.workbench.run(["pulumi", *arguments, "--stack", self.name], environment)

    def refresh(self, *flags: str) -> Result:
        """`pulumi refresh`."""
        return self.pulumi("refresh", "--yes", *flags)

    def deploy(self, *flags: str, **extra: str) -> Result:
        """`slipway up`, which must go well."""
        done = self.up(*flags, **extra)
        assert done.code == 0, done.text
        return done

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs: images by digest, addresses of workloads."""
        return dict(json.loads(self.pulumi("stack", "output", "--json").out))

    def objects(self, kinds: str) -> list[dict[str, Any]]:
        """Objects of the namespace; several kinds are joined by commas."""
        return list(self.cluster.get(kinds, "--namespace", self.namespace)["items"])

    def outside(self, workload: str, port: int = 8080) -> str:
        """A URL on this machine that reaches a workload's pods, beside the stack's own Service."""
        front: Object = service(f"front-{workload}", "NodePort")
        front["spec"] |= {"selector": {CALLED: workload}, "ports": [{"port": 80, "targetPort": port}]}
        self.cluster.apply(within(self.namespace, front))
        return node_port(self.cluster, self.namespace, f"front-{workload}")

    def pods(self, workload: str) -> dict[str, Object]:
        """The pods of a workload that are not about to end, by their unique ids."""
        found = self.cluster.get("pods", "--namespace", self.namespace, f"--selector={CALLED}={workload}")["items"]
        return {each["metadata"]["uid"]: each for each in found if "deletionTimestamp" not in each["metadata"]}

    def ready(self, workload: str) -> dict[str, Object]:
        """Those of them that are ready."""

        def is_ready(pod: Object) -> bool:
            conditions = pod["status"].get("conditions", ())
            return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

        return {uid: each for uid, each in self.pods(workload).items() if is_ready(each)}

    def end_pods(self, workload: str, how: str) -> None:
        """Let a workload's pods die without a word, or drive them off the node, which then takes pods again.

        Args:
            workload: Whose.
            how: `death` or `drain`.
        """
        selector = f"{CALLED}={workload}"
        if how == "death":
            ended = ("delete", "pod", "--namespace", self.namespace, f"--selector={selector}")
            self.cluster.kubectl(*ended, "--grace-period=0", "--force")
        else:
            flags = ("--ignore-daemonsets", "--delete-emptydir-data", f"--pod-selector={selector}")
            self.cluster.kubectl("drain", NODE_NAME, *flags)
            self.cluster.kubectl("uncordon", NODE_NAME)

    def _slipway(self, command: str, *arguments: str, **extra: str) -> Result:
        return self.workbench.slipway(command, "--stack", self.name, *arguments, **extra)


def new_namespace() -> str:
    """A name that no other test uses."""
    return f"stack-{uuid.uuid4().hex[:8]}"


def api(image: str, **fields: object) -> Block:
    """A workload of the Python API's image, given by digest, at a laptop's sizes and stopping fast."""
    return {
        "image": {"external": {"reference": image, "reason": "built from this checkout for the tests"}},
        "port": 8000,
        "replicas": 1,
        "resources": {
            "requests": {"cpu": "20m", "memory": "64Mi"},
            "limits": {"cpu": "1", "memory": "256Mi"},
        },
        "probes": {"readinessPeriodSeconds": 1},
        "shutdown": {"preStopSeconds": 1, "drainSeconds": 5},
        **fields,
    }


def responder_of(image: str, **fields: object) -> Block:
    """A workload of the tests' own program, stopping as slipway's defaults have it."""
    plain = {"port": 8080, "probes": {"livenessPath": "/", "readinessPath": "/"}, "shutdown": {}}
    sizes = {"requests": {"cpu": "20m", "memory": "16Mi"}, "limits": {"cpu": "1", "memory": "64Mi"}}
    return api(image, **{**plain, "resources": sizes, **fields})


def write_stack(
    workbench: Workbench,
    cluster: Cluster,
    registry: str,
    workloads: Mapping[str, Block],
    *,
    name: str = "dev",
    tier: str = "dev",
    **blocks: object,
) -> Stack:
    """A stack that can be brought up: its file, for a namespace of its own, and where its images may come from.

    Args:
        workbench: The checkout. Its variables must name the cluster's kubeconfig.
        cluster: Where it will be deployed.
        registry: The embedded registry's address.
        workloads: By name, as a person writes them.
        name: The stack's name. One other than `dev` is initialised with a passphrase of its own.
        tier: What its defaults follow from.
        blocks: Further blocks, such as `secrets`; `environment` is merged into the one made here.
    """
    written = blocks.pop("environment", {})
    assert isinstance(written, dict)
    environment: Block = {"tier": tier, "namespace": new_namespace(), "owner": "platform", **written}
    kept = {"encryptionsalt": workbench.stack_file(name)["encryptionsalt"]} if name == "dev" else {}
    workbench.write_stack_file({**kept, "config": {}}, name)
    stack = Stack(workbench, cluster, name)
    stack.write(
        environment=environment,
        target={"kind": "kubernetes", "context": NODE_NAME},
        registry={"address": registry, "insecure": True},
        workloads=dict(workloads),
        **blocks,
    )
    if name != "dev":
        policies = workbench.folder / "policies" / "config" / f"{name}.json"
        rules = json.loads(policies.read_text())
        rules["workloads"]["allowedRegistries"] = [registry]
        policies.write_text(json.dumps(rules))
        made = workbench.slipway("stack", "init", name, "--secrets-provider", "passphrase")
        assert made.code == 0, made.text
    return stack


@contextmanager
def checkout(folder: Path, cluster: Cluster, *, whole: bool = False) -> Generator[Workbench]:
    """A private checkout whose stacks reach the cluster. Their namespaces are gone after the block.

    If `whole`, its dev stack is that of the checkout that is tested; see `copy_checkout`.
    """
    variables = {"KUBECONFIG": str(cluster.kubeconfig), "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
    workbench = Workbench(copy_checkout(folder, whole=whole).folder, variables)
    yield workbench
    for file in workbench.folder.glob("Pulumi.*.yaml"):
        namespace = Stack(workbench, cluster, file.name.split(".")[1]).namespace
        cluster.kubectl("delete", "namespace", namespace, f"{namespace}-nodes", "--wait=false", "--ignore-not-found")
