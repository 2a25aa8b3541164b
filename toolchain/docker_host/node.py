"""The Docker host's first process, in namespaces of its own: it starts the others and keeps them alive.

It is started as `unshare … python -m toolchain.docker_host.node PLAN`. Since it is process 1 there, the kernel ends
every other process of the host when it ends, however it ends, and with the last of them go mounts, bridges and rules.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from toolchain.cluster.node import LOOK_S, SIGNALS, GaveUpError, Node, Running, mount, say

DAEMON = "dockerd"

GONE_S = 30.0
"""How long what a dead daemon left may take to end, once it is told to."""


class Host(Node):
    """The parts of the Docker host. What a daemon that was killed has left is ended before the next one is started.

    Its containers end with it in any case; but the process of one that was about to be started would stay, and its
    container could never be started again.
    """

    def start(self, part: Running) -> None:
        """Start a part."""
        if part.name == DAEMON:
            self.end_remains()
        super().start(part)

    def end_remains(self) -> None:
        """End every process that belongs to no part.

        Raises:
            GaveUpError: One does not end.
        """
        deadline = time.monotonic() + GONE_S
        while left := remains({part.pid for part in self.parts.values()}):
            if time.monotonic() > deadline:
                raise GaveUpError(f"processes of the last Docker daemon do not end: {left}")
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.reap()
            time.sleep(LOOK_S)


def remains(parts: set[int], processes: Path = Path("/proc")) -> list[int]:
    """The processes of this namespace that are in no part's group, the first one and the dead left out.

    Args:
        parts: The first process of each part; 0 for one that is down.
        processes: The folder of processes.
    """
    found: list[int] = []
    for folder in processes.glob("[0-9]*"):
        try:
            # After the name, which may hold anything: state, parent, group.
            state, _, group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(folder.name)
        if pid != 1 and state not in "ZX" and int(group) not in parts - {0}:
            found.append(pid)
    return sorted(found)


def furnish(plan: dict[str, Any]) -> None:
    """Give the host a `/run` and name servers of its own, seen by nobody else."""
    resolver = os.path.realpath("/etc/resolv.conf")
    mount("--make-rshared", "/")
    mount("-t", "tmpfs", "-o", "mode=0755", "slipway", "/run")
    if not os.path.exists(plan["home"]):  # it was below /run
        raise GaveUpError(f"{plan['home']} cannot be the home of a Docker host: it is below /run")
    if not os.path.exists(resolver):  # likewise
        os.makedirs(os.path.dirname(resolver), exist_ok=True)
        Path(resolver).touch()
    mount("--bind", plan["resolver"], resolver)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def end(daemon: Running, seconds: float) -> None:
    """Let the Docker daemon stop its containers, in their own time."""
    if not daemon.pid:
        return
    os.kill(daemon.pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        # Whichever child ends first: all of them are this process' to bury.
        if os.waitpid(-1, os.WNOHANG)[0] == daemon.pid:
            return
        signal.sigtimedwait({signal.SIGCHLD}, LOOK_S)


def main() -> int:
    """Be the first process."""
    if os.getpid() != 1:
        print("this is the first process of a namespace; `slipway docker up` starts it", file=sys.stderr)
        return 2
    plan = json.loads(Path(sys.argv[1]).read_text())
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        furnish(plan)
        parts = {part["name"]: Running(**part) for part in plan["parts"]}
        Host(parts, Path(plan["logs"]), plan["environ"]).run()
        end(parts[DAEMON], plan["shutdown_s"])
    except (GaveUpError, OSError, subprocess.CalledProcessError) as error:
        say(f"giving up: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
