"""Every command, option and variable that the documentation names exists."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.docs.commands import command_lines, complaint
from tests.support.docs.pages import CHECKOUT, Snippet, code_spans, pages, snippets

RUN = ("sh", "sh cluster")
SHELL = [snippet for page in pages() for snippet in snippets(page) if snippet.info in (*RUN, "console")]
STOPS_WHAT_OTHERS_USE = re.compile(
    r"make (?:down|test|check|e2e|soak|bench|clean|clean-cache|golden)\b|slipway (?:down|clean|cluster|docker)\b"
)
INTERNAL = {"SLIPWAY_RUN_ID", "SLIPWAY_COMPLETE"}
_VARIABLE = re.compile(r"\bSLIPWAY_(?!_)[A-Z_]+\b")


def relative(page: Path) -> str:
    return str(page.relative_to(CHECKOUT))


@pytest.mark.parametrize("snippet", SHELL, ids=lambda snippet: snippet.name)
def test_the_commands_of_a_snippet_exist(snippet: Snippet) -> None:
    found = [found for line in command_lines(snippet.text) if (found := complaint(line))]
    assert found == []


@pytest.mark.parametrize("page", pages(), ids=relative)
def test_the_commands_in_a_sentence_exist(page: Path) -> None:
    assert [found for text in code_spans(page) if (found := complaint(text))] == []


@pytest.mark.parametrize(
    "snippet", [snippet for snippet in SHELL if snippet.info in RUN], ids=lambda snippet: snippet.name
)
def test_a_snippet_that_is_run_stops_nothing_that_others_use(snippet: Snippet) -> None:
    assert not STOPS_WHAT_OTHERS_USE.search(snippet.text)


def test_every_variable_that_the_documentation_names_is_read_somewhere() -> None:
    named = {variable for page in pages() for variable in _VARIABLE.findall(page.read_text(encoding="utf-8"))}
    assert sorted(named - variables_of_the_code()) == []


def test_every_variable_that_is_read_is_documented() -> None:
    text = (CHECKOUT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert sorted(variables_of_the_code() - INTERNAL - set(_VARIABLE.findall(text))) == []


def variables_of_the_code() -> set[str]:
    found = subprocess.run(
        [
            "git",
            "grep",
            "--untracked",
            "-hoE",
            r"SLIPWAY_[A-Z_]+",
            "--",
            "cli",
            "components",
            "policies",
            "toolchain",
            "Makefile",
        ],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {name for name in found.split() if _VARIABLE.fullmatch(name)}
