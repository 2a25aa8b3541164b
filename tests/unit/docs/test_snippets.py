"""Every snippet that needs no engine is what it says it is."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from components.spec.apparmor import wrongs
from components.spec.problem import SpecError
from components.spec.settings import settings_schema
from tests.support.docs import stacks
from tests.support.docs.pages import CHECKOUT, INFO, Snippet, all_snippets, matches, pages, printed, snippets

EVERY = [snippet for page in pages() for snippet in snippets(page)]
PRINTING = ("sh", "sh cluster", "python", "yaml stack bad")


def named(snippet: Snippet) -> str:
    return snippet.name


@pytest.mark.parametrize("snippet", EVERY, ids=named)
def test_a_snippet_says_what_it_is_in_a_word_that_a_test_knows(snippet: Snippet) -> None:
    assert snippet.info in INFO


@pytest.mark.parametrize("snippet", all_snippets("text"), ids=named)
def test_text_follows_what_prints_it(snippet: Snippet) -> None:
    blocks = snippets(snippet.page)
    before = blocks[blocks.index(snippet) - 1] if snippet != blocks[0] else None
    assert before is not None
    assert before.info in PRINTING


@pytest.mark.parametrize("snippet", all_snippets("yaml stack"), ids=named)
def test_a_piece_of_a_stack_file_is_valid(snippet: Snippet) -> None:
    assert stacks.loaded(snippet.text).settings


@pytest.mark.parametrize("snippet", all_snippets("yaml stack"), ids=named)
def test_an_editor_finds_nothing_wrong_with_a_valid_piece(snippet: Snippet) -> None:
    jsonschema.validate(yaml.safe_load(stacks.around(snippet.text)), settings_schema())


@pytest.mark.parametrize("snippet", all_snippets("yaml stack bad"), ids=named)
def test_a_mistake_is_told_in_the_very_words_that_the_page_shows(snippet: Snippet) -> None:
    shown = printed(snippet)
    with pytest.raises(SpecError) as caught:
        stacks.loaded(snippet.text)
    assert shown is not None
    assert shown.text.strip() == "\n\n".join(map(str, caught.value.problems))


@pytest.mark.parametrize("snippet", all_snippets("yaml"), ids=named)
def test_yaml_can_be_read(snippet: Snippet) -> None:
    assert list(yaml.safe_load_all(snippet.text))


@pytest.mark.parametrize("snippet", all_snippets("json"), ids=named)
def test_json_can_be_read(snippet: Snippet) -> None:
    assert json.loads(snippet.text)


@pytest.mark.parametrize("snippet", all_snippets("apparmor"), ids=named)
def test_a_profile_is_one_that_nodes_may_load(snippet: Snippet) -> None:
    assert list(wrongs(snippet.text)) == []


@pytest.mark.parametrize("snippet", all_snippets("python"), ids=named)
def test_a_program_runs_and_prints_what_the_page_shows(snippet: Snippet, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        [sys.executable, "-c", snippet.text], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    shown = printed(snippet)
    assert shown is None or matches(shown.text, done.stdout), done.stdout


@pytest.mark.parametrize("file", sorted(CHECKOUT.glob("Pulumi.*.yaml")), ids=lambda file: file.name)
def test_an_editor_finds_nothing_wrong_with_the_stack_files(file: Path) -> None:
    jsonschema.validate(yaml.safe_load(file.read_text(encoding="utf-8")), settings_schema())
