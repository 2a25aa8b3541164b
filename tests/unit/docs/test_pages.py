"""Every page is found: from the index, and from the code that names it."""

import re
import subprocess
from pathlib import Path

from tests.support.docs.pages import CHECKOUT, links, pages

DOCS = CHECKOUT / "docs"
_PAGE = re.compile(r"docs/[\w./-]+\.(?:md|json)")


def test_every_page_below_docs_is_reached_from_its_index() -> None:
    reached: set[Path] = set()
    ahead = [DOCS / "README.md"]
    while ahead:
        page = ahead.pop()
        reached.add(page)
        targets = ((page.parent / target.partition("#")[0]).resolve() for target in links(page) if "://" not in target)
        ahead += [target for target in targets if target.suffix == ".md" and target not in reached and target.is_file()]
    below = (page for page in pages() if page.is_relative_to(DOCS))
    assert [page.name for page in below if page not in reached] == []


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [page.name[:4] for page in (DOCS / "decisions").glob("[0-9]*.md")]
    assert sorted(numbers) == sorted(set(numbers))


def test_every_page_that_the_code_names_is_there() -> None:
    found = subprocess.run(
        # With what stands before it: a folder of that name at somebody else's address is not ours.
        ["git", "grep", "-hoE", r"(https?://[^ )`\"]*)?docs/[A-Za-z0-9_./-]+\.(md|json)"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    named = {name for name in found.split() if _PAGE.fullmatch(name)}
    assert sorted(name for name in named if not (CHECKOUT / name).is_file()) == []
