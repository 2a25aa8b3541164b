"""Objects in the cluster: getting, listing, applying and deleting them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live.client import Answer, Client
from toolchain.plugins.kubernetes.live.discovery import Resource
from toolchain.plugins.kubernetes.live.errors import ApiError, CancelledError
from toolchain.plugins.kubernetes.live.fields import sections, text

APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"

_YOUNG_NAMESPACE_S = 10.0
_YOUNG_NAMESPACE_PAUSE_S = 0.2
_YOUNG_NAMESPACE = 'serviceaccount "default" not found'


@dataclass(frozen=True, slots=True)
class Reference:
    """Where one object is.

    Attributes:
        resource: How the server keeps its kind.
        namespace: "" for objects of the whole cluster.
        name: Its name.
    """

    resource: Resource
    namespace: str
    name: str

    @property
    def path(self) -> str:
        """The object's path."""
        return self.resource.path(self.namespace, self.name)

    @property
    def words(self) -> str:
        """The object, for messages: `Deployment ai/web`."""
        return f"{self.resource.kind.kind} {self.namespace and self.namespace + '/'}{self.name}"


class Store:
    """The objects behind one API server.

    Args:
        client: The way to it.
        warn: Told what the server warns of.
    """

    def __init__(self, client: Client, warn: Callable[[str], None] = lambda _: None) -> None:
        self._client = client
        self._warn = warn

    def get(self, reference: Reference) -> Properties | None:
        """Returns the object, or None if there is none.

        Raises:
            ApiError: The server refused to say.
            UnreachableError: Nobody answers.
        """
        try:
            answer = self._client.call("GET", reference.path)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        return answer.body if isinstance(answer.body, dict) else None

    def list(self, path: str, *, labels: str = "", fields: str = "", most: int = 500) -> list[Properties]:
        """Returns the objects of a list, the first `most` of them; the selectors are as `kubectl get -l` takes them.

        Raises:
            ApiError: The server refused.
            UnreachableError: Nobody answers.
        """
        selectors = {"labelSelector": labels, "fieldSelector": fields, "limit": str(most)}
        query = {key: value for key, value in selectors.items() if value}
        answer = self._client.call("GET", path, query=query)
        return sections(answer.body, "items") if isinstance(answer.body, dict) else []

    def text(self, path: str, **query: str) -> str:
        """Returns what is no object, such as a log.

        Raises:
            ApiError: The server refused.
            UnreachableError: Nobody answers.
        """
        answer = self._client.call("GET", path, query=query)
        return answer.body if isinstance(answer.body, str) else ""

    def apply(
        self, reference: Reference, obj: Properties, *, manager: str, force: bool = False, preview: bool = False
    ) -> Properties:
        """Applies an object: creates it, or gives it these fields and takes away those that `manager` had set before.

        A pod made right after its namespace is refused until the namespace has its `default` service account; that is
        waited for.

        Args:
            reference: Where it is or will be.
            obj: What the program declares, and nothing more.
            manager: Under which name the fields are owned.
            force: Whether to take fields that others own.
            preview: Whether the server only says what would come of it.

        Returns:
            The whole object.

        Raises:
            ApiError: The server refused; a field it does not know is a reason.
            UnreachableError: Nobody answers.
            CancelledError: The user pressed Ctrl-C.
        """
        query = {"fieldManager": manager, "force": str(force).lower(), "fieldValidation": "Strict"}
        if preview:
            query["dryRun"] = "All"
        until = time.monotonic() + _YOUNG_NAMESPACE_S
        while True:
            try:
                answer = self._client.call("PATCH", reference.path, query=query, body=obj, content_type=APPLY)
            except ApiError as error:
                if _YOUNG_NAMESPACE not in error.message or preview or time.monotonic() > until:
                    raise
                if self._client.stop.wait(_YOUNG_NAMESPACE_PAUSE_S):
                    raise CancelledError("cancelled") from None
                continue
            return self._object(answer)

    def replace_field(self, reference: Reference, version: str, pointer: str, value: Value) -> Properties:
        """Replaces one field, provided that the object is still of resource version `version`.

        Args:
            reference: Where the object is.
            version: Its `metadata.resourceVersion`.
            pointer: The field, as a JSON pointer.
            value: The new value.

        Raises:
            ApiError: The server refused, or the object has changed.
            UnreachableError: Nobody answers.
        """
        changes: list[Value] = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": version},
            {"op": "replace", "path": pointer, "value": value},
        ]
        return self._object(self._client.call("PATCH", reference.path, body=changes, content_type=JSON_PATCH))

    def delete(self, reference: Reference, *, policy: str, uid: str = "") -> Properties | None:
        """Asks for the object's deletion.

        Args:
            reference: Where it is.
            policy: `Foreground`, `Background` or `Orphan`.
            uid: Delete only the object of this uid; "" for any.

        Returns:
            The object as it is now, if its deletion takes time; None if it is gone, or was.

        Raises:
            ApiError: The server refused; with status 409 if the object is another one.
            UnreachableError: Nobody answers.
        """
        options: Properties = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy}
        if uid:
            options["preconditions"] = {"uid": uid}
        try:
            answer = self._client.call("DELETE", reference.path, body=options)
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        body = answer.body if isinstance(answer.body, dict) else {}
        return body if text(body, "metadata", "deletionTimestamp") else None

    def delete_pod(self, namespace: str, name: str, uid: str) -> None:
        """Deletes this very pod, if it is still there.

        Raises:
            ApiError: The server refused.
            UnreachableError: Nobody answers.
        """
        pods = Resource(GroupVersionKind("", "v1", "Pod"), "pods", namespaced=True)
        self.delete(Reference(pods, namespace, name), policy="Background", uid=uid)

    def _object(self, answer: Answer) -> Properties:
        for warning in answer.warnings:
            self._warn(warning)
        return answer.body if isinstance(answer.body, dict) else {}
