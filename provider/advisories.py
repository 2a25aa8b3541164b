"""Advisories in the OSV format: a folder of them, and which versions of a package they name.

https://ossf.github.io/osv-schema/
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from provider.packages import Package, normal
from provider.severity import severity_of
from provider.step import RefusedError
from provider.versions import order_of

Key = Callable[[str], Any]


@dataclass(frozen=True, order=True)
class Finding:
    """A package of an image that an advisory names.

    Attributes:
        package: the installed name.
        version: the installed version.
        ecosystem: where the package comes from.
        advisory: the advisory's id.
        severity: one of `policies.values.severity.SEVERITIES`.
        fixed: the first version without it, or empty.
        aliases: other ids of the same.
        summary: what it is, in a line.
    """

    package: str
    version: str
    ecosystem: str
    advisory: str
    severity: str
    fixed: str
    aliases: tuple[str, ...] = ()
    summary: str = ""


@dataclass(frozen=True)
class Advisories:
    """A folder of advisories, one folder for each ecosystem below it, as OSV exports them.

    Attributes:
        covered: the ecosystems that have a folder: what is missing there is known to be free of advisories.
        by_package: the advisories that name a package, by ecosystem without a release, and name.
    """

    covered: frozenset[str]
    by_package: Mapping[tuple[str, str], list[Mapping[str, Any]]]

    @classmethod
    def read(cls, folder: Path) -> "Advisories":
        """Reads a folder: `<ecosystem>/**/*.json`.

        Raises:
            RefusedError: it is not there, or a file in it is no advisory.
        """
        if not folder.is_dir():
            raise RefusedError(
                f"the folder of advisories {folder} is not there",
                "make it, with a folder for each ecosystem as https://osv.dev exports them, or correct "
                "`slipway:supplyChain.scan.advisories`",
            )
        found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for file in sorted(folder.glob("*/**/*.json")):
            advisory = _read(file)
            if not advisory.get("withdrawn"):
                for key in sorted({_key(affected["package"]) for affected in _affected(advisory)}):
                    found.setdefault(key, []).append(advisory)
        return cls(frozenset(each.name for each in folder.iterdir() if each.is_dir()), found)

    def covers(self, ecosystem: str) -> bool:
        """Whether there is a source for an ecosystem: its own folder, or one for all of its releases."""
        known = order_of(ecosystem) is not None
        return known and bool({ecosystem, ecosystem.partition(":")[0]} & self.covered)

    def findings(self, package: Package) -> Iterator[Finding]:
        """What is known of an installed package."""
        name = (package.ecosystem.partition(":")[0], package.name)
        for advisory in self.by_package.get(name, ()):
            for affected in _affected(advisory):
                meant = affected["package"]
                if _key(meant) == name and _same_release(meant["ecosystem"], package) and names(affected, package):
                    yield _finding(advisory, affected, package)
                    break


def names(affected: Mapping[str, Any], package: Package) -> bool:
    """Whether an advisory's `affected` names the installed version, in its list of versions or in a range.

    A version, or an event, that cannot be ordered counts as named: not knowing is not being safe.
    """
    if package.version in (affected.get("versions") or ()):
        return True
    order = order_of(package.ecosystem)
    if order is None:
        return True
    ranges = [each for each in affected.get("ranges") or () if each.get("type") in ("ECOSYSTEM", "SEMVER")]
    try:
        return any(_in_range(each["events"], order(package.version), order) for each in ranges)
    except ValueError:
        return True


def fixed_in(affected: Mapping[str, Any], package: Package) -> str:
    """The first version after the installed one that has the fix; empty if there is none."""
    order = order_of(package.ecosystem)
    events = (event for each in affected.get("ranges") or () for event in each.get("events", ()))
    fixes = [str(event["fixed"]) for event in events if "fixed" in event]
    if order is None:
        return fixes[0] if fixes else ""
    try:
        return min((fix for fix in fixes if order(fix) > order(package.version)), key=order, default="")
    except ValueError:
        return fixes[0] if fixes else ""


def _in_range(events: Iterable[Mapping[str, str]], version: Any, order: Key) -> bool:
    """Goes through a range's events from the oldest on. `introduced: "0"` is before every version."""
    turns: list[tuple[bool, Any, str]] = []
    for event in events:
        for kind in ("introduced", "fixed", "last_affected"):
            if kind in event:
                beginning = kind == "introduced" and event[kind] == "0"
                turns.append((not beginning, None if beginning else order(event[kind]), kind))
    inside = False
    for later, at, kind in sorted(turns, key=lambda turn: (turn[0], *([turn[1]] if turn[0] else []))):
        if kind == "introduced" and (not later or version >= at):
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _same_release(ecosystem: str, package: Package) -> bool:
    """An advisory for `Debian:11` says nothing of Debian 12; one for `Debian` speaks of every release."""
    return ":" not in ecosystem or ":" not in package.ecosystem or ecosystem == package.ecosystem


def _finding(advisory: Mapping[str, Any], affected: Mapping[str, Any], package: Package) -> Finding:
    return Finding(
        package.installed,
        package.version,
        package.ecosystem,
        str(advisory["id"]),
        severity_of(advisory, affected),
        fixed_in(affected, package),
        tuple(str(alias) for alias in advisory.get("aliases") or ()),
        str(advisory.get("summary") or "").strip(),
    )


def _affected(advisory: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in advisory.get("affected") or () if "package" in each]


def _key(package: Mapping[str, str]) -> tuple[str, str]:
    ecosystem = package["ecosystem"].partition(":")[0]
    return ecosystem, normal(ecosystem, package["name"])


def _read(file: Path) -> Mapping[str, Any]:
    try:
        advisory: Any = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(advisory, dict) and "id" in advisory:
            return cast("Mapping[str, Any]", advisory)
        found = "no object with an `id`"
    except (OSError, ValueError) as error:
        found = str(error)
    raise RefusedError(f"{file} is no advisory in the OSV format: {found}", "correct or remove the file")
