"""With a baseline a scan fails on what is new, and says what was mended."""

import json
from pathlib import Path

import pytest
import yaml

from policies.__main__ import main
from tests.unit.policies.objects import bad_pod_spec, deployment, good_pod_spec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "a.yaml").write_text(yaml.safe_dump(deployment(bad_pod_spec())))
    return tmp_path


def scan(folder: Path, *options: str) -> int:
    return main(["scan", str(folder / "m"), "--rule", "image-tag", *options])


def test_a_baseline_lets_pass_what_was_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(folder / "b.json")
    assert scan(folder, "--write-baseline", file) == 0
    assert scan(folder, "--baseline", file) == 0
    assert "0 mandatory and 0 advisory findings, 4 known before" in capsys.readouterr().out


def test_what_is_new_fails(folder: Path) -> None:
    scan(folder, "--write-baseline", str(folder / "b.json"))
    other = deployment(bad_pod_spec())
    other["metadata"]["name"] = "new"
    (folder / "m" / "b.yaml").write_text(yaml.safe_dump(other))
    assert scan(folder, "--baseline", str(folder / "b.json")) == 1


def test_what_was_mended_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan(folder, "--write-baseline", str(folder / "b.json"))
    (folder / "m" / "a.yaml").write_text(yaml.safe_dump(deployment(good_pod_spec())))
    assert scan(folder, "--baseline", str(folder / "b.json"), "--format", "json") == 0
    out = capsys.readouterr().out
    notes = json.loads(out[out.index("{\n") :])["summary"]["notes"]
    assert len(notes) == 4
    assert notes[0].startswith("mended, and still in the baseline: image-tag Deployment front/shop container")


def test_what_is_no_baseline_is_bad_input(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "b.json").write_text("[]")
    assert scan(folder, "--baseline", str(folder / "b.json")) == 2
    assert "this is no baseline" in capsys.readouterr().err
