"""Kill the engine or a provider around one provider call, and compare what the next run makes of it."""

from __future__ import annotations

import json
import re
import shlex
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from tests.support.workbench import CHECKOUT, Result, Workbench

Moment = Literal["before", "after"]
Victim = Literal["engine", "provider", "daemon"]
"""Whom to kill; a daemon is what a provider does its work with, and is named in `FAULT_DAEMON`."""

MOMENTS: tuple[Moment, ...] = ("before", "after")
VICTIMS: tuple[Victim, ...] = ("engine", "provider")

PROXY = CHECKOUT / "tests" / "support" / "fault_proxy.py"

SECRET_MARK = "4dabf18193072939515e22adb298388d"
"""The key that marks an encrypted value in the engine's state."""

VOLATILE = ("created", "modified", "sourcePosition", "id")
"""Fields that differ between two runs that mean the same. A random resource's id is its value."""


@dataclass(frozen=True)
class Call:
    """One call that the engine made.

    Attributes:
        plugin: Whom it asked.
        method: What for.
        subject: About which resource, by type and name; `-` for none.
        turn: 1 for the first call of these three, 2 for the second.
    """

    plugin: str
    method: str
    subject: str
    turn: int

    @classmethod
    def read(cls, line: str) -> Call:
        """A line of the ledger."""
        plugin, method, subject, turn = line.split("\t")
        return cls(plugin, method, subject, int(turn))

    @property
    def acts(self) -> bool:
        """Whether it may change something outside the engine."""
        return self.method in {"Create", "Update", "Delete"}

    @property
    def line(self) -> str:
        """Its line in the ledger."""
        return f"{self.plugin}\t{self.method}\t{self.subject}\t{self.turn}"


@dataclass(frozen=True)
class Fault:
    """Who is killed, around which call, and on which side of it."""

    victim: Victim
    moment: Moment
    call: Call

    def __str__(self) -> str:
        turn = f" ({self.call.turn})" if self.call.turn > 1 else ""
        return (
            f"{self.victim} killed {self.moment} {self.call.method} of {self.call.subject}{turn} by {self.call.plugin}"
        )

    @property
    def orders(self) -> dict[str, str]:
        """The same for the proxy."""
        return {"FAULT_VICTIM": self.victim, "FAULT_MOMENT": self.moment, "FAULT_CALL": self.call.line}


def proxied_plugins(real_home: Path, folder: Path) -> Path:
    """A `PULUMI_HOME` below `folder` whose provider plugins pass every call on to those of `real_home`."""
    for plugin in sorted((real_home / "plugins").glob("resource-*")):
        if not plugin.is_dir():
            continue
        program = next(plugin.glob("pulumi-resource-*"))
        script = folder / "plugins" / plugin.name / program.name
        script.parent.mkdir(parents=True, exist_ok=True)
        command = shlex.join([sys.executable, str(PROXY), str(program)])
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
    return folder


def up_with_fault(
    workbench: Workbench, environment: dict[str, str], fault: Fault | None = None
) -> tuple[Result, list[Call]]:
    """Run `pulumi up` until its fault, or its end without one. Returns the calls that the engine made.

    The environment is that of `proxied`.
    """
    ledger = Path(environment["FAULT_LEDGER"])
    ledger.write_text("")
    environment = environment | (fault.orders if fault else {})
    result = workbench.run(
        ["pulumi", "up", "--yes", "--stack", "dev", "--skip-preview", "--non-interactive"], environment
    )
    return result, [Call.read(line) for line in ledger.read_text().splitlines()]


def mended(workbench: Workbench, environment: dict[str, str], fault: Fault) -> str:
    """Let an update meet its fault, and run `slipway up` after it; says what went wrong with either, or ""."""
    killed, made = up_with_fault(workbench, environment, fault)
    # Without its daemon, a run fails at the next thing that it needs of it, or not at all. A provider that is told to
    # end has done its part of the update.
    ended = {
        "engine": killed.code == -signal.SIGKILL,
        "provider": killed.code > 0 or (killed.code == 0 and fault.call.method == "Cancel"),
        "daemon": killed.code >= 0,
    }[fault.victim]
    if not ended or fault.call not in made:
        return f"{fault}: it did not happen (exit {killed.code}): {killed.text[-2000:]}"
    done = workbench.slipway("up", "--stack", "dev", "--yes")
    return f"{fault}: the next up failed: {done.text[-2000:]}" if done.code else ""


def proxied(workbench: Workbench, scratch: Path) -> dict[str, str]:
    """The environment of plain `pulumi` in the copy, with every provider behind the proxy."""
    environment = workbench.environment()
    home = proxied_plugins(Path(environment["PULUMI_HOME"]), scratch / "pulumi-home")
    return environment | {"PULUMI_HOME": str(home), "FAULT_LEDGER": str(scratch / "ledger")}


def state_of(workbench: Workbench) -> dict[str, Any]:
    """The stack's state without what differs between two runs that mean the same."""
    return {urn: steady(resource) for urn, resource in workbench.resources().items()}


def steady(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource without timestamps, ciphertexts and random values, and without the order of what has none."""
    kept = {name: value for name, value in resource.items() if name not in VOLATILE}
    kept["provider"] = str(kept.get("provider", "")).rpartition("::")[0]
    kept["dependencies"] = sorted(cast(list[str], kept.get("dependencies", [])))
    kept["propertyDependencies"] = {
        name: sorted(urns or []) for name, urns in cast(dict[str, Any], kept.get("propertyDependencies") or {}).items()
    }
    return cast(dict[str, Any], json.loads(json.dumps(kept), object_hook=_mask))


def differences(now: Any, then: Any, path: str = "") -> list[str]:
    """Where two trees differ, leaf by leaf: `path: now, not then`."""
    if isinstance(now, dict) and isinstance(then, dict):
        mine, theirs = cast(dict[str, Any], now), cast(dict[str, Any], then)
        return [
            line
            for key in sorted(mine.keys() | theirs.keys())
            for line in differences(mine.get(key), theirs.get(key), f"{path}/{key}")
        ]
    return [] if now == then else [f"{path}: {str(cast(object, now))[:200]}, not {str(cast(object, then))[:200]}"]


def _mask(node: dict[str, Any]) -> Any:
    if SECRET_MARK in node:
        return "<secret>"
    return {name: value for name, value in node.items() if name != "__fieldManager"}


def manifests_of(workbench: Workbench) -> dict[str, str]:
    """The rendered folder, with the values of Secrets masked: a new random value is as good as the first."""
    return {
        name: re.sub(r"(?m)^(  [\w.-]+: ).*$", r"\1<secret>", text) if "-secret-" in name else text
        for name, text in workbench.rendered().items()
    }
