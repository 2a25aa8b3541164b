"""The page on benchmarks names every one, and no other."""

import re

from bench.__main__ import BENCHMARKS
from tests.support.docs.pages import CHECKOUT


def test_every_benchmark_is_in_the_table_and_no_other() -> None:
    page = (CHECKOUT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE) == list(BENCHMARKS)
