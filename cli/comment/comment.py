"""Puts one comment together from the previews of all stacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cli.comment.changes import change_lines
from cli.comment.markdown import SMALLEST_PIECE, code, cut, fence, fold, inline, share, shorten
from cli.comment.masking import shown_text
from cli.comment.preview import CHANGES, NOT_CHECKED, Diagnostic, Preview, Step, short_name

MARKER = "<!-- slipway-preview -->"

# GitHub refuses comments above 65,536 characters; the rest is for what the workflow may add.
LIMIT = 60_000

# What the sections above the object changes may take of it, so that none crowds out the others.
TABLE_SHARE, LOSSES_SHARE, FINDINGS_SHARE, FAILURES_SHARE, WARNINGS_SHARE = 6_000, 10_000, 12_000, 10_000, 4_000
COSTS_SHARE = 2_000

# What the engine adds to every failure.
EMPTY_REASONS = ("preview failed", "update failed")

# How a finding of a level is marked, and which come first.
LEVELS = {"mandatory": ("❌", 0), "advisory": ("⚠️", 1), NOT_CHECKED: ("❔", 3)}
OTHER_LEVEL = ("⚠️", 2)

LONGEST_ITEM = 700
LONGEST_NAME = 120

# Objects that hold data, or that other objects live in: losing one is not mended by creating it again.
PRECIOUS = (
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StatefulSet",
    "Namespace",
    "CustomResourceDefinition",
    "Secret",
)

SIGNS = {"create": "+", "update": "~", "replace": "±", "delete": "-", "import": "="}


Change = tuple[Step, list[str]]


def render(previews: Sequence[Preview], commit: str | None = None, link: str | None = None) -> str:
    """The comment, at most `LIMIT` characters.

    Args:
        previews: One per stack; told in this order.
        commit: The commit, where the previews name another (a merge made for the run).
        link: Where the whole previews are.
    """
    above = "\n".join(
        part
        for part in (
            MARKER,
            f"## {_headline(previews)}\n",
            _table(previews),
            _costs(previews),
            _losses(previews),
            _findings(previews),
            _failures(previews),
            _warnings(previews),
        )
        if part
    )
    below = _footer(previews, commit, link)
    return above + _changes(previews, LIMIT - len(above) - len(below)) + below


def _headline(previews: Sequence[Preview]) -> str:
    if any(preview.failed for preview in previews):
        return "❌ The preview failed"
    changes = sum(len(preview.steps) for preview in previews)
    if not changes:
        return "No changes"
    return f"{changes} change{'s' if changes > 1 else ''} to come"


def _table(previews: Sequence[Preview]) -> str:
    rows = [
        f"| {code(shorten(preview.stack, LONGEST_NAME))} | {_state(preview)} | {preview.count('create')} "
        f"| {preview.count('update')} | {_loud(preview.count('replace'))} | {_loud(preview.count('delete'))} "
        f"| {_levels(preview)} |"
        for preview in previews
    ]
    head = ["| stack | | create | update | replace | delete | policies |", "|---|---|--:|--:|--:|--:|---|"]
    return "\n".join([*head, *cut(rows, TABLE_SHARE, "| … {count} stacks left out … | | | | | | |")]) + "\n"


def _state(preview: Preview) -> str:
    if preview.failed:
        return "❌ failed"
    return "changes" if preview.steps else "no changes"


def _loud(count: int) -> str:
    return f"**{count}**" if count else "0"


def _levels(preview: Preview) -> str:
    levels = [finding.level for finding in preview.findings]
    order = ("mandatory", "advisory", NOT_CHECKED)
    told = [f"{levels.count(level)} {level}" for level in sorted(set(levels), key=lambda level: _rank(order, level))]
    return ", ".join(told) or "none violated"


def _rank(order: Sequence[str], level: str) -> tuple[int, str]:
    return (order.index(level) if level in order else len(order), level)


def _costs(previews: Sequence[Preview]) -> str:
    items = [f"- {code(preview.stack)}: {inline(preview.cost)}" for preview in previews if preview.cost]
    return _section("Cost", items, COSTS_SHARE)


def _losses(previews: Sequence[Preview]) -> str:
    items: list[str] = []
    for operation in ("delete", "replace"):
        for preview in previews:
            items += [_loss(preview, step) for step in preview.steps if step.operation == operation]
    # What is precious or protected comes before the rest; the order is otherwise kept.
    items.sort(key=lambda item: not item.startswith("- ⚠️"))
    return _section("Replaced and deleted", items, LOSSES_SHARE)


def _loss(preview: Preview, step: Step) -> str:
    remarks = [
        *(["it is protected"] if step.protected else []),
        *(["it holds data or other objects"] if step.kind in PRECIOUS else []),
        *([f"because of {', '.join(code(path) for path in step.forces)}"] if step.forces else []),
    ]
    sign = "⚠️ " if step.protected or step.kind in PRECIOUS else ""
    told = f"- {sign}**{step.operation}** {code(_name(step))} in {code(preview.stack)}"
    return shorten(f"{told}: {'; '.join(remarks)}" if remarks else told, LONGEST_ITEM)


def _findings(previews: Sequence[Preview]) -> str:
    items: list[tuple[int, str]] = []
    for preview in previews:
        for finding in preview.findings:
            told = inline(shorten(shown_text(finding.told), LONGEST_ITEM))
            mend = f" **Mend:** {inline(shorten(shown_text(finding.mend), LONGEST_ITEM))}" if finding.mend else ""
            where = f"in {code(preview.stack)}"
            # slipway's own rules begin with the object's address; what other packs say may name nothing.
            if not finding.told.startswith(finding.resource.partition(" ")[0]):
                where = f"{code(shorten(finding.resource, LONGEST_NAME))} {where}"
            sign, place = LEVELS.get(finding.level, OTHER_LEVEL)
            items.append((place, f"- {sign} {code(finding.rule)} ({finding.level}) {where}: {told}{mend}"))
    return _section("Policies", [item for _, item in sorted(items, key=lambda item: item[0])], FINDINGS_SHARE)


def _warnings(previews: Sequence[Preview]) -> str:
    items = [
        f"- {code(preview.stack)}: {inline(shorten(shown_text(diagnostic.message), LONGEST_ITEM))}"
        for preview in previews
        for diagnostic in preview.diagnostics
        if diagnostic.severity == "warning"
    ]
    return _section("Warnings", items, WARNINGS_SHARE)


def _section(title: str, items: Sequence[str], size: int) -> str:
    if not items:
        return ""
    return f"### {title}\n\n" + "\n".join(cut(items, size, "- … {count} more left out …")) + "\n"


def _failures(previews: Sequence[Preview]) -> str:
    told = [(preview.stack, _failure_lines(preview)) for preview in previews if preview.failed]
    shares = share([_length(lines) for _, lines in told], FAILURES_SHARE)
    parts = [
        f"### Why {code(stack)} failed\n\n{fence(cut(lines, max(size, SMALLEST_PIECE)), 'text')}"
        for (stack, lines), size in zip(told, shares, strict=True)
        if size
    ]
    return "\n".join(parts)


def _failure_lines(preview: Preview) -> list[str]:
    errors = [diagnostic for diagnostic in preview.diagnostics if diagnostic.severity == "error"]
    lines = [line for diagnostic in errors for line in _diagnostic_lines(diagnostic) if line not in EMPTY_REASONS]
    lines += shown_text(preview.error).splitlines()
    if not lines and any(finding.level == "mandatory" for finding in preview.findings):
        lines = ["A mandatory policy is violated; see above."]
    return [shorten(line, LONGEST_ITEM) for line in lines] or ["The engine gave no reason; see the log of the run."]


def _diagnostic_lines(diagnostic: Diagnostic) -> Iterable[str]:
    about = f"{short_name(diagnostic.urn)}: " if diagnostic.urn else ""
    return (about + shown_text(diagnostic.message)).splitlines()


def _changes(previews: Sequence[Preview], room: int) -> str:
    changed = [preview for preview in previews if preview.steps]
    if not changed:
        return ""
    title = "\n### What changes\n\n"
    objects = [[(step, change_lines(step)) for step in _in_order(preview.steps)] for preview in changed]
    whole = [_stack_changes(preview, of) for preview, of in zip(changed, objects, strict=True)]
    shares = share([len(part) for part in whole], room - len(title))
    fitted = [
        part if len(part) <= size else _fitted(preview, of, size)
        for preview, of, part, size in zip(changed, objects, whole, shares, strict=True)
    ]
    return title + "".join(fitted)


def _fitted(preview: Preview, objects: Sequence[Change], size: int) -> str:
    """A stack's changes in at most `size` characters: every object cut, or else only their names, or else nothing."""
    bodies = [_length(lines) for _, lines in objects]
    frame = len(_stack_changes(preview, objects)) - sum(bodies)
    pieces = share(bodies, size - frame)
    if all(piece >= min(body, SMALLEST_PIECE) for piece, body in zip(pieces, bodies, strict=True)):
        shorter = [(step, cut(lines, piece)) for (step, lines), piece in zip(objects, pieces, strict=True)]
        text = _stack_changes(preview, shorter)
        if len(text) <= size:
            return text
    names = [f"{SIGNS[step.operation]} {_name(step)}" for step, _ in objects]
    summary = f"{preview.stack}: {_counted(preview)}"
    frame = len(fold(summary, fence(names, "diff"))) - _length(names)
    text = fold(summary, fence(cut(names, size - frame), "diff"))
    return text if len(text) <= size else ""


def _stack_changes(preview: Preview, objects: Sequence[Change]) -> str:
    folds = [
        fold(f"{SIGNS[step.operation]} {step.operation} {_name(step)}", fence(lines, "diff")) for step, lines in objects
    ]
    return fold(f"{preview.stack}: {_counted(preview)}", "\n".join(folds))


def _in_order(steps: Iterable[Step]) -> list[Step]:
    return sorted(steps, key=lambda step: (CHANGES.index(step.operation), step.type, step.name))


def _counted(preview: Preview) -> str:
    told = [f"{preview.count(operation)} to {operation}" for operation in CHANGES if preview.count(operation)]
    return ", ".join(told)


def _name(step: Step) -> str:
    return shorten(f"{step.kind} {step.name}", LONGEST_NAME)


def _length(lines: Iterable[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _footer(previews: Sequence[Preview], commit: str | None, link: str | None) -> str:
    shown = commit or next((preview.commit for preview in previews if preview.commit), "")
    time = max((preview.time for preview in previews), default="")
    told = [
        *([f"commit {code(shown[:12])}"] if shown else []),
        *([inline(time.replace("T", " ").replace("+00:00", " UTC"))] if time else []),
        *([f"[the whole previews]({link})"] if link else []),
    ]
    return f"\n{' · '.join(told)}\n" if told else "\n"
