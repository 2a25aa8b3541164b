"""What the images run on is what their tests run on."""

import tomllib
from pathlib import Path

import pytest

from cli.bases import named
from components.spec.base_lock import read_base_lock

ROOT = Path(__file__).parents[3]

APART = {"model-serving": {"protobuf"}}
"""What an image has in another version than the tests: Pulumi's SDK wants an older one, and no code here uses it."""


def _versions(lock: Path) -> dict[str, str]:
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    return {each["name"]: each["version"] for each in packages if "version" in each}


def _without_gpu(versions: dict[str, str]) -> dict[str, str]:
    """Without what only the CUDA variant brings."""
    gpu = {name for name in versions if name.startswith("nvidia-") or name.endswith("-gpu")}
    return {name: version for name, version in versions.items() if name not in gpu}


@pytest.mark.parametrize("image", ["python-api", "model-serving", "vector-service"])
def test_the_tests_run_on_the_versions_of_the_image(image: str) -> None:
    versions, tests = _without_gpu(_versions(ROOT / "images" / image / "uv.lock")), _versions(ROOT / "uv.lock")
    for name in (image, *APART.get(image, ())):
        del versions[name]
    assert {name: tests.get(name) for name in versions} == versions


def test_images_are_built_by_one_version_of_uv() -> None:
    files = [ROOT / "images" / image / "build-requirements.txt" for image in ("python-api", "python-base")]
    assert len({file.read_text(encoding="utf-8") for file in files}) == 1


def test_every_base_of_a_dockerfile_is_in_the_lock_and_nothing_else() -> None:
    assert sorted(read_base_lock(ROOT)) == named(ROOT)
