"""All that a cluster holds of one test: every kind that the API server lists, in its namespace and cluster-wide."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.cluster.support import Cluster, Object

Identity = tuple[str, str]
"""Kind and name."""

SERVERS_OWN = frozenset({("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")})
"""What the cluster itself puts into every namespace."""

NEWS = frozenset({"Event"})
"""Kinds that tell what happened."""

OF_SERVICES = "endpoints.kubernetes.io/managed-by"
"""The label of the Endpoints that the cluster keeps for a Service. They have no owner, and go with the Service."""

BY_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "uid")
"""Fields of the metadata that differ between two objects that were declared alike."""

JOB_LABELS = ("batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name")
REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True)
class Inventory:
    """What was found.

    Attributes:
        declared: Objects that nobody but a person or a program makes.
        derived: How many objects controllers hold for each of them: kind and name of the owner, kind of the object.
    """

    declared: Mapping[Identity, Object]
    derived: Mapping[tuple[Identity, str], int]

    @property
    def uids(self) -> dict[Identity, str]:
        """The server's own mark of each object: another one is another object, though it may look the same."""
        return {identity: str(one["metadata"]["uid"]) for identity, one in self.declared.items()}

    @property
    def content(self) -> dict[str, Any]:
        """Everything that two clusters have in common if they hold the same."""
        return {
            "declared": {" ".join(identity): _steady(one) for identity, one in self.declared.items()},
            "derived": {f"{kind} of {' '.join(owner)}": count for (owner, kind), count in self.derived.items()},
        }


@dataclass(frozen=True)
class Kinds:
    """Every kind that the API server lists and deletes, as `kubectl get` takes them."""

    namespaced: str
    wide: str

    @classmethod
    def of(cls, cluster: Cluster) -> Kinds:
        """Ask the API server."""
        found = (
            cluster.kubectl("api-resources", f"--namespaced={flag}", "--verbs=list,delete", "--output=name")
            for flag in ("true", "false")
        )
        return cls(*(",".join(names.split()) for names in found))


def inventory(cluster: Cluster, kinds: Kinds, namespace: str) -> Inventory:
    """List all kinds: what is in the namespace, it itself, and what is cluster-wide and named after it."""
    found: list[Object] = [
        *cluster.get(kinds.namespaced, "--namespace", namespace)["items"],
        *(one for one in cluster.get(kinds.wide)["items"] if one["metadata"]["name"].startswith(namespace)),
    ]
    by_uid = {one["metadata"]["uid"]: one for one in found}
    declared = {_identity(one): one for one in found if _is_declared(one)}
    derived: dict[tuple[Identity, str], int] = {}
    for one in found:
        owner = _root(one, by_uid)
        if owner is not one and not _is_spent(one):
            key = (_identity(owner), one["kind"])
            derived[key] = derived.get(key, 0) + 1
    return Inventory(declared, derived)


def _is_declared(one: Object) -> bool:
    return (
        not one["metadata"].get("ownerReferences")
        and one["kind"] not in NEWS
        and _identity(one) not in SERVERS_OWN
        and OF_SERVICES not in one["metadata"].get("labels", {})
    )


def _is_spent(one: Object) -> bool:
    """Whether a controller keeps it as a record only: an old ReplicaSet, without pods, to roll back to."""
    return one["kind"] == "ReplicaSet" and one["spec"]["replicas"] == 0


def _root(one: Object, by_uid: Mapping[str, Object]) -> Object:
    """Whose it is in the end; itself, if nobody's."""
    for owner in one["metadata"].get("ownerReferences", ()):
        if owner["uid"] in by_uid:
            return _root(by_uid[owner["uid"]], by_uid)
    return one


def _identity(one: Object) -> Identity:
    return one["kind"], one["metadata"]["name"]


def _steady(one: Object) -> Object:
    """An object without what the server or a controller makes up for it, and with the names of those who set fields."""
    metadata = {key: value for key, value in one["metadata"].items() if key not in BY_SERVER}
    metadata["annotations"] = _without(metadata.get("annotations", {}), [REVISION])
    metadata["appliers"] = sorted(_appliers(one["metadata"].get("managedFields", ())))
    kept = {key: value for key, value in one.items() if key not in ("metadata", "status")}
    if one["kind"] == "Job":
        # Its selector, and its own and its pods' labels, hold its uid.
        metadata["labels"] = _without(metadata.get("labels", {}), JOB_LABELS)
        spec = _without(one["spec"], ["selector", "template"])
        kept["spec"] = {**spec, "pods": one["spec"]["template"]["spec"]}
    return json.loads(json.dumps({**kept, "metadata": metadata}))


def _appliers(entries: Iterable[Object]) -> Iterator[str]:
    """Who has applied fields of an object: after a recovery there is one, as before."""
    for entry in entries:
        if entry["operation"] == "Apply":
            yield entry["manager"]


def _without(mapping: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}
