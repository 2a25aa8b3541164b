"""Runs one engine operation on a workspace: the flags that all of them share, live output, the event log, hints."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cli import events, terminal
from cli.event_stream import event_stream
from cli.failures import CommandError
from cli.workspace import Workspace
from toolchain.engine import Engine, Finished
from toolchain.hints import explain

POLICY_OPTIONS = {
    "--policy-pack": "PULUMI_OPTION_POLICY_PACK",
    "--policy-pack-config": "PULUMI_OPTION_POLICY_PACK_CONFIG",
}


@dataclass(frozen=True)
class Outcome:
    """What an operation did: how the engine ended and the events it logged."""

    finished: Finished
    events: list[events.Event]

    def require_success(self) -> None:
        """Raise CommandError, with the cause where it is known, unless the operation went well."""
        finished = self.finished
        if finished.cancelled_by:
            raise CommandError(f"stopped by {finished.cancelled_by.name}", 128 + finished.cancelled_by)
        if finished.killed:
            raise CommandError(
                f"the engine was killed (signal {-finished.code}); "
                f"{finished.reaped} process(es) that it left running were ended\n"
                "  mend: run the same command again: it clears the lock and finishes what was begun"
            )
        if finished.code:
            hint = explain(events.errors(self.events)) or explain(finished.tail)
            images = "".join(f"\n  image: {image}" for image in events.failed_images(self.events))
            raise CommandError(f"{hint.cause}{images}\n  mend: {hint.mend}" if hint else "")


def policy_flags(environment: Mapping[str, str]) -> list[str]:
    """The policy pack and its configuration, as the environment names them, in so many words."""
    return [part for flag, name in POLICY_OPTIONS.items() if name in environment for part in (flag, environment[name])]


def write_out(chunk: bytes) -> None:
    """Show the engine's output on standard output."""
    sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def write_err(chunk: bytes) -> None:
    """Show the engine's output on standard error, where standard output is for data."""
    sys.stderr.buffer.write(chunk)
    sys.stderr.buffer.flush()


def operate(
    workspace: Workspace,
    arguments: Sequence[str],
    *,
    engine: Engine | None = None,
    show: Callable[[bytes], object] = write_out,
    policies: bool = True,
) -> Outcome:
    """Run one operation and collect what it logged.

    Args:
        workspace: The checkout and stack.
        arguments: The CLI's command and its own flags.
        engine: Where the stack lives, if not in the workspace's own backend.
        show: Where the engine's output goes.
        policies: Whether the operation takes policy packs; `destroy` does not.
    """
    engine = engine or workspace.engine
    # The engine adds what its environment names to what its flags name: a pack named by both would run twice.
    without_options = {name: value for name, value in engine.environment.items() if name not in POLICY_OPTIONS.values()}
    packs = policy_flags(engine.environment) if policies else []
    engine = dataclasses.replace(engine, environment={**without_options, **events.DEBUG_VARIABLE})
    color = "always" if terminal.colored(sys.stderr if show is write_err else None) else "never"
    with event_stream(workspace.checkout / ".state" / "tmp") as stream:
        shared = ["--stack", engine.stack, "--color", color, "--event-log", stream.address]
        finished = engine.run([*arguments, *shared, *packs], show)
    return Outcome(finished, stream.events)
