"""What no page may hold: places that only one machine has, and what is not there yet."""

import re
from pathlib import Path

import pytest

from tests.support.docs.pages import CHECKOUT, pages

MACHINE = re.compile(r"(?<![\w.~])/(?:root|work|home/\w+|tmp/lab)\b")
PACKAGE_HOSTS = re.compile(
    r"pypi\.org|pythonhosted|proxy\.golang|sum\.golang|deb\.debian|registry\.npmjs|crates\.io", re.I
)
NOT_YET = re.compile(
    r"\b(?:TODO|FIXME|TBD|coming soon|in the future|is planned|are planned|will be (?:added|built))\b", re.I
)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(CHECKOUT)))
@pytest.mark.parametrize("forbidden", [MACHINE, PACKAGE_HOSTS, NOT_YET], ids=["machine", "package-hosts", "not-yet"])
def test_a_page_speaks_of_every_machine_and_of_today(page: Path, forbidden: re.Pattern[str]) -> None:
    text = page.read_text(encoding="utf-8")
    found = [f"{number}: {line}" for number, line in enumerate(text.splitlines(), 1) if forbidden.search(line)]
    assert found == []
