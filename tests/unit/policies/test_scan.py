"""Scans of many files: on all cores, in order, whatever else lies among them."""

import json
import subprocess
import sys
from pathlib import Path

import yaml

from tests.unit.policies.objects import bad_pod_spec, deployment, good_pod_spec

ROOT = Path(__file__).parents[3]


def scan(*arguments: str, stdin: bytes = b"") -> tuple[int, bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "policies", "scan", *arguments], cwd=ROOT, input=stdin, capture_output=True
    )
    assert done.stderr == b""
    return done.returncode, done.stdout


def test_many_files_are_reported_in_their_order(tmp_path: Path) -> None:
    bad, good = (yaml.safe_dump(deployment(spec())) for spec in (bad_pod_spec, good_pod_spec))
    for number in range(100):
        (tmp_path / f"{number:03}.yaml").write_text(bad if number % 10 == 0 else good)
    (tmp_path / "055.yaml").write_text("a: [")
    (tmp_path / "loop").symlink_to(tmp_path)
    code, out = scan(str(tmp_path), "--rule", "image-tag", "--format", "json")
    report = json.loads(out)
    assert code == 2
    files = [Path(finding["file"]).name for finding in report["findings"]]
    assert files == sorted(files)
    assert sorted(set(files)) == [f"{number:03}.yaml" for number in range(0, 100, 10)]
    assert report["summary"]["objects"] == 99
    assert [Path(each["file"]).name for each in report["summary"]["unreadable"]] == ["055.yaml"]


def test_standard_input_is_scanned() -> None:
    code, out = scan("-", "--rule", "image-tag", stdin=yaml.safe_dump(deployment(bad_pod_spec())).encode())
    assert code == 1
    assert out.startswith(b"-[0] mandatory image-tag")


def test_a_report_goes_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("{}")
    code, out = scan(str(tmp_path / "a.yaml"), "--format", "sarif", "--output", str(tmp_path / "out.sarif"))
    assert (code, out) == (0, b"")
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"


def test_a_profile_is_all_that_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, image: a}]}"
    )
    assert scan(str(tmp_path), "--profile", "baseline")[0] == 0
    code, out = scan(str(tmp_path), "--profile", "restricted", "--format", "json")
    assert code == 1
    assert {finding["rule"] for finding in json.loads(out)["findings"]} == {
        "allow-privilege-escalation", "run-as-non-root", "seccomp-required", "capabilities-restricted",
    }  # fmt: skip
