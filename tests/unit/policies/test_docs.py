"""What the documentation of the guardrails says is true: its commands run and print what it shows."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from policies.docs import pages
from policies.settings import check

ROOT = Path(__file__).parents[3]
PAGES = ("policies", "waivers", "remediation", "report-formats", "admission")


def blocks(page: str) -> list[tuple[str, str]]:
    """The snippets of a page: the language and the text."""
    text = (ROOT / "docs" / f"{page}.md").read_text()
    return re.findall(r"^```(\w+)[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


BLOCKS = blocks("policies")
COMMANDS = [
    pytest.param(text, found[n + 1][1], id=f"{page}-{n}")
    for page in PAGES
    for found in (blocks(page),)
    for n, (language, text) in enumerate(found)
    if language == "sh"
]


@pytest.mark.parametrize(("command", "shown"), COMMANDS)
def test_a_command_prints_what_the_page_shows(command: str, shown: str, tmp_path: Path) -> None:
    # The page is read in the checkout; here its files must not be left there.
    command = command.replace(".venv/bin/python", "python")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-euc", command], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (shown, "")


def test_the_examples_of_a_configuration_hold() -> None:
    examples = [text for page in PAGES for language, text in blocks(page) if language == "json"]
    assert len(examples) == 3
    assert [check(json.loads(example)) for example in examples] == [[], [], []]


def test_the_example_of_a_rule_runs() -> None:
    (example,) = [text for language, text in BLOCKS if language == "python"]
    exec(compile(example, "docs/policies.md", "exec"), {})


def test_the_catalogues_pages_are_what_the_rules_say() -> None:
    folder = ROOT / "docs" / "policies"
    assert {file.name: file.read_text() for file in folder.iterdir()} == pages()
