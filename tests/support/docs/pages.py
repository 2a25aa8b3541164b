"""The pages of the documentation, and what is in them: snippets, links, names of commands."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]

INFO = {
    "yaml stack": "a piece of a stack file, below `config:`; it is valid",
    "yaml stack bad": "a piece of a stack file with a mistake; the `text` after it is what slipway says",
    "yaml": "any other YAML",
    "json": "JSON",
    "apparmor": "an AppArmor profile; it is sound",
    "python": "a program; it runs",
    "sh": "commands; they run, page by page, in a copy of the checkout",
    "sh cluster": "the same, with the cluster of this machine",
    "console": "commands that are not run, since they stop or remove what others use; they exist",
    "text": "what the snippet before it prints; `…` stands for anything",
    "text drawing": "a drawing",
}
"""The info strings that a fence may have, and what a test makes of each."""

_FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>```+)(?P<info>.*)$")
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Snippet:
    """A fenced block; `line` is that of its opening fence, counted from 1."""

    page: Path
    line: int
    info: str
    text: str

    @property
    def name(self) -> str:
        """Page and line, for the names of tests."""
        return f"{self.page.relative_to(CHECKOUT)}:{self.line}"


@cache
def pages() -> tuple[Path, ...]:
    """Every Markdown file of the project, except the ones that tests compare with."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = sorted(name for name in listed.split("\0") if name and not name.startswith("tests/"))
    return tuple(CHECKOUT / name for name in names if (CHECKOUT / name).is_file())


@cache
def snippets(page: Path) -> tuple[Snippet, ...]:
    """The fenced blocks of a page, in order."""
    return tuple(_snippets(page))


def _snippets(page: Path) -> Iterator[Snippet]:
    opened: re.Match[str] | None = None
    start, lines = 0, list[str]()
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if opened is None and fence:
            opened, start, lines = fence, number, []
        elif opened and fence and fence["ticks"].startswith(opened["ticks"]) and not fence["info"].strip():
            yield Snippet(page, start, opened["info"].strip(), "".join(f"{each}\n" for each in lines))
            opened = None
        elif opened:
            lines.append(line.removeprefix(opened["indent"]))
    if opened:
        raise AssertionError(f"{page}:{start}: a fence that is never closed")


def all_snippets(info: str) -> list[Snippet]:
    """The blocks of all pages with this info string."""
    return [snippet for page in pages() for snippet in snippets(page) if snippet.info == info]


def printed(snippet: Snippet) -> Snippet | None:
    """The `text` block that follows a block directly in its page, before any other block."""
    blocks = snippets(snippet.page)
    after = blocks[blocks.index(snippet) + 1 :]
    return after[0] if after and after[0].info == "text" else None


def prose(page: Path) -> str:
    """A page without its fenced blocks; their lines are left empty, so that line numbers stay."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for snippet in snippets(page):
        end = snippet.line + snippet.text.count("\n") + 1
        lines[snippet.line - 1 : end] = [""] * (end - snippet.line + 1)
    return "\n".join(lines)


def links(page: Path) -> list[str]:
    """The target of every link of a page."""
    return _LINK.findall(_CODE.sub("", prose(page)))


def code_spans(page: Path) -> list[str]:
    """Everything between backquotes in a page's prose."""
    return _CODE.findall(prose(page))


def matches(shown: str, output: str) -> bool:
    """Whether the lines shown are lines of the output, in this order; `…` stands for anything, also for whole lines."""
    said = iter(line.rstrip() for line in output.splitlines())
    wanted = (line.rstrip() for line in shown.splitlines() if line.strip() not in ("", "…"))
    return all(any(_pattern(line).fullmatch(each) for each in said) for line in wanted)


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in line.split("…")))
