"""What the tests of the documentation stand on does find what is wrong."""

from pathlib import Path

import pytest

from tests.support.docs.commands import command_lines, complaint
from tests.support.docs.pages import matches, prose, snippets
from tests.support.docs.stacks import around

SAID = "· starting\nImages\n  api  registry/api@sha256:abc\n17 created in 3.1 s\n"


@pytest.mark.parametrize(
    "shown",
    ["Images\n17 created in … s", "  api  …@sha256:…", "…\n17 created in 3.1 s", "", "· starting\n…\nImages"],
)
def test_what_was_printed_is_recognised(shown: str) -> None:
    assert matches(shown, SAID)


@pytest.mark.parametrize(
    "shown",
    ["18 created in … s", "17 created in … s\nImages", "Images\nImages", "api  registry/api@sha256:abc", "17 created"],
)
def test_what_was_not_printed_is_noticed(shown: str) -> None:
    assert not matches(shown, SAID)


@pytest.mark.parametrize(
    "line",
    [
        "slipway up --stack dev --yes",
        "SLIPWAY__ENVIRONMENT__OWNER=me ./slipway config show",
        "make up STACK=prod",
        "slipway preview --json --out=x.json",
        "slipway --version",
        "kubectl get nodes --no-such-option",
        "",
    ],
)
def test_a_command_that_exists_is_fine(line: str) -> None:
    assert complaint(line) is None


@pytest.mark.parametrize(
    "line",
    ["slipway upp", "slipway up --stak dev", "make upp", "slipway config shw", "STACK=dev slipway preview --jsn"],
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    assert complaint(line) is not None


def test_every_command_of_a_shell_snippet_is_looked_at() -> None:
    text = 'a --b \\\n  c && d || e "x"\neval "$(f g)" | h\n'
    assert [line for line in command_lines(text) if line] == ["a --b    c", "d", 'e "x"', 'eval "X"', "h", "f g"]


def test_fences_are_read_with_their_indentation_removed_and_are_no_prose(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("One\n\n- two\n\n  ```sh\n  ls\n    -l\n  ```\n\n````text\n```\n````\nThree\n")
    assert [(each.line, each.info, each.text) for each in snippets(page)] == [
        (5, "sh", "ls\n  -l\n"),
        (10, "text", "```\n"),
    ]
    assert prose(page).split() == ["One", "-", "two", "Three"]


def test_a_fence_that_is_never_closed_is_an_error(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```sh\nls\n")
    with pytest.raises(AssertionError, match="never closed"):
        snippets(page)


def test_a_piece_of_a_stack_file_stands_on_its_second_line() -> None:
    lines = around("slipway:target:\n  kind: render\n").splitlines()
    assert lines[:3] == ["config:", "  slipway:target:", "    kind: render"]
    assert "slipway:target" not in "".join(lines[3:])
