"""Which kinds an API server knows, and under which paths it keeps them."""

import threading
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live.client import Client
from toolchain.plugins.kubernetes.live.errors import ApiError
from toolchain.plugins.kubernetes.live.fields import flag, sections, text


@dataclass(frozen=True, slots=True)
class Resource:
    """How the server keeps one kind.

    Attributes:
        kind: The kind.
        plural: Its name in paths, such as "deployments".
        namespaced: Whether its objects live in namespaces.
    """

    kind: GroupVersionKind
    plural: str
    namespaced: bool

    def path(self, namespace: str = "", name: str = "") -> str:
        """Returns the path of an object, or of the list of them in a namespace, or of all."""
        path = group_path(self.kind.group, self.kind.version)
        if self.namespaced and namespace:
            path += f"/namespaces/{quote(namespace, safe='')}"
        path += f"/{self.plural}"
        return f"{path}/{quote(name, safe='')}" if name else path


class Discovery:
    """Asks the server once for each group and version, and remembers the kinds that it found.

    Args:
        client: Whom to ask.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._found: dict[GroupVersionKind, Resource] = {}

    def find(self, kind: GroupVersionKind) -> Resource | None:
        """Returns how the server keeps `kind`; None if it does not know it, which is asked again each time.

        Raises:
            ApiError: The server refused to say.
            UnreachableError: Nobody answers.
        """
        with self._lock:
            found = self._found.get(kind)
        if found is not None:
            return found
        try:
            answer = self._client.call("GET", group_path(kind.group, kind.version))
        except ApiError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        resources = _resources(kind.group, kind.version, answer.body if isinstance(answer.body, dict) else {})
        with self._lock:
            self._found.update(resources)
        return resources.get(kind)


def group_path(group: str, version: str) -> str:
    """Returns where the server keeps a group and version."""
    return f"/apis/{group}/{version}" if group else f"/api/{version}"


def _resources(group: str, version: str, listed: Properties) -> dict[GroupVersionKind, Resource]:
    found: dict[GroupVersionKind, Resource] = {}
    for entry in sections(listed, "resources"):
        name = text(entry, "name")
        if "/" in name:  # a part of an object, such as deployments/status
            continue
        kind = GroupVersionKind(group, version, text(entry, "kind"))
        found.setdefault(kind, Resource(kind, name, flag(entry, "namespaced")))
    return found
