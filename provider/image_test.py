"""The test of an image: it starts as it will run, answers, keeps to its limits and stops when asked."""

import time
from collections.abc import Mapping
from typing import Any

from provider import attached, image_files, runner
from provider.container import Confinement
from provider.runner import Image, Tried
from provider.step import RefusedError
from toolchain.home import Home

PAUSE_S = 0.1
"""Between two looks at a container that starts."""

ENDED_WELL = (0, 128 + 15)
"""Exit codes of a program that was asked to end: by itself, or by the signal."""


def image_test(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Runs an image confined as its workload's pods.

    Args:
        inputs: `reference`, `insecure`, and `run`: `user`, `group`, `memory` (bytes), `processes`, `environ`,
            `folders` (of its own, empty), `command`, `port`, `paths` (asked for in this order), `check` (a command in
            the place of those), `startupSeconds`, `timeoutSeconds`, `graceSeconds`, and `needs`, what is not here and
            it cannot start without.

    Returns:
        `answered`: what was seen, in words.

    Raises:
        RefusedError: it runs as root, does not start, does not answer, or does not stop.
        ToolchainError: nobody runs containers here.
    """
    reference, run = inputs["reference"], inputs["run"]
    repository, digest = attached.repository_of(reference, insecure=inputs["insecure"])
    manifest = image_files.for_this_machine(repository, digest)
    if manifest is None:
        return {"answered": "not started: there is no image for this machine"}
    image = image_files.config_of(repository, manifest)
    _require_user(reference, str(image.get("User") or ""))
    if run["needs"]:
        return {"answered": f"not started: it needs {run['needs']}"}
    confinement = Confinement(
        (run["user"], run["group"]), run["memory"], run["processes"], run["environ"], run["command"], run["folders"]
    )
    runs = runner.chosen(Home.from_environment())
    with runs.running(Image(repository, manifest, image), confinement, run["port"]) as started:
        seen = _answers(reference, started, run)
        _stops(reference, started, run["graceSeconds"])
    return {"answered": seen}


def _require_user(reference: str, user: str) -> None:
    name = user.partition(":")[0]
    if name in ("", "root") or (name.isdigit() and int(name) == 0):
        raise RefusedError(
            f"{reference} runs as root unless it is told otherwise",
            "end its Dockerfile with a user that is a number: `USER 10001:10001`",
        )


def _answers(reference: str, started: Tried, run: Mapping[str, Any]) -> str:
    """Waits until a container answers as its probes want it to."""
    deadline = time.monotonic() + run["startupSeconds"]
    wanted = [("the check", None)] if run["check"] else [(path, path) for path in run["paths"]]
    seen: list[str] = []
    for name, path in wanted:
        last: object = "nothing"
        while not _well(last := _asked(started, run, path)):
            if not started.runs:
                raise RefusedError(
                    f"{reference} ended with code {started.code} before it answered{_log(started)}",
                    "run it as its workload does: read-only root, no capability, within its limits",
                )
            if time.monotonic() > deadline:
                raise RefusedError(
                    f"{reference} did not answer {name} in {run['startupSeconds']} s: {last}{_log(started)}",
                    "correct the probes of its workload, or what answers them",
                )
            time.sleep(PAUSE_S)  # nobody tells when a program begins to answer
        seen.append(f"{name} {last}" if path else "the check ended well")
    return ", ".join(seen) or "it ran"


def _asked(started: Tried, run: Mapping[str, Any], path: str | None) -> object:
    if path is None:
        return started.executes(run["check"], run["timeoutSeconds"])
    return started.asked(run["port"], path, run["timeoutSeconds"])


def _well(answer: object) -> bool:
    """As the node sees it: a command that ended well, or a status of success."""
    return answer is True or (isinstance(answer, int) and 200 <= answer < 400)


def _stops(reference: str, started: Tried, seconds: float) -> None:
    if not started.runs:
        raise RefusedError(
            f"{reference} ended with code {started.code} after it had answered{_log(started)}",
            "find out what ended it: its log is above",
        )
    code = started.stopped(seconds)
    if code is None:
        raise RefusedError(
            f"{reference} did not stop within {seconds} s of SIGTERM",
            "let its first process handle the signal: an `ENTRYPOINT` in exec form, or an init that passes it on",
        )
    if code not in ENDED_WELL:
        raise RefusedError(
            f"{reference} ended with code {code} when it was asked to stop{_log(started)}",
            "let it end with 0 after SIGTERM",
        )


def _log(started: Tried) -> str:
    text = started.log()
    return f"; the end of its log:\n{text}" if text else ""
