"""What pages show of the code is what the code has now: `make golden` writes it anew."""

from pathlib import Path

import pytest

from components.spec.settings import Settings
from tests.support.docs import fields, generated
from tests.support.docs.fields import NAME, PAGE_OF, TABLES
from tests.support.docs.pages import CHECKOUT, pages

WITH_PARTS = [page for page in pages() if generated.parts_of(page)]
EVERY_ROW = [row for name in TABLES for row in fields.table(name)]


@pytest.mark.parametrize("page", WITH_PARTS, ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_the_made_parts_of_a_page_are_current(page: Path, request: pytest.FixtureRequest) -> None:
    text = generated.current(page)
    if request.config.getoption("--regenerate"):
        page.write_text(text, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == text, "`make golden` writes it anew"


def test_every_part_that_can_be_made_is_in_one_page() -> None:
    assert sorted(name for page in WITH_PARTS for name in generated.parts_of(page)) == sorted(generated.PARTS)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_in_the_page_that_others_link_to(name: str) -> None:
    assert f"fields of {name}" in generated.parts_of(CHECKOUT / "docs" / TABLES[name][0])


def test_no_field_of_a_stack_file_is_without_a_row() -> None:
    rows = {(row.model, row.field) for row in EVERY_ROW}
    models, ahead = set[type[object]](), [Settings, *PAGE_OF]
    while ahead:
        model = ahead.pop()
        models.add(model)
        ahead += [
            nested
            for info in model.model_fields.values()
            for nested in fields.models_in(info.annotation)
            if nested not in models
        ]
    wanted = {(model, field) for model in models for field in getattr(model, "model_fields")}  # noqa: B009  # Spec's own
    assert sorted(f"{model.__name__}.{field}" for model, field in wanted - rows) == []


@pytest.mark.parametrize("row", EVERY_ROW, ids=lambda row: f"{row.model.__name__}-{row.path}")
def test_a_field_says_what_it_is(row: fields.Row) -> None:
    assert row.meaning


@pytest.mark.parametrize(
    "row", [row for row in EVERY_ROW if row.default.startswith("`")], ids=lambda row: f"{row.model.__name__}-{row.path}"
)
def test_a_default_has_a_reason(row: fields.Row) -> None:
    assert row.reason


@pytest.mark.parametrize(
    "row",
    [row for row in EVERY_ROW if row.allowed.startswith("a whole number") or "#values" in row.allowed],
    ids=lambda row: f"{row.model.__name__}-{row.path}",
)
def test_a_number_has_a_unit(row: fields.Row) -> None:
    counts = row.allowed.startswith("a whole number") or row.allowed.startswith(("[cores]", "[memory]"))
    assert bool(row.unit) == (counts and row.path.rsplit(".", 1)[-1] not in fields.WITHOUT_UNIT)


def test_names_in_paths_are_written_alike() -> None:
    assert all("<" not in row.path.replace(NAME, "") for row in EVERY_ROW)
