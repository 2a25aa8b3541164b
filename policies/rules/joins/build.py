"""What rules that join objects are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from policies.labels import Selector
from policies.plain import UNKNOWN, Path, Unknown
from policies.rule import REQUIRED, Level, Parameter, Profile, Severity, StackRule, Tier
from policies.rules.build import about, listed, mapping
from policies.rules.parameters import JOINS
from policies.together import PODS, Claim, Together, namespace_in
from policies.truth import Verdict
from policies.view import Container, Manifest


def join_rule(
    rule_id: str,
    title: str,
    severity: Severity,
    rationale: str,
    mend: str,
    snippet: str,
    join: Callable[[Together], Iterable[Claim]],
    *,
    decision: str = "",
    levels: Mapping[Tier, Level] = REQUIRED,
    profiles: tuple[Profile, ...] = ("production",),
    parameters: tuple[Parameter, ...] = (),
) -> StackRule:
    """A rule over all objects of a run; see `StackRule` and `About`.

    A stack rule is required or off in a tier, never advice: its policy has one level.
    """
    described = about(
        rule_id, title, severity, rationale, mend, snippet, decision=decision, levels=levels, profiles=profiles
    )
    return StackRule(described, "joins objects with each other", join, (*JOINS, *parameters))


def spec_of(manifest: Manifest) -> dict[str, object]:
    """The object's `spec`, or nothing."""
    return mapping(manifest.body.get("spec"))


def look_up(objects: Together, kind: str, namespace: str | Unknown, name: object) -> Manifest | Verdict | None:
    """The object of that kind and name, or what may be said of its absence (see `Together.absent`)."""
    if name is UNKNOWN:
        return "unknown"
    text = name if isinstance(name, str) else ""
    return objects.named(kind, namespace, text) or objects.absent(kind, namespace, text)


EACH = "*"
"""For `found_at`: every item of a list."""


def found_at(value: object, *steps: str, at: Path = ()) -> Iterator[tuple[Path, object]]:
    """What is at a path below a value; what is not known on the way there is found in its place.

    Args:
        value: The value.
        *steps: The keys on the way; `EACH` for every item of a list.
        at: The path of the value itself.

    Yields:
        The path and what is there, but for what is missing or null.
    """
    if value is None:
        return
    if value is UNKNOWN or not steps:
        yield at, value
    elif steps[0] == EACH:
        for index, item in enumerate(listed(value)):
            yield from found_at(item, *steps[1:], at=(*at, index))
    else:
        yield from found_at(mapping(value).get(steps[0]), *steps[1:], at=(*at, steps[0]))


def left_open(verdict: Verdict, *by: object) -> Verdict:
    """A verdict that other values of some fields would take back: it waits for those that are not known."""
    return "unknown" if any(each is UNKNOWN for each in by) else verdict


def unless_there(
    found: Manifest | Verdict | None, manifest: Manifest, path: Path, problem: str, container: Container | None = None
) -> Iterator[Claim]:
    """A claim, where `look_up` has found nothing and something may be said of that."""
    if isinstance(found, str):
        yield Claim(found, manifest, path, problem, container)


def nothing_chosen(objects: Together, manifest: Manifest, selector: Selector) -> Verdict | None:
    """What may be said of a selector that chooses no pods of its object's namespace; None: nothing."""
    if not selector.known:
        return "unknown"
    namespace = namespace_in(manifest)
    found = objects.chosen(namespace, selector)
    if found.pods or found.beyond:
        return None
    verdict = objects.absent(PODS, namespace)
    return "unknown" if verdict is not None and found.waiting else verdict
