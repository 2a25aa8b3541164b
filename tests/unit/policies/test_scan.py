"""Scans of many files: on all cores, in order, whatever else lies among them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.unit.policies.cases.join_objects import NAMESPACE, service, serving
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


_MEASURE = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
sys.stderr.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""


def test_hostile_files_are_named_the_others_scanned_and_memory_stays_bounded(tmp_path: Path) -> None:
    laughs = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))])
    hostile = {
        "binary.yaml": bytes(range(256)) * 1000,
        "deep.yaml": b"- " * 50_000,
        "laughs.yaml": laughs.encode(),
        "malformed.yaml": b"spec: [1",
        "open.json": b"[" * 50_000,
    }
    for name, content in hostile.items():
        (tmp_path / name).write_bytes(content)
    with (tmp_path / "large.yaml").open("wb") as large:
        large.truncate(50 * 2**20)
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "lost.yaml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "z.yaml").write_text(yaml.safe_dump(deployment(bad_pod_spec())))
    arguments = ["scan", str(tmp_path), "--rule", "image-tag", "--format", "json"]
    # A child counts what its parent had when it began: a small process begins the scan, not the one of all tests.
    measured = [sys.executable, "-c", _MEASURE, sys.executable, "-m", "policies", *arguments]
    with (tmp_path / "report").open("wb") as report:
        done = subprocess.run(measured, cwd=ROOT, stdout=report, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    said = json.loads((tmp_path / "report").read_bytes())
    unreadable = {Path(each["file"]).name: each["reason"] for each in said["summary"]["unreadable"]}
    assert set(unreadable) == {*hostile, "large.yaml", "lost.yaml"}
    assert unreadable["large.yaml"] == "larger than 20 MiB"
    assert {Path(finding["file"]).name for finding in said["findings"]} == {"z.yaml"}
    # Python and the rules take 30 MB, and a file is read up to 20.
    assert int(done.stderr) < 120 * 1024


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


def objects(folder: Path, *bodies: Any, name: str = "all.yaml") -> None:
    (folder / name).write_text(yaml.safe_dump_all(bodies))


def findings(*arguments: str) -> list[Any]:
    return json.loads(scan(*arguments, "--format", "json")[1])["findings"]


def test_objects_in_many_files_are_joined_whoever_has_read_them(tmp_path: Path) -> None:
    for number in range(60):
        objects(tmp_path, service(f"s{number}", f"w{number}"), name=f"a{number:03}.yaml")
        objects(tmp_path, serving(f"w{number}"), name=f"b{number:03}.yaml")
    objects(tmp_path, service("lost", "nobody"), name="z.yaml")
    (found,) = findings(str(tmp_path), "--rule", "dangling-service")
    assert (Path(found["file"]).name, found["document"], found["name"], found["path"]) == (
        "z.yaml", 0, "lost", "spec.selector",
    )  # fmt: skip


def test_beside_a_file_that_cannot_be_read_nothing_is_claimed_to_be_missing(tmp_path: Path) -> None:
    objects(tmp_path, NAMESPACE, service())
    assert len(findings(str(tmp_path), "--rule", "dangling-service")) == 1
    (tmp_path / "broken.yaml").write_text("a: [")
    assert findings(str(tmp_path), "--rule", "dangling-service") == []


def test_a_joins_finding_may_be_waived_and_known(tmp_path: Path) -> None:
    waiver = json.dumps({"reason": "r", "owner": "o", "expires": "9999-12-31"})
    body = service()
    body["metadata"]["annotations"] = {"waive.slipway.dev/dangling-service": waiver}
    objects(tmp_path, NAMESPACE, body)
    (found,) = findings(str(tmp_path), "--rule", "dangling-service")
    assert found["waived"]["owner"] == "o"
    objects(tmp_path, NAMESPACE, service())
    baseline = str(tmp_path / "baseline.txt")
    scan(str(tmp_path), "--rule", "dangling-service", "--write-baseline", baseline)
    assert findings(str(tmp_path), "--rule", "dangling-service", "--baseline", baseline) == []


def test_the_stacks_part_of_a_configuration_counts_in_a_scan(tmp_path: Path) -> None:
    objects(tmp_path, service())
    config = tmp_path / "config.txt"
    config.write_text(json.dumps({"stack": {"enforcementLevel": "advisory", "wholeSet": "yes"}}))
    (found,) = findings(str(tmp_path), "--rule", "dangling-service", "--config", str(config))
    assert found["enforcement"] == "advisory"


def test_dockerfiles_in_a_folder_are_read_by_their_names(tmp_path: Path) -> None:
    for name in ("Dockerfile", "gpu.Dockerfile", "Dockerfile.gpu", "Containerfile", "sub/Dockerfile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("FROM a:1\n")
    for name in ("Dockerfile.yaml", "Dockerfile.dockerignore", "mydockerfile", "notes.md"):
        (tmp_path / name).write_text("{}")
    found = findings(str(tmp_path), "--rule", "dockerfile-user")
    assert sorted(str(Path(each["file"]).relative_to(tmp_path)) for each in found) == [
        "Containerfile", "Dockerfile", "Dockerfile.gpu", "gpu.Dockerfile", "sub/Dockerfile",
    ]  # fmt: skip
    (tmp_path / "Dockerfile").write_text("hello\n")
    code, out = scan(str(tmp_path / "Dockerfile"), "--rule", "dockerfile-user")
    assert (code, b"this is no Dockerfile: line 1 begins with no instruction" in out) == (2, True)


def test_a_dockerfiles_fingerprint_does_not_know_its_lines(tmp_path: Path) -> None:
    file, baseline = tmp_path / "Dockerfile", str(tmp_path / "baseline.json")
    file.write_text("FROM a:1\nRUN sudo b\n")
    scan(str(file), "--rule", "dockerfile-sudo", "--write-baseline", baseline)
    file.write_text("# moved\n\nFROM a:1\nRUN sudo b\n")
    assert findings(str(file), "--rule", "dockerfile-sudo", "--baseline", baseline) == []


def state(*resources: Any) -> str:
    return json.dumps({"version": 3, "deployment": {"resources": list(resources)}})


def resource(type_: str, inputs: Any, **options: Any) -> Any:
    return {"type": type_, "urn": f"urn:pulumi:dev::probe::{type_}::it", "inputs": inputs, **options}


def test_a_state_is_asked_about_its_resources_their_secrets_and_options(tmp_path: Path) -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}
    (tmp_path / "state.json").write_text(
        state(
            resource("aws:rds/instance:Instance", {"password": "canary"}),
            resource("aws:rds/instance:Instance", {"password": secret}, protect=True),
            resource("kubernetes:apps/v1:Deployment", {}, ignoreChanges=["spec.template"]),
            resource("docker:index/container:Container", {"image": "a", "privileged": True}),
            resource("docker-build:index:Image", {"dockerfile": {"inline": "FROM a:1"}}),
        )
    )
    rules = ("plain-credential", "protected-state", "ignored-security", "privileged", "dockerfile-user")
    found = findings(str(tmp_path), *(part for rule in rules for part in ("--rule", rule)))
    assert [(each["document"], each["rule"], each["path"]) for each in found] == [
        (0, "plain-credential", "inputs"),
        (0, "protected-state", "options.protect"),
        (2, "ignored-security", "options.ignoreChanges[0]"),
        (3, "privileged", "privileged"),
        (4, "dockerfile-user", "dockerfile.inline.user.name"),
    ]
    assert "canary" not in json.dumps(found)


def test_a_preview_leaves_out_what_stays_so_that_nothing_is_claimed_to_be_missing(tmp_path: Path) -> None:
    resources = [resource("kubernetes:core/v1:Namespace", NAMESPACE), resource("kubernetes:core/v1:Service", service())]
    (tmp_path / "a.json").write_text(state(*resources))
    assert len(findings(str(tmp_path), "--rule", "dangling-service")) == 1
    (tmp_path / "a.json").write_text(json.dumps({"steps": [{"op": "create", "newState": each} for each in resources]}))
    assert findings(str(tmp_path), "--rule", "dangling-service") == []
