"""Runs the commands of a page as a person would who stands in the checkout."""

from __future__ import annotations

from tests.support.docs.pages import Snippet, matches, printed
from tests.support.workbench import Workbench


def run(snippet: Snippet, workbench: Workbench) -> None:
    """Run a snippet, with the programs of the checkout's virtual environment at hand; it prints what its page shows."""
    path = f'PATH="{workbench.folder}/.venv/bin:$PATH"'
    done = workbench.run(["sh", "-euc", f"{path}\n{{\n{snippet.text}\n}} 2>&1"])
    assert done.code == 0, f"{snippet.name} ended with {done.code}:\n{done.out}"
    shown = printed(snippet)
    assert shown is None or matches(shown.text, done.out), f"{snippet.name} did not print what is shown:\n{done.out}"
