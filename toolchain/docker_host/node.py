"""The Docker host's first process, in namespaces of its own: it starts the others and keeps them alive.

It is started as `unshare … python -m toolchain.docker_host.node PLAN`. Since it is process 1 there, the kernel ends
every other process of the host when it ends, however it ends, and with the last of them go mounts, bridges and rules.
"""

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
        Node(parts, Path(plan["logs"]), plan["environ"]).run()
        end(parts[DAEMON], plan["shutdown_s"])
    except (GaveUpError, OSError, subprocess.CalledProcessError) as error:
        say(f"giving up: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
