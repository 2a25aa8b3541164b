"""A registry of a test's own, behind an address at which its requests meet faults."""

from __future__ import annotations

import contextlib
import http.client
import subprocess
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.support.ports import free_port
from tests.support.small_disk import fill
from tests.support.waiting import eventually
from tests.unit.toolchain.sites import Answer, Request, served
from toolchain import install, oci, registry
from toolchain.home import Home
from toolchain.progress import Progress

Kind = Literal["down", "stalled", "slow", "500", "401", "cut", "full", "other content"]
"""`down`: nobody listens any more. `stalled`: never answers. `slow`: answers late. `cut`: takes half of what is sent,
and hangs up. `full`: its disk has no room any more. `other content`: gives something else than what was pushed."""

LATE_S = 1.0

EVER = 10**9

_KEPT = {
    "content-length", "content-type", "docker-content-digest", "docker-upload-uuid", "link", "location", "oci-subject",
    "range", "www-authenticate",
}  # fmt: skip
REFUSAL = Answer(401, b'{"errors":[{"code":"UNAUTHORIZED"}]}', {"WWW-Authenticate": 'Basic realm="registry"'})


@dataclass(frozen=True)
class RegistryFault:
    """What some requests meet.

    Attributes:
        kind: what happens to them.
        when: which requests.
        times: how many of them, the first ones.
        disk: what fills up, a disk of its own.
    """

    kind: Kind
    when: Callable[[Request], bool] = lambda _: True
    times: int = EVER
    disk: Path = Path()


@dataclass
class FaultyRegistry:
    """The address in front.

    Attributes:
        behind: the registry's own address.
        authorization: what every request must say of who asks, if anything.
        address: where it is asked.
        met: set when a request has met the fault.
        asked: every request so far, as `METHOD path (client)`.
    """

    behind: str
    authorization: str = ""
    address: str = ""
    met: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list[str])
    _fault: RegistryFault | None = None
    _counted: int = 0
    _ballast: list[Path] = field(default_factory=list[Path])
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)
    _serving: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @contextlib.contextmanager
    def meets(self, fault: RegistryFault) -> Generator[None]:
        """Inside the block, requests meet a fault; after it everything is well again."""
        self._fault, self._counted = fault, 0
        self.met.clear()
        self._over.clear()
        try:
            yield
        finally:
            self._fault = None
            self._over.set()
            for ballast in self._ballast:
                ballast.unlink()
            self._ballast.clear()
            self.serve()

    def serve(self) -> None:
        """Listen, at the same address as before."""
        self.close()
        port = int(self.address.rpartition(":")[2] or 0)
        self.address = f"127.0.0.1:{self._serving.enter_context(served(self._answer, port))}"

    def close(self) -> None:
        """Let nobody listen."""
        self._serving.close()

    def _answer(self, request: Request) -> Answer | None:
        self.asked.append(f"{request.method} {request.path} ({request.headers.get('User-Agent', 'slipway')})")
        if self.authorization not in ("", request.headers.get("Authorization")):
            return REFUSAL
        fault = self._fault
        if fault is None or not self._strikes(fault, request):
            return self._passed_on(request)
        self.met.set()
        match fault.kind:
            case "down":
                self.close()
                return None
            case "stalled":
                self._over.wait()
                return None
            case "slow":
                self._over.wait(LATE_S)
                return self._passed_on(request)
            case "500":
                return Answer(500, b'{"errors":[{"code":"UNKNOWN"}]}')
            case "401":
                return REFUSAL
            case "cut":
                self._send_half(request)
                return None
            case "full":
                self._ballast.append(fill(fault.disk))
                return self._passed_on(request)
            case "other content":
                return self._changed(request)

    def _strikes(self, fault: RegistryFault, request: Request) -> bool:
        with self._lock:
            strikes = fault.when(request) and self._counted < fault.times
            self._counted += strikes
            return strikes

    def _passed_on(self, request: Request) -> Answer:
        names = ("Accept", "Content-Type", "Content-Range", "Range")
        sent = {name: request.headers[name] for name in names if name in request.headers} | {"Host": self.address}
        answer = oci.exchange(request.method, f"http://{self.behind}{request.path}", request.body or None, sent)
        kept = {name: answer.headers[name] for name in _KEPT & set(answer.headers)}
        return Answer(answer.status, answer.body, {name.title(): value for name, value in kept.items()})

    def _send_half(self, request: Request) -> None:
        """The registry gets the first half of what was sent, and sees the connection end."""
        connection = http.client.HTTPConnection(self.behind)
        with contextlib.closing(connection):
            connection.putrequest(request.method, request.path)
            connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body[: len(request.body) // 2])

    def _changed(self, request: Request) -> Answer:
        """JSON with a space more means the same, and has another digest."""
        answer = self._passed_on(request)
        headers = {name: value for name, value in answer.headers.items() if name != "Docker-Content-Digest"}
        body = b" " + answer.body
        return Answer(answer.status, body, headers | {"Content-Length": str(len(body))})


@contextlib.contextmanager
def faulty_registry(folder: Path, config: Path) -> Generator[FaultyRegistry]:
    """A registry that keeps everything in a folder, with an address for faults in front.

    Args:
        folder: where it keeps everything.
        config: the file that its configuration is written to.
    """
    program = install.ensure(["docker-registry"], Home.from_environment(), Progress())["docker-registry"]
    behind = f"127.0.0.1:{free_port()}"
    config.write_text(registry.CONFIGURATION.format(folder=folder, address=behind))
    log = config.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen([program, "serve", config], stdout=output, stderr=subprocess.STDOUT)
    front = FaultyRegistry(behind)
    try:
        assert eventually(lambda: registry.answers(behind)), log.read_text()
        front.serve()
        yield front
    finally:
        front.close()
        process.terminate()
        process.wait()
