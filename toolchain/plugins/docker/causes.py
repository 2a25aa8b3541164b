"""Why something failed, in words: what the engine says, and what a container's state says. Pure functions."""

import re
from dataclasses import dataclass

from toolchain.plugins.docker.fields import Answer, part

LOG_LINES = 12
"""How much of a container's log a message shows."""

CRASHES = 3
"""So many restarts end the wait for a container: its policy would start it for ever."""

_KILLED = 137
_NO_PROGRAM = 127
_NO_PERMISSION = 126

_MENDS: tuple[tuple[str, str], ...] = (
    (
        r"(?:listen tcp\S* |Bind for )(?P<what>[\d.\[\]:]+)(?:: bind: address already in use| failed: port is already)",
        "the port {what} is taken. Stop what listens there, or publish another port",
    ),
    (r"(?:manifest|tag|name)\S* .*unknown", "the registry has no such image. Check its name and digest"),
    (r"manifest for \S+ not found", "the registry has no such image. Check its name and digest"),
    (
        r"no matching manifest for (?P<what>\S+)",
        "the image does not exist for {what}. Build it for that platform, or name another",
    ),
    (
        r"unauthorized|authentication required|no basic auth credentials|pull access denied|denied:",
        "the registry refuses. Give the provider `registryAuth` for it, or log in with `docker login`",
    ),
    (
        r"server gave HTTP response to HTTPS client",
        "the registry speaks plain HTTP, which the engine does not accept from it. List it under insecure-registries",
    ),
    (
        r"dial tcp (?P<what>\S+): (?:connect: connection refused|i/o timeout)|Client\.Timeout",
        "the registry does not answer. Start it (`slipway up` starts the embedded one), or check its name",
    ),
    (r"no space left on device", "the engine's disk is full. `docker system df` shows with what"),
    (r"exec: \\?\"(?P<what>[^\"\\]+)\\?\": .*(?:not found|no such file)", "there is no program {what} in the image"),
    (
        r"rootfs is marked read-only",
        "an upload goes to a file system that is read-only. Upload to a path inside a writable volume",
    ),
    (
        r"could not select device driver",
        "the engine has no driver for the devices asked for. Install the NVIDIA container toolkit on the host",
    ),
    (r"Pool overlaps with other one on this address space", "another network has these addresses. Choose others"),
    (r"invalid mount config .*bind source path does not exist: (?P<what>\S+)", "there is no {what} on the host"),
)
"""What the engine says, and what that means; the first that is found counts."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a container is not what it should be.

    Attributes:
        sentence: For the user.
        final: Whether waiting longer cannot help.
        wants_log: Whether its last log lines tell more.
    """

    sentence: str
    final: bool
    wants_log: bool = True


def cause(said: str) -> str:
    """Returns the meaning of a refusal, followed by the engine's own words."""
    words = " ".join(said.split())
    for pattern, meaning in _MENDS:
        if found := re.search(pattern, words, re.IGNORECASE):
            meant = meaning.format(**{name: value or "" for name, value in found.groupdict().items()})
            return f"{meant} (the engine says: {words})"
    return words


def of_container(found: Answer, *, healthy: bool) -> Failure | None:
    """Returns why a container is not ready yet, None if it is.

    Args:
        found: What the engine says of it.
        healthy: Whether running is not enough: its health check must have passed.
    """
    state = part(found, "State")
    restarts = int(found.get("RestartCount") or 0)
    if state.get("Status") in ("exited", "dead") or state.get("Restarting") is True:
        return Failure(_ended(state, restarts), final=state.get("Restarting") is not True or restarts >= CRASHES)
    if state.get("Running") is not True:
        return Failure(f"it is {state.get('Status') or 'not running'}", final=False, wants_log=False)
    if not healthy:
        return None
    if restarts >= CRASHES:
        return Failure(f"it was started {restarts + 1} times and ended each time", final=True)
    health = part(state, "Health")
    status = health.get("Status") or "none"
    if status == "none":
        sentence = "it has no health check, which `wait` waits for. Give it a `healthcheck`, or leave out `wait`"
        return Failure(sentence, final=True, wants_log=False)
    if status == "healthy":
        return None
    probes = list(health.get("Log") or ())
    output = f"its health check {_last_probe(probes[-1])}" if probes else "its health check has not run yet"
    return Failure(f"it is {status}: {output}", final=status == "unhealthy")


def _ended(state: Answer, restarts: int) -> str:
    code = int(state.get("ExitCode") or 0)
    again = f", {restarts} times by now" if restarts else ""
    if state.get("OOMKilled") is True:
        return f"it was killed because it needed more memory than its limit{again}. Raise `memory`"
    if state.get("Error"):
        return cause(str(state["Error"]))
    reasons = {
        0: "it ended by itself, with code 0, and is expected to keep running",
        _KILLED: "it was killed (code 137)",
        _NO_PROGRAM: "its program was not found (code 127)",
        _NO_PERMISSION: "its program may not be run (code 126)",
    }
    return reasons.get(code, f"it ended with code {code}") + again


def _last_probe(probe: Answer) -> str:
    code = int(probe.get("ExitCode") or 0)
    said = " ".join(str(probe.get("Output") or "").split())[:500]
    if code == 0:
        return "passed last time, after failures"
    return f"failed with code {code}, saying: {said}" if said else f"failed with code {code}"
