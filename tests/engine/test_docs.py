"""The commands in the documentation, run page by page with the real engine, print what the pages show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.docs.pages import CHECKOUT, pages, snippets
from tests.support.docs.running import run
from tests.support.workbench import Workbench

WITH_COMMANDS = [page for page in pages() if any(snippet.info == "sh" for snippet in snippets(page))]


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_the_commands_of_a_page_do_what_it_shows(page: Path, workbench: Workbench) -> None:
    for snippet in snippets(page):
        if snippet.info == "sh":
            run(snippet, workbench)
