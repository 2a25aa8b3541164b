"""The commands in the documentation, run page by page with the real engine, print what the pages show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.docs.pages import CHECKOUT, Snippet, matches, pages, printed, snippets
from tests.support.workbench import Workbench

WITH_COMMANDS = [page for page in pages() if any(snippet.info == "sh" for snippet in snippets(page))]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_the_commands_of_a_page_do_what_it_shows(page: Path, workbench: Workbench) -> None:
    for snippet in snippets(page):
        if snippet.info == "sh":
            run(snippet, workbench)


def run(snippet: Snippet, workbench: Workbench) -> None:
    """Run a snippet as a person would who stands in the checkout, with its virtual environment's programs at hand."""
    path = f'PATH="{workbench.folder}/.venv/bin:$PATH"'
    done = workbench.run(["sh", "-euc", f"{path}\n{{\n{snippet.text}\n}} 2>&1"])
    assert done.code == 0, f"{snippet.name} ended with {done.code}:\n{done.out}"
    shown = printed(snippet)
    assert shown is None or matches(shown.text, done.out), f"{snippet.name} did not print what is shown:\n{done.out}"
