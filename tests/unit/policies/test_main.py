"""`python -m policies` as a person or a pipeline uses it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.__main__ import main
from policies.catalogue import POD_RULES
from tests.unit.policies.objects import bad_pod_spec, deployment, good_pod_spec

ROOT = Path(__file__).parents[3]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "good.yaml").write_text(yaml.safe_dump(deployment(good_pod_spec())))
    (folder / "bad.yaml").write_text("---\n---\n" + yaml.safe_dump(deployment(bad_pod_spec())))
    return folder


def config(folder: Path, **workloads: Any) -> str:
    file = folder.parent / "config.json"
    file.write_text(json.dumps({"workloads": workloads}))
    return str(file)


def test_a_clean_scan_ends_with_0(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(files / "good.yaml"), "--profile", "restricted"]) == 0
    assert capsys.readouterr().out == "1 objects in 1 files: 0 mandatory and 0 advisory findings, 0 not read\n"


def test_mandatory_findings_end_with_1(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(files), "--rule", "image-tag"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        f'{files}/bad.yaml[1] mandatory image-tag (medium): Deployment front/shop, container "app": '
        "spec.template.spec.containers[0].image must"
    )
    assert lines[-1] == "2 objects in 2 files: 4 mandatory and 0 advisory findings, 0 not read"


def test_advisory_findings_end_with_0(files: Path) -> None:
    assert main(["scan", str(files), "--config", config(files, enforcementLevel="advisory")]) == 0


def test_a_rule_has_the_level_that_the_configuration_gives_it(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    levels = {**dict.fromkeys(POD_RULES, "disabled"), "cpu-limit": "advisory", "image-tag": "mandatory"}
    assert main(["scan", str(files), "--config", config(files, rules=levels)]) == 1
    assert "4 mandatory and 3 advisory" in capsys.readouterr().out


def test_the_json_report_has_every_field(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(files), "--format", "json", "--rule", "memory-limit"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["tool"], report["version"]) == ("slipway-policies", "0.1.0")
    assert report["summary"] == {
        "files": 2, "documents": 3, "objects": 2, "mandatory": 3, "advisory": 0, "unknown": 0, "waived": 0,
        "known": 0, "mended": [], "unreadable": [], "notes": [],
    }  # fmt: skip
    first = report["findings"][0]
    assert first.pop("message").startswith('Deployment front/shop, container "app": ')
    assert first.pop("fix") == POD_RULES["memory-limit"].about.snippet
    assert first == {
        "rule": "memory-limit",
        "severity": "high",
        "enforcement": "mandatory",
        "verdict": "violation",
        "file": f"{files}/bad.yaml",
        "document": 1,
        "kind": "Deployment",
        "namespace": "front",
        "name": "shop",
        "container": "app",
        "path": "spec.template.spec.containers[0].resources.limits.memory",
        "waived": None,
    }


def test_a_version_on_the_command_line_counts(files: Path) -> None:
    spec = {**bad_pod_spec(), "hostUsers": False}
    (files / "bad.yaml").write_text(yaml.safe_dump(deployment(spec)))
    arguments = ["scan", str(files), "--rule", "run-as-user-zero", "--kubernetes-version"]
    assert (main([*arguments, "1.34"]), main([*arguments, "1.35"])) == (1, 0)


def test_bad_input_ends_with_2_and_the_rest_is_still_scanned(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "a.yaml").write_text("a: [")
    assert main(["scan", str(files), "--rule", "image-tag"]) == 2
    out = capsys.readouterr().out
    assert f"{files}/a.yaml: not read: no YAML, line 2" in out
    assert "4 mandatory" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--rule", "nope"], "there is no rule nope; there are"),
        (["--kubernetes-version", "2.0"], "kubernetesVersion is '2.0'; it must be one of 1.25"),
        (["--config", "/nowhere.json"], "/nowhere.json"),
    ],
)
def test_a_wrong_option_ends_with_2_and_says_what_is_allowed(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert main(["scan", str(files), *arguments]) == 2
    assert message in capsys.readouterr().err


def test_a_wrong_configuration_ends_with_2(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", str(files), "--config", config(files, typo=1)]) == 2
    assert "workloads.typo is not known" in capsys.readouterr().err


def test_check_reads_configuration_files(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shipped = sorted(map(str, (ROOT / "policies" / "config").glob("*.json")))
    assert main(["check", *shipped]) == 0
    assert main(["check", config(files, typo=1)]) == 1
    assert "workloads.typo is not known" in capsys.readouterr().out
    (files / "no.json").write_text("{")
    assert main(["check", str(files / "no.json")]) == 2


def test_a_copied_folder_works_by_itself_and_needs_no_sdk(tmp_path: Path, files: Path) -> None:
    shutil.copytree(ROOT / "policies", tmp_path / "policies", ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "import sys; from policies.__main__ import main; code = main(sys.argv[1:]); "
        "sys.exit(9 if any(m.split('.')[0].startswith('pulumi') for m in sys.modules) else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "scan", str(files), "--rule", "image-tag"], cwd=tmp_path, capture_output=True
    )
    assert (done.returncode, done.stderr) == (1, b"")
