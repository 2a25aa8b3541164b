"""The comparison's own stack file gives what the page says that it gives."""

import re

from tests.support.docs import stacks
from tests.support.docs.pages import CHECKOUT, snippets

PAGE = CHECKOUT / "docs" / "comparison.md"
_PROOF = re.compile(r"`tests/[\w/]+\.py::test_\w+`")


def test_the_figures_are_those_that_follow_from_the_stack_file() -> None:
    (snippet,) = snippets(PAGE)
    times = stacks.loaded(snippet.text).settings.workloads["llm"].times

    said = PAGE.read_text(encoding="utf-8")
    assert f"These {len(snippet.text.splitlines())} lines" in said
    assert (
        f"{times.startup} seconds to start, {times.progress} seconds without progress, "
        f"{times.rollout} seconds for a rollout and {times.grace} seconds to stop"
    ) in said


def test_every_reported_failure_has_a_report_and_a_proof() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("| reported | what slipway does | bad stacks | proof |")[2]
    rows = [line for line in table.partition("\n\n")[0].splitlines() if line.startswith("| ")]

    assert rows
    assert [row for row in rows if "](https://github.com/" not in row or not _PROOF.search(row)] == []
