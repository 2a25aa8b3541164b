"""Records of digests that may be promoted."""

from pathlib import Path

import pytest

from components.spec.problem import SpecError
from components.spec.promotion import missing_promotions, promotion_file, read_promotions
from tests.unit.components.given import settings

DIGEST = f"sha256:{'0' * 64}"
PROJECT = Path(__file__).parents[4]


def record(folder: Path, text: str) -> Path:
    file = folder / "prod.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_record_names_the_digest_of_an_image_of_a_stack(tmp_path: Path):
    file = record(tmp_path, f"staging:\n  python-api: {DIGEST}\n")

    assert read_promotions(file) == {("staging", "python-api"): DIGEST}


def test_no_record_is_an_empty_one(tmp_path: Path):
    assert read_promotions(tmp_path / "prod.yaml") == {}


def test_the_committed_record_is_well_formed():
    assert isinstance(read_promotions(promotion_file(PROJECT, "prod")), dict)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("- a", ""),
        ("staging: sha256:0", "staging"),
        ("staging: {api: latest}", "staging.api"),
        (f"staging: {{api: {DIGEST.upper()}}}", "staging.api"),
        ("staging: {api: null}", "staging.api"),
        ("{", ""),
    ],
)
def test_a_malformed_record_is_refused_with_its_path(tmp_path: Path, text: str, path: str):
    with pytest.raises(SpecError) as caught:
        read_promotions(record(tmp_path, text))

    assert [problem.path for problem in caught.value.problems] == [path]


def test_a_promotion_without_a_record_is_missing():
    found = settings(workloads={"api": {"image": {"promote": {"from": "staging", "name": "python-api"}}}})

    (problem,) = missing_promotions(found, {}, "prod")

    assert (problem.place, problem.path) == ("promotions/prod.yaml", "staging.python-api")
    assert "`slipway promote staging prod`" in problem.mend


def test_a_recorded_promotion_is_not_missing():
    found = settings(workloads={"api": {"image": {"promote": {"from": "staging"}}}})

    assert not list(missing_promotions(found, {("staging", "api"): DIGEST}, "prod"))
