"""What the image runs on is what its tests run on."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[4]


def _versions(lock: Path) -> dict[str, str]:
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    return {each["name"]: each["version"] for each in packages if "version" in each}


def test_the_tests_run_on_the_versions_of_the_image() -> None:
    image, tests = _versions(ROOT / "images" / "python-api" / "uv.lock"), _versions(ROOT / "uv.lock")
    del image["python-api"]
    assert {name: tests.get(name) for name in image} == image
