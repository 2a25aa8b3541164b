"""The commands that the documentation names: whether there are such, and a table of all of them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache

import click

from cli.main import COMMANDS, main
from tests.support.docs.markdown import markdown
from tests.support.docs.pages import CHECKOUT

_TARGET = re.compile(r"^(?P<name>[a-z0-9-]+):.*?(?: ## (?P<help>.*))?$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*")
_PLACEHOLDERS = frozenset({"…", "..."})


@cache
def targets() -> dict[str, str]:
    """The Makefile's targets that have a help text, and that text."""
    found = _TARGET.finditer((CHECKOUT / "Makefile").read_text(encoding="utf-8"))
    return {target["name"]: target["help"] for target in found if target["help"]}


def complaint(command_line: str) -> str | None:
    """What is wrong with a command line of `slipway` or `make`; None if nothing is, or if it is another program's."""
    try:
        words = shlex.split(command_line, comments=True)
    except ValueError:
        return None
    while words and _ASSIGNMENT.fullmatch(words[0]):
        words = words[1:]
    if not words:
        return None
    program, arguments = words[0].removeprefix("./").removeprefix(".venv/bin/"), words[1:]
    if program == "make":
        unknown = [word for word in arguments if not _ASSIGNMENT.fullmatch(word) and word not in targets()]
        return f"make has no {unknown}" if unknown else None
    return _slipway(arguments) if program == "slipway" else None


def command_lines(text: str) -> Iterator[str]:
    """The single commands of a shell snippet: continued lines joined, lists taken apart, substitutions apart too."""
    joined = text.replace("\\\n", " ")
    for line in joined.splitlines():
        inner = re.findall(r"\$\(([^()]*)\)", line)
        for part in (*re.split(r"&&|\|\||[|;]", re.sub(r"\$\([^()]*\)", "X", line)), *inner):
            yield part.strip()


def _slipway(arguments: list[str]) -> str | None:
    command: click.Command = main
    context = click.Context(main)
    given = [word for word in arguments if word not in _PLACEHOLDERS]
    while given and isinstance(command, click.Group) and not given[0].startswith("-"):
        below = command.get_command(context, given[0])
        if below is None:
            return f"{command.name} has no command {given[0]!r}"
        command, given = below, given[1:]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"-h", "--help", "--version"} if command is main else {"-h", "--help"}
    unknown = [word.partition("=")[0] for word in given if word.startswith("-") and word.partition("=")[0] not in known]
    return f"{command.name} has no {unknown}" if unknown else None


def commands() -> str:
    """A table of the commands, with the first sentence of each one's help."""
    rows: list[tuple[str, str]] = []
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        assert command is not None
        below = command.commands.values() if isinstance(command, click.Group) else ()
        rows += [(f"`slipway {name} {each.name}`", _first(each)) for each in below] or [
            (f"`slipway {name}`", _first(command))
        ]
    return markdown(("command", "what it does"), rows)


def _first(command: click.Command) -> str:
    text = " ".join((command.help or "").replace("\b", "").split())
    return re.split(r"(?<=\.) ", text, maxsplit=1)[0]


def make_targets() -> str:
    """A table of the Makefile's targets."""
    return markdown(("target", "what it does"), [(f"`make {name}`", words) for name, words in targets().items()])
