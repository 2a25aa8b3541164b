"""`scan --fix` mends files in place, leaves the rest of them byte for byte, and says what it did."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from policies.__main__ import main
from policies.mendings import MENDINGS

FILES = sorted((Path(__file__).parent / "mend").iterdir())
Said = pytest.CaptureFixture[str]
RULES = [option for rule in MENDINGS for option in ("--rule", rule)]


def scan(*options: str) -> int:
    return main(["scan", *options, *RULES])


def copied(file: Path, folder: Path) -> Path:
    made = folder / file.name
    made.write_bytes(file.read_bytes())
    return made


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_mended_where_it_must_be(
    file: Path, tmp_path: Path, golden: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    # given
    made = copied(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    # when it is mended on paper
    assert scan(file.name, "--fix", "--dry-run") == 1
    # then the change is what was agreed on, and the file is as it was
    golden(f"{file.name}.diff", capsys.readouterr().out.replace("\r", "<CR>"))
    assert made.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_mended_twice_is_mended_once_and_nothing_that_can_be_mended_is_found(
    file: Path, tmp_path: Path, capsys: Said
) -> None:
    made = copied(file, tmp_path)
    assert scan(str(made), "--fix", "--format", "json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["findings"] == []
    assert report["summary"]["mended"]
    once = made.read_bytes()
    assert scan(str(made), "--fix", "--dry-run") == 0
    assert scan(str(made), "--fix") == 0
    assert made.read_bytes() == once


def test_a_report_says_what_was_mended_and_what_is_left(tmp_path: Path, capsys: Said) -> None:
    made = tmp_path / "pod.yaml"
    made.write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: a}]}\n")
    options = ["--rule", "run-as-non-root", "--rule", "memory-limit"]
    assert main(["scan", str(made), "--fix", *options]) == 1
    first, *_, mended, last = capsys.readouterr().out.splitlines()
    assert "mandatory memory-limit" in first
    assert mended == f"{made}[0] mended run-as-non-root: Pod p: spec.containers[0].securityContext.runAsNonRoot"
    assert "1 mandatory and 0 advisory findings, 1 mended" in last


def test_a_link_stays_a_link_and_a_files_mode_its_mode(tmp_path: Path) -> None:
    made = copied(FILES[0], tmp_path)
    made.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(made)
    before = made.read_bytes()
    scan(str(link), "--fix")
    assert link.is_symlink()
    assert made.read_bytes() != before
    assert stat.S_IMODE(made.stat().st_mode) == 0o640
    assert sorted(os.listdir(tmp_path)) == sorted([made.name, link.name])


def test_what_cannot_be_written_in_place_is_said_and_the_rest_is_mended(tmp_path: Path, capsys: Said) -> None:
    made = tmp_path / "a.yaml"
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers: [{name: a, image: a}]\n"
    shared = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: q}\nspec:\n  containers:\n"
        "  - &a\n    name: a\n    image: a\n    securityContext: {}\n  - <<: *a\n    name: b\n"
    )
    made.write_text(f"{pod}---\n{shared}")
    assert scan(str(made), "--fix") == 1
    assert f"{made}[1] is not mended: parts of it are merged from elsewhere" in capsys.readouterr().out
    assert made.read_text().endswith(shared)
    assert "runAsNonRoot" in made.read_text().split("---")[0]


def test_what_is_waived_is_not_mended(tmp_path: Path) -> None:
    made = tmp_path / "a.yaml"
    made.write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: a}]}\n")
    waiver = {"rule": "run-as-non-root", "reason": "r", "owner": "o", "expires": "9999-01-01"}
    config = tmp_path / "c.json"
    config.write_text(json.dumps({"workloads": {"waivers": [waiver]}}))
    before = made.read_bytes()
    assert main(["scan", str(made), "--fix", "--rule", "run-as-non-root", "--config", str(config)]) == 0
    assert made.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b'{"version": 3, "deployment": {"resources": []}}', "state.json"),
        (b"apiVersion: {{ .Values.v }}\n- kind: Pod\n", "template.yaml"),
        ("apiVersion: v1\nkind: Pod\nspec: {containers: [{name: ä, image: a}]}\n".encode("utf-16"), "wide.yaml"),
        (b"kind: [Pod\n", "broken.yaml"),
        (b"", "empty.yaml"),
    ],
)
def test_what_is_no_manifest_in_utf_8_stays_as_it_is(content: bytes, name: str, tmp_path: Path) -> None:
    made = tmp_path / name
    made.write_bytes(content)
    scan(str(made), "--fix")
    assert made.read_bytes() == content


@pytest.mark.parametrize(
    ("options", "problem"),
    [(["-", "--fix"], "standard input cannot be mended in place"), (["x.yaml", "--dry-run"], "goes with --fix")],
)
def test_a_misuse_is_said(options: list[str], problem: str, capsys: Said) -> None:
    assert scan(*options) == 2
    assert problem in capsys.readouterr().err
