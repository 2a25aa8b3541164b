"""The lint: a Dockerfile is read before anything is built from it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.values.severity import GRADES
from provider.dockerfile import Build, Finding, bases, findings
from provider.step import RefusedError

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Linted:
    """What was found in a Dockerfile, and what becomes of it.

    Attributes:
        refused: of a severity in `failOn`.
        ignored: what somebody has given a reason for.
        passed: the rest.
    """

    refused: list[Finding]
    ignored: list[Finding]
    passed: list[Finding]

    def counts(self) -> dict[str, int]:
        """How many findings there are, by severity, the worst first."""
        found = Counter(each.severity for each in (*self.refused, *self.ignored, *self.passed))
        return {severity: found[severity] for severity in GRADES if found[severity]}


def lint(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Reads the Dockerfile of an image. Reads only: a preview does it, too.

    Args:
        inputs: `dockerfile` (a file of the project), `digest` (of its content, so that a changed one is read again),
            `arguments`, `later` (the arguments that are known only when the build begins), `target` (left out: the
            last stage), `failOn`, `ignore` (rules), `pins` (the bases whose digests are locked; left out: none).

    Returns:
        `findings`, how many of which severity, `ignored`, and `bases`, the images that it begins from, as far as they
        are known before the build.

    Raises:
        RefusedError: a finding of a severity that the settings do not let through, or no Dockerfile.
        ToolchainError: hadolint cannot be had.
    """
    name = str(inputs["dockerfile"])
    build = Build(inputs["arguments"], inputs["later"], inputs.get("target"), inputs.get("pins") or {})
    found = judged(findings(PROJECT / name, build), inputs["failOn"], inputs["ignore"])
    if found.refused:
        raise RefusedError(*told(name, found, inputs["failOn"]))
    return {
        "bases": bases(PROJECT / name, build),
        "findings": found.counts(),
        "ignored": [f"{each.rule} in {name}:{each.line}" for each in found.ignored],
    }


def judged(found: Iterable[Finding], fail_on: Iterable[str], ignore: Iterable[str]) -> Linted:
    """Holds findings against the settings.

    Args:
        found: the findings.
        fail_on: the severities that are refused.
        ignore: the rules that somebody has given a reason for.
    """
    fail_on, ignore = set(fail_on), set(ignore)
    made = Linted([], [], [])
    for each in found:
        place = made.ignored if each.rule in ignore else made.refused if each.severity in fail_on else made.passed
        place.append(each)
    return made


def told(name: str, found: Linted, fail_on: Iterable[str]) -> tuple[str, str]:
    """What a person has to know of a refusal: what was found, and what to do about it."""
    number = "1 finding is" if len(found.refused) == 1 else f"{len(found.refused)} findings are"
    lines = [f"{name} is not built from: {number} of a severity in `failOn` ({', '.join(fail_on)})", ""]
    lines += [f"  {line}" for each in found.refused for line in shown(name, each)]
    rules = "\n".join(
        f"        - {{rule: {rule}, reason: why it does no harm here}}"
        for rule in sorted({each.rule for each in found.refused})
    )
    mend = (
        "mend the lines; or say why not, in the stack file:\n\n"
        f"  slipway:supplyChain:\n    lint:\n      ignore:\n{rules}\n"
    )
    return "\n".join(lines), mend


def shown(name: str, finding: Finding) -> list[str]:
    """A finding in two lines: where, which rule and what; and how to mend it."""
    head = f"{name}:{finding.line}  {finding.rule}  {finding.severity}  {finding.message}"
    return [head, f"  {finding.fix}"]
