"""Where one object is worked on: its place in the cluster, the waits for it, and the words about it."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from toolchain.plugins.base import InitFailedError, ProviderError
from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_redaction import Redactor
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live import ownership, wait_for
from toolchain.plugins.kubernetes.live.awaiting import Wait
from toolchain.plugins.kubernetes.live.client import Client
from toolchain.plugins.kubernetes.live.declared import Declared
from toolchain.plugins.kubernetes.live.deletion import Deletion
from toolchain.plugins.kubernetes.live.discovery import Discovery, Resource
from toolchain.plugins.kubernetes.live.errors import CancelledError
from toolchain.plugins.kubernetes.live.fields import text
from toolchain.plugins.kubernetes.live.readiness import DEFAULT_TIMEOUT_S, Readiness, Related, readiness_of
from toolchain.plugins.kubernetes.live.store import Reference, Store
from toolchain.plugins.kubernetes.live.verdict import Verdict

NEW_KIND_S = 15.0
"""How long a kind that the program itself defines may take to be served after its definition was accepted."""

NEW_KIND_PAUSE_S = 0.3

_TIMEOUT = "pulumi.com/timeoutSeconds"


class Ground:
    """What create, update, read and delete stand on.

    Args:
        client: The way to the API server.
        engine: Where messages for the user go.
        redactor: Knows what must not show in them.
        stop: Set when the user presses Ctrl-C.
        namespace: Of objects that name none.
    """

    def __init__(
        self, client: Client, engine: EngineLog, redactor: Redactor, stop: threading.Event, namespace: str = "default"
    ) -> None:
        self.client = client
        self.engine = engine
        self.redactor = redactor
        self.namespace = namespace or "default"
        self._stop = stop
        self._discovery = Discovery(client)

    # Its place

    def find(self, kind: GroupVersionKind) -> Resource | None:
        """Returns where the server keeps objects of `kind`; None if it does not know the kind."""
        return self._discovery.find(kind)

    def resource(self, declared: Declared, *, patient: bool = False) -> Resource:
        """Returns where the server keeps the object's kind; a patient look waits for a definition to be served.

        Raises:
            ProviderError: The server does not know the kind.
        """
        until = time.monotonic() + NEW_KIND_S
        while (found := self.find(declared.kind)) is None:
            if not patient or time.monotonic() > until:
                raise _NoKindError(
                    f'creation of resource "{declared.urn}" with kind {text(declared.obj, "apiVersion")}/'
                    f"{declared.kind.kind} failed because the Kubernetes API server reported that the apiVersion for "
                    "this resource does not exist. Verify that any required CRDs have been created: "
                    f"{no_match(declared.kind)}"
                )
            self.pause(NEW_KIND_PAUSE_S)
        return found

    def reference(self, resource: Resource, obj: Properties) -> Reference:
        """Returns the object's path.

        Raises:
            ProviderError: It has no name.
        """
        namespace = (text(obj, "metadata", "namespace") or self.namespace) if resource.namespaced else ""
        name = text(obj, "metadata", "name")
        if not name:
            raise ProviderError(f"a {resource.kind.kind} needs a metadata.name")
        return Reference(resource, namespace, name)

    def store(self, urn: str) -> Store:
        """Returns the server's objects; its warnings are told with the resource `urn`."""
        return Store(self.client, lambda warning: self.engine.warning(urn, self.redactor.clean(warning)))

    # Waits

    def readiness(self, declared: Declared) -> Readiness | None:
        """Returns when the object is ready: as usual for its kind, or as its annotation wants; None to not wait."""
        if not declared.awaited:
            return None
        usual = readiness_of(declared.kind)
        wanted = declared.annotation(wait_for.ANNOTATION)
        if not wanted:
            return usual
        holds = wait_for.parse(wanted)

        def check(obj: Properties, _related: Related) -> Verdict:
            return holds(obj)

        return replace(usual, check=check, related="") if usual else Readiness(check)

    def wait(
        self, store: Store, reference: Reference, declared: Declared, live: Properties, readiness: Readiness
    ) -> Wait:
        """Returns the wait until the object is ready."""
        return Wait(
            store,
            reference,
            readiness,
            live,
            timeout_s=self._timeout(declared),
            since=ownership.applied_at(live, declared.field_manager),
            stop=self._stop,
            say=lambda line: self.engine.status(declared.urn, self.redactor.clean(line)),
            note=lambda line: self.engine.info(declared.urn, self.redactor.clean(line)),
        )

    def deletion(self, store: Store, reference: Reference, declared: Declared) -> Deletion:
        """Returns the wait until the object is gone."""
        return Deletion(
            store,
            reference,
            self._timeout(declared),
            self._stop,
            lambda line: self.engine.status(declared.urn, self.redactor.clean(line)),
        )

    def pause(self, seconds: float) -> None:
        """Lets time pass.

        Raises:
            CancelledError: The user pressed Ctrl-C.
        """
        if self._stop.wait(seconds):
            raise CancelledError("cancelled")

    def _timeout(self, declared: Declared) -> float:
        annotation = declared.annotation(_TIMEOUT)
        if declared.timeout_s or not annotation:
            return declared.timeout_s or DEFAULT_TIMEOUT_S
        if not annotation.isdecimal() or not int(annotation):
            raise ProviderError(f"the annotation {_TIMEOUT} is {annotation!r}; it must be a number of seconds above 0")
        return float(annotation)

    # Words

    @contextmanager
    def redacted(self, prefix: str) -> Generator[None]:
        """Puts words in front of what goes wrong inside the block, and takes secrets out."""
        try:
            yield
        except InitFailedError:
            raise
        except _NoKindError as error:
            raise ProviderError(error.message) from None
        except ProviderError as error:
            raise ProviderError(prefix + self.redactor.clean(error.message), error.code) from None


class _NoKindError(ProviderError):
    """The server does not know the kind; the message is whole."""


def no_match(kind: GroupVersionKind) -> str:
    """Returns the API server's words about a kind that it does not know."""
    version = f"{kind.group}/{kind.version}" if kind.group else kind.version
    return f'no matches for kind "{kind.kind}" in version "{version}"'
