"""A Dockerfile is read before it is built: what is found, where, and what stops the build."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from provider import dockerfile
from provider.dockerfile import Build, Finding, bases, findings, parsed
from provider.lint import judged, lint, told
from provider.step import RefusedError

SOUND = f'FROM docker.io/library/python@sha256:{"0" * 64}\nUSER 10001\nHEALTHCHECK CMD ["/check"]\nCMD ["/serve"]\n'
BAD = Finding(3, "DL3008", "medium", "Pin versions in apt get install", "see the page")


@pytest.fixture(autouse=True)
def _without_hadolint(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: str) -> Iterator[Finding]:
        yield from ()

    monkeypatch.setattr(dockerfile, "_of_hadolint", nothing)


def found(
    folder: Path, text: str, arguments: Mapping[str, str] | None = None, later: Sequence[str] = ()
) -> dict[str, int]:
    """The rules that say something of a Dockerfile, and the lines."""
    (folder / "Dockerfile").write_text(text)
    return {each.rule: each.line for each in findings(folder / "Dockerfile", Build(arguments or {}, later))}


def test_a_sound_dockerfile_has_no_findings(tmp_path: Path):
    assert found(tmp_path, SOUND) == {}


@pytest.mark.parametrize(
    ("text", "rule", "line"),
    [
        (SOUND.replace("USER 10001\n", ""), "dockerfile-user", 3),
        (SOUND.replace("USER 10001", "USER root"), "dockerfile-user", 2),
        (SOUND.replace('CMD ["/serve"]', "ENTRYPOINT /serve"), "dockerfile-exec-form", 4),
        (SOUND.replace('HEALTHCHECK CMD ["/check"]\n', ""), "dockerfile-healthcheck", 3),
        (f"{SOUND}ADD https://example.com/tool /tool\n", "dockerfile-add-url", 5),
        (f"{SOUND}ARG API_TOKEN\n", "dockerfile-secrets", 5),
        (f"{SOUND}ENV DB_PASSWORD=hunter2\n", "dockerfile-secrets", 5),
        (SOUND.replace(f"@sha256:{'0' * 64}", ":3.11"), "dockerfile-base-digest", 1),
        (SOUND.replace(f"@sha256:{'0' * 64}", ":latest"), "dockerfile-base-tag", 1),
    ],
)
def test_what_is_wrong_is_found_at_its_line(tmp_path: Path, text: str, rule: str, line: int):
    assert found(tmp_path, text)[rule] == line


def test_a_base_that_is_known_only_when_the_build_begins_is_not_judged(tmp_path: Path):
    text = f"ARG BASE=docker.io/library/python\n{SOUND.replace(SOUND.splitlines()[0], 'FROM $BASE')}"
    assert set(found(tmp_path, text)) == {"dockerfile-base-digest", "dockerfile-base-tag"}
    assert found(tmp_path, text, later=["BASE"]) == {}
    assert found(tmp_path, text, arguments={"BASE": f"docker.io/library/python@sha256:{'0' * 64}"}) == {}


def test_the_images_that_a_build_begins_from_are_named_as_far_as_they_are_known(tmp_path: Path):
    (tmp_path / "Dockerfile").write_text("ARG B=b:1\nFROM a:1 AS x\nFROM $B\nFROM x\nFROM scratch\n")
    assert bases(tmp_path / "Dockerfile", Build({})) == ["a:1", "b:1"]
    assert bases(tmp_path / "Dockerfile", Build({}, ["B"])) == ["a:1"]


def test_a_base_that_is_locked_counts_by_its_digest(tmp_path: Path):
    (tmp_path / "Dockerfile").write_text(f"ARG BASE=a:1\n{SOUND.replace(SOUND.splitlines()[0], 'FROM $BASE')}")
    pinned = f"a:1@sha256:{'0' * 64}"
    build = Build({}, pins={"a:1": pinned})
    assert bases(tmp_path / "Dockerfile", build) == [pinned]
    assert findings(tmp_path / "Dockerfile", build) == []


@pytest.mark.parametrize("text", [None, "INSTALL x\n"])
def test_what_is_no_dockerfile_is_told_by_name(tmp_path: Path, text: str | None):
    if text:
        (tmp_path / "Dockerfile").write_text(text)
    with pytest.raises(RefusedError, match="Dockerfile cannot be read"):
        findings(tmp_path / "Dockerfile", Build({}))


def test_hadolints_report_is_read_with_its_page_for_each_rule():
    report: list[dict[str, str | int]] = [
        {"code": "DL3008", "line": 3, "column": 1, "file": "-", "level": "warning", "message": "Pin\nversions"},
        {"code": "SC2086", "line": 4, "column": 1, "file": "-", "level": "info", "message": "Double quote"},
    ]
    made = list(parsed(report))
    assert [(each.line, each.rule, each.severity, each.message) for each in made] == [
        (3, "DL3008", "medium", "Pin versions"),
        (4, "SC2086", "low", "Double quote"),
    ]
    assert [each.fix for each in made] == [
        "see https://github.com/hadolint/hadolint/wiki/DL3008",
        "see https://www.shellcheck.net/wiki/SC2086",
    ]


@pytest.mark.parametrize(
    ("fail_on", "ignore", "place"),
    [(["medium"], [], "refused"), (["high"], [], "passed"), (["medium"], ["DL3008"], "ignored")],
)
def test_a_finding_stops_the_build_by_its_severity_unless_somebody_said_why_not(
    fail_on: list[str], ignore: list[str], place: str
):
    made = judged([BAD], fail_on, ignore)
    assert getattr(made, place) == [BAD]
    assert made.counts() == {"medium": 1}


def test_a_refusal_names_file_line_rule_and_fix_and_gives_what_to_write():
    message, mend = told("images/x/Dockerfile", judged([BAD], ["medium"], []), ["medium"])
    assert "images/x/Dockerfile:3  DL3008  medium  Pin versions in apt get install\n    see the page" in message
    block = yaml.safe_load(mend.partition("in the stack file:\n")[2])
    (ignore,) = block["slipway:supplyChain"]["lint"]["ignore"]
    assert ignore["rule"] == "DL3008"
    assert ignore.keys() == {"rule", "reason"}


def test_the_step_gives_counts_and_what_was_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("provider.lint.PROJECT", tmp_path)
    (tmp_path / "Dockerfile").write_text(SOUND.replace("USER 10001", "USER root"))
    told: dict[str, Any] = {"dockerfile": "Dockerfile", "arguments": {}, "later": [], "target": None}
    made = lint({**told, "failOn": ["high"], "ignore": ["dockerfile-user"]})
    assert made["findings"] == {"high": 1}
    assert made["ignored"] == ["dockerfile-user in Dockerfile:2"]
    with pytest.raises(RefusedError, match="Dockerfile is not built from: 1 finding is"):
        lint({**told, "failOn": ["high"], "ignore": []})
