"""What the packs' policies say, in one voice."""

from __future__ import annotations

from collections.abc import Iterable

from pulumi_policy.proxy import UnknownValueError

from policies.evaluate import origin
from policies.finding import Finding
from policies.plain import SENTINELS
from policies.settings import SettingsError
from policies.waivers import Waiver


class NotDecidedYetError(UnknownValueError):
    """Says in its own words what waits for the update; to the SDK, an unknown value."""

    def __init__(self, message: str) -> None:
        super().__init__(next(iter(SENTINELS)), [])
        self.message = message


def unreadable(urn: str, error: Exception) -> str:
    """Of a resource whose inputs could not be read."""
    return f"could not be checked: its inputs could not be read ({origin(error)}); please report it [{urn}]"


def message(finding: Finding, name: str, urn: str) -> str:
    """Of a violation."""
    return f"{finding.about.id} ({finding.about.severity}): {finding.message(name)} [{urn}]"


def waived(waiver: Waiver, message: str) -> str:
    """Of a violation that a waiver excuses."""
    return f"waived by {waiver.owner} until {waiver.expires.isoformat()}: {waiver.reason}: {message}"


def noted(message: str, note: str) -> str:
    """Of a violation that a waiver does not excuse, though it is about it."""
    return f"{message} ({note})" if note else message


def not_checked_yet(findings: Iterable[Finding], name: str) -> str:
    """One line for one resource: which rules wait, for which fields."""
    rules: dict[str, list[str]] = {}
    address = ""
    for finding in findings:
        address = finding.address(name)
        waiting = rules.setdefault(finding.where(), [])
        if finding.about.id not in waiting:
            waiting.append(finding.about.id)
    fields = "; ".join(f"{', '.join(ids)} at {where}" for where, ids in rules.items())
    return f"not checked yet, since the update has to make the values first: {address}: {fields}"


def wrong_configuration(policy: str, error: SettingsError) -> str:
    """Of a configuration that says what is not allowed."""
    return f"the configuration of policy {policy} is wrong, so nothing was checked:\n{error}"
