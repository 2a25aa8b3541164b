"""Rules over Dockerfiles: whose Dockerfile it is. `cases.dockerfile` has what passes, what does not, and what waits."""

from pathlib import Path

from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.objects import Json

BUILD = "docker-build:index:Image"


def built(text: str | None, **inputs: object) -> list[str]:
    config: Json = {"workloads": {"enforcementLevel": "mandatory", "tier": "dev"}}
    dockerfile = {"inline": text} if text is not None else {}
    said = Analyzer(config).analyze(BUILD, {"dockerfile": dockerfile, **inputs}, "web")
    return [d.message.split("\n")[1] for d in said]


def test_the_dockerfile_of_an_image_resource_is_asked_with_its_arguments() -> None:
    text = "ARG BASE\nFROM $BASE\nUSER app"
    assert built(text, buildArgs={"BASE": "python:3.12"}) == []
    (found,) = built(text, buildArgs={"BASE": "python"})
    assert found.startswith(f"dockerfile-base-tag (medium): {BUILD} web: dockerfile.inline.lines[2].image must have")
    (waiting,) = built(text)
    assert "dockerfile-base-tag" in waiting
    assert waiting.startswith("not checked yet")


def test_a_target_of_the_resource_counts() -> None:
    text = "FROM a:1 AS one\nUSER app\nFROM a:1 AS two\n"
    assert built(text, target="one") == []
    assert len(built(text)) == 1


def test_a_dockerfile_that_is_not_here_is_not_taken_for_a_good_one(tmp_path: Path) -> None:
    (found,) = built(None, dockerfile={"location": str(tmp_path / "Dockerfile")})
    assert found.startswith("not checked yet")
    (tmp_path / "Dockerfile").write_text("FROM a:1\nUSER root\n")
    (found,) = built(None, dockerfile={"location": str(tmp_path / "Dockerfile")})
    assert found.startswith("dockerfile-user")
    (found,) = built(None, dockerfile={}, context={"location": str(tmp_path)})
    assert found.startswith("dockerfile-user")
    (tmp_path / "Dockerfile").write_bytes(b"\xff\xfe\x00")
    (found,) = built(None, dockerfile={}, context={"location": str(tmp_path)})
    assert found.startswith("not checked yet")


def test_the_older_image_resource_is_asked_too(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("ARG A\nFROM $A\nUSER root\n")
    build = {"context": str(tmp_path), "args": {"A": "a:1"}}
    said = Analyzer({"workloads": {"enforcementLevel": "mandatory", "tier": "dev"}}).analyze(
        "docker:index/image:Image", {"imageName": "x", "build": build}
    )
    assert [d.message.split("\n")[1].split(" ")[0] for d in said] == ["dockerfile-user"]
