"""The report of what is on the machine."""

from pathlib import Path

import pytest

from tests.unit.toolchain.given import bare_machine, program, web_is
from toolchain import docker, doctor
from toolchain.doctor import Row, render, rows
from toolchain.home import Home
from toolchain.pins import pins


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Home, Path]:
    monkeypatch.setattr(docker, "works", lambda: False)
    monkeypatch.setattr(docker, "runs_registry", lambda: False)
    web_is(monkeypatch, reachable=False)
    return bare_machine(monkeypatch, tmp_path)


def by_name(report: list[Row]) -> dict[str, Row]:
    return {row.name: row for row in report}


def test_every_tool_and_service_has_a_row(machine: tuple[Home, Path]) -> None:
    report = by_name(rows(machine[0]))
    assert set(pins().tools) <= set(report)
    assert {"python", "uv", "registry (embedded)", "buildkit (embedded)", "web", "docker engine"} <= set(report)


def test_what_is_missing_says_when_it_comes(machine: tuple[Home, Path]) -> None:
    assert by_name(rows(machine[0]))["pulumi"] == Row("pulumi", "3.245.0", "missing", "", "brought when first needed")


def test_what_is_on_path_is_named_with_its_version_and_place(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    path = program(folder / "pulumi", "v3.250.0")
    assert by_name(rows(home))["pulumi"] == Row("pulumi", "3.250.0", "PATH", str(path))


def test_with_docker_and_the_web_the_embedded_services_are_not_needed(
    machine: tuple[Home, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker, "works", lambda: True)
    web_is(monkeypatch, reachable=True)
    assert by_name(rows(machine[0]))["buildkitd"].note == "not needed: Docker runs the services"


def test_the_report_changes_nothing(machine: tuple[Home, Path]) -> None:
    rows(machine[0])
    assert not machine[0].root.exists()


def test_every_stand_in_says_what_it_cannot_do() -> None:
    assert {tool.name for tool in pins().tools.values() if tool.standin} == set(doctor.STANDIN_LIMITS)


def test_columns_are_aligned_and_lines_have_no_trailing_blanks() -> None:
    lines = render([Row("a", "1.0", "built", "/x"), Row("longer", "", "missing", "", "why")]).splitlines()
    assert lines == [
        "TOOL    VERSION  ORIGIN   WHERE  NOTE",
        "a       1.0      built    /x",
        "longer  -        missing  -      why",
    ]
