"""What the command prints: results on standard output, progress on standard error, colours where they are wanted."""

from __future__ import annotations

import os
import sys

import click


def color() -> bool | None:
    """What click is told: never with NO_COLOR (https://no-color.org), else by whether the stream is a terminal."""
    return False if os.environ.get("NO_COLOR") else None


def colored(stream: object = None) -> bool:
    """Whether colours go to this stream (default: standard output)."""
    isatty = getattr(sys.stdout if stream is None else stream, "isatty", None)
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and bool(isatty and isatty())


def interactive() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def say(text: str) -> None:
    """Progress: what is being done now."""
    click.echo(click.style("· ", fg="cyan") + text, err=True)


def warn(text: str) -> None:
    """Something that did not stop the command and should be known."""
    click.echo(click.style("warning: ", fg="yellow", bold=True) + text, err=True)


def error(text: str) -> None:
    """Why the command failed."""
    click.echo(click.style("error: ", fg="red", bold=True) + text, err=True)
