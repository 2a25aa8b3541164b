"""The node: first process of namespaces of its own, in which every part of the cluster runs.

It is started as `unshare … python -m toolchain.cluster.node PLAN`. Since it is process 1 there, the kernel ends every
other process of the node when it ends, however it ends, and with the last of them go mounts and network. That is how
nothing outlives the cluster.

Standard library only, and no other module of this package: it is started on every `up`.
"""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LOOK_S = 0.05
"""How often something that is being started is looked at."""

PATIENCE_S = 60.0
"""How long the link to the machine may take to appear; the machine makes it as soon as this process lives."""

RESTART_S = 0.5
"""How long a part that ended stays down; twice as long after each further time in a row."""

STEADY_S = 10.0
"""A part that ran for so long was not broken from the start."""

MOST_FAILURES = 6
"""How often in a row a vital part may end at once, before the node gives up: more will not help."""

PROBE_TIMEOUT_S = 2.0

KEPT = "/run/slipway"
"""Where the home stays within reach while folders above it are covered."""

SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}


@dataclass
class Running:
    """A part and how it fares. `pid` is 0 while it is down."""

    name: str
    command: list[str]
    after: list[str]
    ready: str | None
    ends: bool
    vital: bool
    pid: int = 0
    works: bool = False
    failures: int = 0
    started: float = 0.0
    not_before: float = 0.0

    def waits(self) -> bool:
        """Whether it is not up, and not through with its one task."""
        return not self.pid and not (self.ends and self.works)


class GaveUpError(Exception):
    """A part cannot be kept alive."""


@dataclass
class Node:
    """Keeps the parts alive.

    Attributes:
        parts: In the plan's order.
        logs: A folder; each part's output goes to `<name>.log` there.
        environ: The parts' environment.
        token: A file with the token for `https:` questions; empty where nothing is asked that way.
        authority: A file with the certificate that theirs is checked against; empty likewise.
    """

    parts: dict[str, Running]
    logs: Path
    environ: dict[str, str]
    token: str = ""
    authority: str = ""
    context: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        self.context = ssl.create_default_context(cafile=self.authority or None)

    def run(self) -> None:
        """Start what can be started, until told to stop.

        Raises:
            GaveUpError: A part that is vital ends again and again.
        """
        while True:
            self.look()
            starting = any(part.waits() or (part.pid and not part.works) for part in self.parts.values())
            # A child that ends wakes this; while something is being started, it looks again soon.
            received = signal.sigtimedwait(SIGNALS, LOOK_S if starting else 3600.0)
            if received and received.si_signo != signal.SIGCHLD:
                return
            self.reap()

    def look(self) -> None:
        """Start every part whose turn it is, and see which work by now."""
        for part in self.parts.values():
            if part.pid and not part.works and not part.ends and self.answers(part.ready):
                part.works = True
                say(f"{part.name} works")
            if part.waits() and time.monotonic() >= part.not_before and self.prepared(part):
                self.start(part)

    def prepared(self, part: Running) -> bool:
        """Whether everything works that a part needs."""
        return all(self.parts[name].works for name in part.after)

    def start(self, part: Running) -> None:
        """Start a part, its output in its log."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        log = os.open(self.logs / f"{part.name}.log", flags, 0o640)
        nothing = os.open(os.devnull, os.O_RDONLY)
        streams = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
        try:
            part.pid = os.posix_spawn(
                part.command[0], part.command, self.environ, file_actions=streams, setsigmask=(), setpgroup=0
            )
        finally:
            os.close(log)
            os.close(nothing)
        part.started = time.monotonic()
        say(f"{part.name} started as process {part.pid}")

    def reap(self) -> None:
        """Bury every process that has ended: the parts, and what the dead left behind.

        Raises:
            GaveUpError: A part ended once too often.
        """
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for part in self.parts.values():
                if part.pid == pid:
                    self.ended(part, os.waitstatus_to_exitcode(status))

    def ended(self, part: Running, code: int) -> None:
        """Note that a part has ended; it is started again unless its work is done.

        Raises:
            GaveUpError: It ended once too often.
        """
        part.pid = 0
        part.works = part.ends and code == 0
        if part.works:
            say(f"{part.name} is done")
            return
        now = time.monotonic()
        part.failures = 1 if now - part.started > STEADY_S else part.failures + 1
        part.not_before = now + RESTART_S * 2 ** min(part.failures - 1, MOST_FAILURES)
        say(f"{part.name} ended with code {code}")
        if part.vital and part.failures >= MOST_FAILURES:
            raise GaveUpError(f"{part.name} ended {part.failures} times in a row; see {self.logs / part.name}.log")

    def answers(self, url: str | None) -> bool:
        """Whether something works at a URL; nothing to ask counts as yes."""
        if url is None:
            return True
        if url.startswith("unix:"):
            with socket.socket(socket.AF_UNIX) as client:
                return client.connect_ex(url.removeprefix("unix:")) == 0
        where = urllib.parse.urlsplit(url)
        headers: dict[str, str] = {}
        if where.scheme == "https":
            connection = http.client.HTTPSConnection(where.netloc, timeout=PROBE_TIMEOUT_S, context=self.context)
            headers["Authorization"] = f"Bearer {Path(self.token).read_text().strip()}"
        else:
            connection = http.client.HTTPConnection(where.netloc, timeout=PROBE_TIMEOUT_S)
        try:
            connection.request("GET", where.path, headers=headers)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def say(text: str) -> None:
    """One line for the node's own log."""
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def furnish(plan: dict[str, Any]) -> None:
    """Give the node folders of its own, seen by nobody else, where programs write to paths that cannot be chosen."""
    resolver = os.path.realpath("/etc/resolv.conf")
    mount("--make-rshared", "/")
    mount("-t", "tmpfs", "-o", "mode=0755", "slipway", "/run")
    os.mkdir(KEPT)
    mount("--bind", plan["home"], KEPT)
    mount("--bind", plan["library"], "/var/lib")
    mount("--bind", plan["container_logs"], "/var/log")
    if not os.path.exists(plan["home"]):  # it was below one of them
        os.makedirs(plan["home"])
        mount("--bind", KEPT, plan["home"])
    if not os.path.exists(resolver):  # it was below /run
        os.makedirs(os.path.dirname(resolver), exist_ok=True)
        Path(resolver).touch()
    mount("--bind", plan["resolver"], resolver)
    socket.sethostname(plan["name"])


def mount(*arguments: str) -> None:
    """Mount something in the node."""
    subprocess.run(["mount", *arguments], check=True)


def make_groups(name: str, root: Path = Path("/sys/fs/cgroup")) -> None:
    """Make the control group below which all containers run: one, or on older systems one for each controller."""
    if (root / "cgroup.controllers").exists():
        (root / name).mkdir(exist_ok=True)
        return
    for controller in root.iterdir():
        if (controller / "cgroup.procs").exists():
            (controller / name).mkdir(exist_ok=True)


def connect(plan: dict[str, Any]) -> None:
    """Set the node's end of the link up.

    Only the services' network leads out of the node, and from there back in: kube-proxy translates the address on the
    way. Everything else is unreachable at once, rather than after a time-out.
    """
    deadline = time.monotonic() + PATIENCE_S
    while "eth0" not in (name for _, name in socket.if_nameindex()):
        if time.monotonic() > deadline:
            raise GaveUpError("the link to this machine did not appear")
        time.sleep(LOOK_S)  # the machine makes the link when it sees this process
    for arguments in (
        ["link", "set", "lo", "up"],
        ["address", "add", plan["address"], "dev", "eth0"],
        ["link", "set", "eth0", "up"],
        ["route", "add", plan["services"], "via", plan["host"]],
    ):
        subprocess.run(["ip", *arguments], check=True)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def main() -> int:
    """Be the node."""
    if os.getpid() != 1:
        print("this is the first process of a namespace; `slipway cluster up` starts it", file=sys.stderr)
        return 2
    plan = json.loads(Path(sys.argv[1]).read_text())
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        furnish(plan)
        make_groups(plan["cgroup"])
        connect(plan)
        parts = {part["name"]: Running(**part) for part in plan["parts"]}
        Node(parts, Path(plan["logs"]), plan["environ"], plan["token"], plan["authority"]).run()
    except (GaveUpError, OSError, subprocess.CalledProcessError) as error:
        say(f"giving up: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
