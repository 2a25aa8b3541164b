"""Every test that a page names, as `path::name`, is there."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.support.docs.pages import CHECKOUT, code_spans, pages

_NAMED = re.compile(r"(tests/[\w/]+\.py)::(\w+)")


@cache
def defined(file: Path) -> frozenset[str]:
    """The names of a file's tests; none if there is no such file."""
    if not file.is_file():
        return frozenset()
    found = (
        each.name for each in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(each, ast.FunctionDef)
    )
    return frozenset(name for name in found if name.startswith("test_"))


def named(page: Path) -> list[tuple[str, str]]:
    """The tests that a page names: file and function."""
    return [found for span in code_spans(page) for found in _NAMED.findall(span)]


def missing(page: Path) -> list[str]:
    """The tests that a page names and that are not there."""
    return [f"{file}::{name}" for file, name in named(page) if name not in defined(CHECKOUT / file)]


def test_every_test_that_a_page_names_is_there() -> None:
    assert {page.name: missing(page) for page in pages() if missing(page)} == {}


def test_a_test_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    this = Path(__file__).relative_to(CHECKOUT)
    gone = [f"{this}::test_nothing", f"{this}::missing", "tests/gone.py::test_nothing"]
    page = tmp_path / "page.md"
    page.write_text(f"`{this}::test_a_test_that_is_not_there_is_noticed`, " + ", ".join(f"`{each}`" for each in gone))
    assert missing(page) == gone
