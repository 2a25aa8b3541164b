"""What a scan makes of an image's packages: what is accepted for a while, what is let through, what is refused."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from policies.values.severity import SEVERITIES
from provider.advisories import Finding
from provider.scanners import Found

NOT_CHECKED = "not-checked"
"""In the place of an advisory's id and severity: no source covers the ecosystem that stands for the package."""


@dataclass(frozen=True)
class Waiver:
    """A finding that somebody accepts until a day.

    Attributes:
        advisory: its id, or one of its aliases; `not-checked` for an ecosystem without a source.
        package: the installed name; the ecosystem for `not-checked`.
        owner: who answers for it.
        expires: the last day on which it counts.
    """

    advisory: str
    package: str
    owner: str
    expires: str

    def meets(self, finding: Finding) -> bool:
        """Whether it speaks of this finding."""
        return self.package == finding.package and self.advisory in {finding.advisory, *finding.aliases}


@dataclass(frozen=True)
class Rules:
    """What a scan is told.

    Attributes:
        fail_on: the severities that are refused.
        ignore_unfixed: whether what has no fix yet is let through.
        waivers: those that count.
        lapsed: those whose last day is over.
    """

    fail_on: Collection[str]
    ignore_unfixed: bool
    waivers: Sequence[Waiver]
    lapsed: Sequence[Waiver]


@dataclass(frozen=True)
class Verdict:
    """What a scan found.

    Attributes:
        checked: how many packages a source covers.
        not_checked: how many none covers, by ecosystem.
        refused: the findings that do not go through.
        waived: those that are accepted for a while.
        passed: those of a severity that does no harm here, or without a fix where those are let through.
    """

    checked: int
    not_checked: Mapping[str, int]
    refused: Sequence[Finding]
    waived: Sequence[Finding]
    passed: Sequence[Finding]

    def counts(self) -> dict[str, int]:
        """How many findings there are, by severity, the worst first."""
        found = Counter(each.severity for each in (*self.refused, *self.waived, *self.passed))
        return {severity: found[severity] for severity in SEVERITIES if found[severity]}


def judged(found: Found, rules: Rules) -> Verdict:
    """Holds what a scanner found against the rules."""
    findings = [*found.findings, *(_not_checked(*each) for each in found.not_checked.items())]
    refused, waived, passed = list[Finding](), list[Finding](), list[Finding]()
    for finding in sorted(set(findings), key=lambda each: (SEVERITIES.index(each.severity), each)):
        unfixed = rules.ignore_unfixed and not finding.fixed and finding.severity != NOT_CHECKED
        if any(waiver.meets(finding) for waiver in rules.waivers):
            waived.append(finding)
        elif finding.severity in rules.fail_on and not unfixed:
            refused.append(finding)
        else:
            passed.append(finding)
    return Verdict(found.checked, found.not_checked, refused, waived, passed)


def _not_checked(ecosystem: str, count: int) -> Finding:
    packages = "1 package" if count == 1 else f"{count} packages"
    summary = f"{packages} that no source of advisories covers"
    return Finding(ecosystem, "", ecosystem, NOT_CHECKED, NOT_CHECKED, "", (), summary)


def told(reference: str, verdict: Verdict, rules: Rules) -> tuple[str, str]:
    """What a person has to know of a refusal: what was found, and what to do about it.

    Args:
        reference: the image.
        verdict: what was found.
        rules: what decided.
    """
    number = "1 finding is" if len(verdict.refused) == 1 else f"{len(verdict.refused)} findings are"
    lines = [f"{reference} is not let through: {number} of a severity in `failOn` ({', '.join(rules.fail_on)})", ""]
    for finding in verdict.refused:
        lines += [f"  {line}" for line in shown(finding, rules)]
    blocks = "\n".join(f"      {line}" for finding in verdict.refused for line in _block(finding))
    mend = (
        "install the fixed version and build again; or accept it for a while, in the stack file:\n\n"
        f"  slipway:supplyChain:\n    scan:\n      waivers:\n{blocks}\n"
    )
    return "\n".join(lines).rstrip(), mend


def shown(finding: Finding, rules: Rules) -> list[str]:
    """What a person has to know of a finding."""
    if finding.severity == NOT_CHECKED:
        lines = [f"{finding.package}  not-checked  {finding.summary}"]
    else:
        fix = f"fixed in {finding.fixed}" if finding.fixed else "no fix yet"
        source = f"{finding.package} {finding.version} ({finding.ecosystem})"
        lines = [f"{source}  {finding.advisory}  {finding.severity}  {fix}"]
        lines += [f"  {finding.summary}"] if finding.summary else []
    ended = [each for each in rules.lapsed if each.meets(finding)]
    return lines + [f"  the waiver of {each.owner} for it ended on {each.expires}" for each in ended]


def _block(finding: Finding) -> list[str]:
    return [
        f"  - advisory: {finding.advisory}",
        f"    package: {finding.package!r}" if ":" in finding.package else f"    package: {finding.package}",
        "    reason: why it does no harm here",
        "    owner: who answers for it",
        "    expires: the last day on which it counts, as 2027-01-31",
    ]
