"""The parts of pages that are made from the code: everything between a `<!-- made: … -->` and its `<!-- end -->`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.docs import commands, fields, targets
from tests.support.docs.markdown import markdown
from tests.support.docs.pages import INFO

PARTS: Mapping[str, Callable[[], str]] = {
    **{f"fields of {name}": lambda name=name: fields.fields(name) for name in fields.TABLES},
    "sizes": fields.sizes,
    "targets": targets.targets,
    "sizes of monitoring": fields.monitoring_sizes,
    "sizes of backup": fields.backup_sizes,
    "sizes of snapshots": fields.snapshots_sizes,
    "sizes of addons": fields.addons_sizes,
    "kinds of values": fields.kinds,
    "commands": commands.commands,
    "make targets": commands.make_targets,
    "snippets": lambda: markdown(("fence", "what it holds"), [(f"`{info}`", words) for info, words in INFO.items()]),
}
"""What can be made, by the name in its mark."""

_MARKED = re.compile(r"^<!-- made: (?P<name>[a-z ]+) -->\n.*?^<!-- end -->$", re.DOTALL | re.MULTILINE)


def current(page: Path) -> str:
    """A page's text with its made parts as the code has them now."""
    return _MARKED.sub(_made, page.read_text(encoding="utf-8"))


def parts_of(page: Path) -> list[str]:
    """The names of a page's made parts."""
    return [mark["name"] for mark in _MARKED.finditer(page.read_text(encoding="utf-8"))]


def _made(mark: re.Match[str]) -> str:
    return f"<!-- made: {mark['name']} -->\n\n{PARTS[mark['name']]()}\n\n<!-- end -->"
