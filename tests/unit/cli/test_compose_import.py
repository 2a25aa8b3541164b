"""From Compose files to stack files, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import given as for_all
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cli.compose_import import forms, proposal
from cli.compose_import.objection import Proposal
from components.manifests.compose import compose
from components.spec.document import ENCRYPTED, Document
from components.spec.loading import load
from components.spec.problem import SpecError
from components.spec.settings import Settings
from tests.support.compose import composed_of, stack_values
from tests.support.docs.pages import CHECKOUT

FIXTURES = sorted((Path(__file__).parent / "compose").glob("*.yaml"))
SEEDS = sorted((CHECKOUT.parent / "shared" / "seeds").glob("*.txt"))
DOCUMENTS = 8
"""Compose files in the user's documents."""
CHOSEN = {"high-uid-gid", "restart-policy"}
"""What a stack file may choose, and rules object to all the same."""
_BLOCK = re.compile(r"^ *```yaml\n(.*?)^ *```", re.DOTALL | re.MULTILINE)


def settings_of(config: Mapping[str, Any]) -> Settings:
    """The settings that a proposed stack file holds, with its secrets stored."""
    keys = {each["fromConfig"]["key"]: ENCRYPTED for each in config.get("secrets", {}).values()}
    return load(Document("Pulumi.proposed.yaml", {**config, **keys}, {}), {}).settings


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_a_compose_file_is_proposed_with_what_is_objected_to(file: Path, golden: Callable[[str, str], None]):
    proposed = proposal.propose(proposal.read(file), file.parent)

    told = "\n".join(map(str, proposed.objections))
    golden(f"compose-{file.stem}.txt", f"{proposal.text(proposed)}\n{told}\n")


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_no_secret_of_a_compose_file_is_repeated(file: Path):
    proposed = proposal.propose(proposal.read(file), file.parent)

    assert "hunter2" not in proposal.text(proposed) + "".join(map(str, proposed.objections))


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_what_is_left_to_mend_in_a_proposal_is_told_by_the_stack_files_own_check(file: Path):
    proposed = proposal.propose(proposal.read(file), file.parent)

    objected = {each.place for each in proposed.objections}
    try:
        settings_of(proposed.config)
    except SpecError as error:
        for problem in error.problems:
            name = problem.path.removeprefix("slipway:workloads.").partition(".")[0]
            assert any(name in place.replace("_", "-") for place in objected), problem


def test_the_documents_own_files_are_proposed_with_what_is_objected_to(golden: Callable[[str, str], None]):
    blocks = [block for file in SEEDS for block in _BLOCK.findall(file.read_text(encoding="utf-8"))]
    files = [document for block in blocks if "services" in (document := forms.mapping(_values(block)))]

    told = "".join(map(_summary, (proposal.propose(document, Path("/nowhere")) for document in files)))
    assert len(files) in (0, DOCUMENTS)
    if files:  # they are no part of the checkout
        golden("compose-documents.txt", told)


def _summary(proposed: Proposal) -> str:
    """What becomes of a document's file, without its text: workloads with their fields, and who objects where."""
    workloads = cast("dict[str, dict[str, Any]]", proposed.config["workloads"])
    lines = [f"workload {name}: {', '.join(sorted(described))}" for name, described in workloads.items()]
    return "\n".join([*lines, *(f"{each.place} [{each.rule or 'no rule'}]" for each in proposed.objections), "", ""])


def _values(block: str) -> object:
    try:
        return yaml.safe_load(block)
    except yaml.YAMLError:
        return None


@hypothesis_settings(max_examples=60)
@for_all(stack_values())
def test_a_stack_keeps_its_meaning_through_a_compose_file(values: dict[str, Any]):
    first = composed_of(values)
    back = proposal.propose(first, Path("/nowhere"))

    again = compose(settings_of(back.config), {}, "dev").document
    assert again == first
    assert {each.rule for each in back.objections} <= {None, *CHOSEN}


@for_all(st.integers(1, 2**20))
def test_sizes_are_read_as_they_are_written(amount: int):
    assert forms.mebibytes(f"{amount}m") == amount


@pytest.mark.parametrize(
    ("text", "wanted"), [("30s", 30), ("1m30s", 90), ("1.5h", 5400), ("500ms", 1), (45, 45), (None, None), ("x", None)]
)
def test_durations_are_whole_seconds(text: object, wanted: int | None):
    assert forms.seconds(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("8000:80", {"target": 80, "published": "8000", "host_ip": "", "protocol": "tcp"}),
        ("80", {"target": 80, "published": "80", "host_ip": "", "protocol": "tcp"}),
        ("127.0.0.1:8000:80/udp", {"target": 80, "published": "8000", "host_ip": "127.0.0.1", "protocol": "udp"}),
        ("[::1]:8000:80", {"target": 80, "published": "8000", "host_ip": "::1", "protocol": "tcp"}),
    ],
)
def test_a_short_port_is_read(text: str, wanted: dict[str, Any]):
    assert list(forms.ports([text])) == [wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("${A:-b}", "b"), ("${A-b}", "b"), ("${A}", "${A}"), ("$$A", "$A"), ("x${A:?why}", "x${A:?why}")],
)
def test_a_variable_is_its_default(text: str, wanted: str):
    assert forms.interpolated(text) == wanted
