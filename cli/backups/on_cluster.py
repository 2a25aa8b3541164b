"""A workload on a cluster: what saves it is a container of its pod."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from cli import terminal
from cli.backups.place import PROGRAM
from cli.backups.programs import call, client
from cli.failures import CommandError
from components.manifests.backup import VOLUMES
from components.spec.backup import BACKUP
from components.spec.target import KubernetesTarget

PLACED_S = 600.0
"""How long the pod that restores may wait for its node and its image."""

POLL_S = 0.5
READY_S = 900
"""How long the workload may take to be ready again."""

Object = dict[str, Any]


class OnCluster:
    """A StatefulSet, by way of kubectl."""

    def __init__(self, target: KubernetesTarget, namespace: str, workload: str, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self._workload = workload
        file = [f"--kubeconfig={Path(target.kubeconfig).expanduser()}"] if target.kubeconfig else []
        where = [f"--context={target.context}", f"--namespace={namespace}"]
        self._kubectl = [client("kubectl", environment), *file, *where]

    def inside(self, *arguments: str) -> Sequence[str]:
        """See `Place`."""
        return [*self._kubectl, "exec", f"{self._workload}-0", f"--container={BACKUP}", "--", *PROGRAM, *arguments]

    def instead(self, volumes: Sequence[str], *arguments: str) -> None:
        """See `Place`."""
        found = cast("Object", json.loads(self._ask("get", "statefulset", self._workload, "--output=json")))
        pod = pod_in_place(found, volumes, arguments)
        name = f"pod/{pod['metadata']['name']}"
        terminal.say(f"stopping {self._workload}")
        self._ask("scale", f"statefulset/{self._workload}", "--replicas=0")
        try:
            self._ask("wait", f"pod/{self._workload}-0", "--for=delete", f"--timeout={READY_S}s")
            # Of an earlier run that was killed.
            self._ask("delete", name, "--ignore-not-found")
            self._ask("create", "--filename=-", given=json.dumps(pod))
            phase = self._ended(name)
            said = self._ask("logs", name).strip() if phase != "Pending" else self._ask("describe", name)
            if phase != "Succeeded":
                raise CommandError(said)
        finally:
            self._ask("delete", name, "--ignore-not-found")
            terminal.say(f"starting {self._workload} again")
            self._ask("scale", f"statefulset/{self._workload}", "--replicas=1")
            self._ready()

    def _ready(self) -> None:
        """Waits until the workload is ready; that it is not may have been the reason for all of it."""
        try:
            self._ask("rollout", "status", f"statefulset/{self._workload}", f"--timeout={READY_S}s")
        except CommandError as error:
            terminal.warn(f"{self._workload} is not ready: {error}")

    def _ended(self, name: str) -> str:
        """Waits until a pod is through; its phase. One that is not placed in time counts as through."""
        deadline = time.monotonic() + PLACED_S
        while True:
            phase = self._ask("get", name, "--output=jsonpath={.status.phase}")
            if phase in ("Succeeded", "Failed") or (phase == "Pending" and time.monotonic() > deadline):
                return phase
            time.sleep(POLL_S)  # `kubectl wait` waits for one phase only

    def _ask(self, *arguments: str, given: str | None = None) -> str:
        return call([*self._kubectl, *arguments], self.environment, given)


def pod_in_place(stateful_set: Object, volumes: Sequence[str], arguments: Sequence[str]) -> Object:
    """A pod that runs what saves a workload, with its claims, and may write to its volumes.

    Args:
        stateful_set: the workload's, as the cluster has it.
        volumes: the names of the volumes that are written to.
        arguments: what the program is told.
    """
    name = str(stateful_set["metadata"]["name"])
    template = copy.deepcopy(cast("Object", stateful_set["spec"]["template"]))
    spec = cast("Object", template["spec"])
    [container] = [each for each in spec["containers"] if each["name"] == BACKUP]
    for field in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "ports"):
        container.pop(field, None)
    writable = {f"{VOLUMES}/{volume}" for volume in volumes}
    for mount in container["volumeMounts"]:
        if mount["mountPath"] in writable:
            del mount["readOnly"]
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    claims = [each["metadata"]["name"] for each in stateful_set["spec"]["volumeClaimTemplates"]]
    spec |= {
        "containers": [{**container, "args": list(arguments)}],
        "restartPolicy": "Never",
        "volumes": [
            *(each for each in spec["volumes"] if each["name"] in mounted),
            *(
                {"name": claim, "persistentVolumeClaim": {"claimName": f"{claim}-{name}-0"}}
                for claim in claims
                if claim in mounted
            ),
        ],
    }
    metadata = {"name": f"{name}-restore", "labels": template["metadata"]["labels"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
