"""Every bad stack file is refused with exactly the words that its expectation states."""

from pathlib import Path

import pytest
import yaml

from components.spec.loading import load_file
from components.spec.problem import SpecError

FOLDER = Path(__file__).parents[3] / "bad_stacks"
EXPECTED: dict[str, list[dict[str, object]]] = yaml.safe_load((FOLDER / "expected.yaml").read_text(encoding="utf-8"))
FILES = sorted(file for file in FOLDER.glob("*.yaml") if file.name != "expected.yaml")


def test_every_file_has_an_expectation_and_every_expectation_a_file():
    assert {file.stem for file in FILES} == set(EXPECTED)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_stack_is_told_what_where_and_how_to_mend_it(file: Path):
    with pytest.raises(SpecError) as caught:
        load_file(file, {})

    told = [
        {
            key: getattr(problem, key)
            for key in ("line", "path", "found", "allowed", "mend")
            if getattr(problem, key) is not None
        }
        for problem in caught.value.problems
    ]
    assert told == EXPECTED[file.stem]
    assert all(problem.place == file.name for problem in caught.value.problems)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bad_stack_gives_no_secret_away(file: Path):
    with pytest.raises(SpecError) as caught:
        load_file(file, {})

    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("problems", EXPECTED.values(), ids=EXPECTED)
def test_every_expectation_says_what_was_found_what_is_allowed_and_how_to_mend_it(problems: list[dict[str, object]]):
    assert problems
    for problem in problems:
        assert all(problem[key] for key in ("found", "allowed", "mend"))
