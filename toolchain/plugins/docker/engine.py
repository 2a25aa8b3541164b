"""The connection to the Docker engine, and its refusals as sentences."""

import contextlib
import socket
import threading
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_redaction import Redactor
from toolchain.plugins.docker.causes import cause
from toolchain.plugins.docker.fields import Answer
from toolchain.plugins.docker.settings import DEFAULT_HOST, Login, Settings

PATIENCE_S = 600
"""How long the engine may take for one answer: a large image is unpacked before a container is made of it."""

POLL_S = 0.1
"""How often a container is looked at while it gets ready."""


class CancelledError(ProviderError):
    """The user pressed Ctrl-C."""


class AbsentError(ProviderError):
    """What was asked for is not there."""


class ConflictError(ProviderError):
    """Something of that name is there already, or in use."""


class Engine:
    """One Docker engine. Each thread has a connection of its own, since the library's are not to be shared.

    Attributes:
        stop: Set when the user pressed Ctrl-C.
        redactor: Knows the secret values that must not be in messages.
    """

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.redactor = Redactor()
        self._settings = Settings()
        self._clients = threading.local()
        self._all: list[Any] = []

    def use(self, settings: Settings) -> None:
        """Takes the settings; nothing is connected yet."""
        self._settings = settings

    @property
    def host(self) -> str:
        """Where the engine is looked for, in words."""
        return self._settings.context or self._settings.host or DEFAULT_HOST

    @property
    def api(self) -> Any:
        """This thread's connection, a `docker.APIClient`, which has no types of its own.

        Raises:
            ProviderError: Nobody answers.
        """
        client: Any = getattr(self._clients, "client", None)
        if client is None:
            client = self._connect()
            self._clients.client = client
            self._all.append(client)
        return client

    def login(self, registry: str) -> Login | None:
        """Returns the configured login of a registry."""
        return self._settings.logins.get(registry)

    def post(self, path: str, body: Mapping[str, Any]) -> None:
        """Makes a call of the API that the library has not, or not whole."""
        response = self.api._post_json(self.api._url(path), data=body)
        self.api._raise_for_status(response)

    def wait(self) -> None:
        """Waits a moment before the next look.

        Raises:
            CancelledError: The user pressed Ctrl-C.
        """
        if self.stop.wait(POLL_S):
            raise CancelledError("interrupted")

    def close(self) -> None:
        """Closes all connections; for a process that lives on without its provider, such as a test."""
        while self._all:
            self._all.pop().close()

    @contextlib.contextmanager
    def doing(self, what: str) -> Generator[None]:
        """Turns failures inside into one sentence that begins with `what`.

        Raises:
            AbsentError: What was asked for is not there.
            ConflictError: Something of that name is there already, or in use.
            ProviderError: The engine refused, or does not answer.
        """
        from docker.errors import APIError, DockerException
        from requests.exceptions import RequestException

        try:
            yield
        except APIError as error:
            said = self.redactor.clean(str(error.explanation or error))
            kinds = {404: AbsentError, 409: ConflictError}
            raise kinds.get(int(error.status_code or 0), ProviderError)(f"{what}: {cause(said)}") from None
        except (DockerException, RequestException, OSError) as error:
            raise ProviderError(f"{what}: {self._unreachable(error)}") from None

    def _unreachable(self, error: Exception) -> str:
        return (
            f"the Docker engine at {self.host} does not answer ({self.redactor.clean(_innermost(error))}). Start it, "
            "or slipway's own with `slipway docker up`"
        )

    def _connect(self) -> Any:
        # Imported here: 0.2 s that a preview without an engine does not pay.
        from docker import APIClient

        with self.doing("connecting"):
            host = self._host()
            over_ssh = host.startswith("ssh://")
            if host.startswith("unix://"):
                with contextlib.closing(socket.socket(socket.AF_UNIX)) as trial:  # the library's would stay open
                    trial.connect(host.removeprefix("unix://"))
            return APIClient(
                base_url=host, version="auto", timeout=PATIENCE_S, tls=self._tls(), use_ssh_client=over_ssh
            )

    def _host(self) -> str:
        if self._settings.context:
            from docker.context import ContextAPI

            context: Any = ContextAPI.get_context(self._settings.context)
            if context is None or not context.Host:
                raise ProviderError(f"there is no Docker context {self._settings.context!r}; see `docker context ls`")
            return str(context.Host)
        return self._settings.host or DEFAULT_HOST

    def _tls(self) -> Any:
        from docker.tls import TLSConfig

        if not self._settings.cert_path:
            return False
        folder = Path(self._settings.cert_path)
        return TLSConfig(
            client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")), ca_cert=str(folder / "ca.pem"), verify=True
        )


def progress(lines: Iterator[Answer], engine: Engine) -> Iterator[str]:
    """Yields the stages of a long call of the engine's as it tells them.

    Raises:
        ProviderError: The engine says that it failed, or the user pressed Ctrl-C.
    """
    for line in lines:
        if engine.stop.is_set():
            raise CancelledError("interrupted")
        if "error" in line:
            raise ProviderError(cause(engine.redactor.clean(str(line["error"]))))
        yield str(line.get("status") or "")


def _innermost(error: BaseException) -> str:
    """Returns the first cause of a connection's failure, in the system's words."""
    found: BaseException = error
    seen: set[int] = set()
    while id(found) not in seen:
        seen.add(id(found))
        inner = found.__cause__ or found.__context__
        if inner is None or isinstance(inner, KeyError):
            break
        found = inner
    if isinstance(found, OSError | socket.timeout) and found.strerror:
        return found.strerror.lower()
    return str(found) or type(found).__name__
