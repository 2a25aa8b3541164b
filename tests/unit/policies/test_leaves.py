"""Every rule, with each leaf of its objects not known yet, and secret: by the evaluator and by the SDK's service."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from policies.catalogue import ALL_RULES, STACK_RULES
from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE, Path
from tests.unit.policies.analyzer import Diagnostic
from tests.unit.policies.asking import (
    OF_RULE,
    TELL_SECRETS,
    ask,
    ask_service,
    known,
    leaves,
    samples,
    told_by_the_engine,
)
from tests.unit.policies.cases import Case
from tests.unit.policies.objects import Json, at, replaced

CANARY = "canary-5d1f"
UNKNOWNS = sorted(SENTINELS)
# How many values of other cases a leaf that is not known is completed with.
COMPLETIONS = 6


def completions(case: Case, path: Path) -> Iterator[Json]:
    """The object with what may come out where nothing is known yet: nothing at all, and what other cases have there."""
    # The API refuses an object without its spec, and a workload without its template.
    seen: list[Any] = [None] if path[-1] not in ("spec", "template") else []
    for value in values_elsewhere(case, path):
        if value not in seen and len(seen) < COMPLETIONS:
            seen.append(value)
    for value in seen:
        yield replaced(case.body, path, value)


def values_elsewhere(case: Case, path: Path) -> Iterator[Any]:
    """What the other cases of a rule have at a path; of a set of objects, all that are of the same kind."""
    for other in OF_RULE[case.rule]:
        if path[0] == "objects":
            kind = at(case.body, path[:2])["kind"]
            yield from (value_at(each, path[2:]) for each in other.body["objects"] if each["kind"] == kind)
        else:
            yield value_at(other.body, path)


def value_at(body: Any, path: Path) -> Any:
    """What an object has at a path; None if it has not even the way there."""
    for step in path:
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def violated(said: list[Diagnostic], rule: str) -> bool:
    return any(f"{rule} (" in d.message for d in said)


@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_leaf_that_is_not_known_is_decided_only_if_whatever_comes_out_decides_it_so(rule: str) -> None:
    for case in known(rule) if rule in STACK_RULES else samples(rule):
        for number, path in enumerate(leaves(rule, case.body)):
            sentinel = UNKNOWNS[number % len(UNKNOWNS)]
            found = {f.verdict for f in ask(rule, replaced(case.body, path, sentinel), case.settings)}
            for completed in completions(case, path):
                violates = bool(ask(rule, completed, case.settings))
                assert found or not violates, f"{path} unknown passes, and {at(completed, path)!r} there violates"
                assert violates or "violation" not in found, f"{path} unknown violates; {at(completed, path)!r} passes"


@pytest.mark.parametrize("rule", ALL_RULES)
def test_the_service_says_once_what_is_not_known_and_never_how_it_is_written(rule: str) -> None:
    for case in samples(rule):
        for number, path in enumerate(leaves(rule, case.body)):
            body = replaced(case.body, path, UNKNOWNS[number % len(UNKNOWNS)])
            found = {f.verdict for f in ask(rule, body, case.settings)}
            said = ask_service(rule, body, case.settings)
            waiting = [d for d in said if "not checked yet" in d.message]
            assert violated(said, rule) is ("violation" in found), path
            assert [d.level for d in waiting] == (["advisory"] if "unknown" in found else []), path
            text = json.dumps(said)
            assert "could not be checked" not in text, path
            assert not any(sentinel in text for sentinel in UNKNOWNS), path


@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_secret_leaf_is_judged_by_its_value_and_never_printed(rule: str) -> None:
    for case in samples(rule):
        before = {f.path for f in ask(rule, case.body, case.settings)}
        for path in leaves(rule, case.body):
            body = replaced(case.body, path, {SIGNATURE: SECRET_SIGNATURE, "value": at(case.body, path)})
            found = {f.path for f in ask(rule, body, case.settings)}
            assert (found <= before) if rule in TELL_SECRETS else (found == before), path
            canary = replaced(case.body, path, {SIGNATURE: SECRET_SIGNATURE, "value": CANARY})
            text = json.dumps(ask_service(rule, canary, case.settings))
            assert CANARY not in text, path
            assert "could not be checked" not in text, path


@pytest.mark.parametrize("rule", ALL_RULES)
def test_the_service_says_of_every_case_what_the_rule_says(rule: str) -> None:
    for case in OF_RULE[rule]:
        if not told_by_the_engine(case.body):
            continue
        said = ask_service(rule, case.body, case.settings)
        assert violated(said, rule) is bool(case.violates), case.body
        expected = set[str]() if case.violates is False else {"mandatory" if case.violates else "advisory"}
        assert {d.level for d in said} == expected, said
