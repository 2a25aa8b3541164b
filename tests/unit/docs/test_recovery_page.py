"""The page on recovery knows every cause that slipway names."""

import re

from tests.support.docs.pages import CHECKOUT
from toolchain.hints import HINTS


def test_every_known_cause_is_in_the_table_and_no_other() -> None:
    page = (CHECKOUT / "docs" / "recovery.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)) == sorted(hint.cause for hint in HINTS)
