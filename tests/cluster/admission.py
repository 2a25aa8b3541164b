"""Asks an API server what its admission policies say of an object, without making the object."""

from __future__ import annotations

import copy
import http.client
import json
import re
from dataclasses import dataclass
from typing import Any

import yaml

from tests.cluster.completing import complete
from tests.cluster.support import Cluster, Object
from toolchain.plugins.kubernetes.live.access import Access

GROUP = "test.slipway.dev/group"
"""The label by which a binding knows whom it is for: the cluster's other objects are none of these tests' business."""

_CLUSTER_WIDE = ("Namespace", "ClusterRole", "ClusterRoleBinding")
_PLURALS = {"NetworkPolicy": "networkpolicies", "Ingress": "ingresses"}
_WARNED = re.compile(r"ValidatingAdmissionPolicy 'slipway-([a-z0-9-]+)' with binding")


@dataclass(frozen=True)
class Heard:
    """What the API server said.

    Attributes:
        code: The HTTP status.
        violated: The rules of which it warned.
        message: Its own words, where it refused.
    """

    code: int
    violated: frozenset[str]
    message: str


class Asking:
    """A connection to the API server, for many questions one after the other."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        config = yaml.safe_load(cluster.kubeconfig.read_text())
        access = Access(config["clusters"][0]["cluster"], config["users"][0]["user"])
        self._connection = http.client.HTTPSConnection(access.host, access.port, context=access.context(), timeout=60)
        self._headers = {**access.headers(), "Content-Type": "application/json"}
        self._namespace = namespace

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def prepared(self, body: Object) -> Object:
        """A copy of an object that has all that an API server asks for, in the namespace of the questions."""
        return self.placed(complete(copy.deepcopy(body)))

    def placed(self, body: Object) -> Object:
        """A copy of an object in the namespace of the questions."""
        return {**body, "metadata": {**body["metadata"], "namespace": self._namespace}}

    def create(self, body: Object, group: str) -> Heard:
        """Creates an object for a group of policies, on paper only."""
        given: Object = body["metadata"]
        labels: Object = given.get("labels") or {}
        metadata: Object = {**given, "labels": {**labels, GROUP: group}}
        made: dict[str, Any] = {**body, "metadata": metadata}
        kind, version = str(body["kind"]), str(body["apiVersion"])
        path = f"/api/{version}" if "/" not in version else f"/apis/{version}"
        if kind in _CLUSTER_WIDE:
            metadata.pop("namespace", None)
        else:
            metadata["namespace"] = self._namespace
            path += f"/namespaces/{self._namespace}"
        path += f"/{_PLURALS.get(kind, f'{kind.lower()}s')}?dryRun=All&fieldValidation=Strict"
        return self._ask("POST", path, json.dumps(made))

    def remove_policies(self, selector: str) -> None:
        """Removes the policies and bindings with a label, all at once."""
        for plural in ("validatingadmissionpolicybindings", "validatingadmissionpolicies"):
            heard = self._ask("DELETE", f"/apis/admissionregistration.k8s.io/v1/{plural}?labelSelector={selector}")
            assert heard.code == 200, heard.message

    def _ask(self, method: str, path: str, body: str | None = None) -> Heard:
        self._connection.request(method, path, body, self._headers)
        response = self._connection.getresponse()
        text = response.read().decode(errors="replace")
        warnings = " ".join(response.headers.get_all("Warning") or [])
        message = "" if response.status < 300 else str(json.loads(text).get("message", "")) if text[:1] == "{" else text
        return Heard(response.status, frozenset(_WARNED.findall(warnings)), message)


def bound(policies: list[Object], groups: dict[str, str]) -> list[Object]:
    """The policies and bindings, each binding for objects of its rule's group alone."""
    for each in policies:
        if each["kind"] == "ValidatingAdmissionPolicyBinding":
            rule = each["metadata"]["name"].removeprefix("slipway-")
            each["spec"]["matchResources"] = {"objectSelector": {"matchLabels": {GROUP: groups[rule]}}}
    return policies
