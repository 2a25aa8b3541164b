"""From a description to a verified image, for each of the three sources."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.images import verified_image
from components.spec.image import Image
from tests.unit.components.declared import a_registry
from tests.unit.components.recorder import DIGEST, UNKNOWN, Recording, opened, record

EXTERNAL = {"external": {"reference": f"docker.io/library/redis@{DIGEST}", "reason": "official image, reviewed"}}


def declared(
    image: dict[str, Any],
    *,
    preview: bool = False,
    promotions: dict[tuple[str, str], str] | None = None,
    stored: dict[str, pulumi.Input[str]] | None = None,
) -> Recording:
    spec = Image.model_validate(image)
    return record(
        lambda: verified_image("api", spec, a_registry(), "dev", promotions or {}, stored or {}), preview=preview
    )


def test_a_built_image_is_verified_by_its_folder():
    assert declared({"build": {"folder": "images/api"}}).one("VerifiedImage").outputs == {
        "name": "api",
        "source": "build",
        "reference": f"registry.example.com/slipway/api@{DIGEST}",
        "evidence": {"folder": "images/api"},
    }


def test_a_promoted_image_is_the_recorded_digest_in_the_stacks_own_registry():
    recording = declared({"promote": {"from": "staging"}}, promotions={("staging", "api"): DIGEST})

    assert recording.of_type("Image") == []
    assert recording.one("VerifiedImage").outputs == {
        "name": "api",
        "source": "promote",
        "reference": f"registry.example.com/slipway/api@{DIGEST}",
        "evidence": {"promotedFrom": "staging"},
    }


def test_a_promoted_image_may_have_another_name_than_the_workload():
    image = {"promote": {"from": "staging", "name": "python-api"}}

    outputs = declared(image, promotions={("staging", "python-api"): DIGEST}).one("VerifiedImage").outputs

    assert outputs
    assert outputs["reference"] == f"registry.example.com/slipway/python-api@{DIGEST}"


def test_a_promotion_without_a_record_is_unknown_in_a_preview():
    outputs = declared({"promote": {"from": "staging"}}, preview=True).one("VerifiedImage").outputs

    assert outputs
    assert outputs["reference"] == UNKNOWN


def test_an_external_image_is_verified_by_a_reason():
    outputs = declared(EXTERNAL).one("VerifiedImage").outputs

    assert outputs
    assert outputs["reference"] == f"docker.io/library/redis@{DIGEST}"
    assert outputs["evidence"] == {"reason": "official image, reviewed"}


def with_secret(source: dict[str, str]) -> dict[str, Any]:
    return {"build": {"folder": "images/api", "secrets": {"pip-token": source}}}


def test_a_build_secret_may_come_from_the_stack():
    recording = declared(with_secret({"secret": "pip"}), stored={"pip": "canary"})

    assert opened(recording.one("Image").inputs["secrets"]) == {"pip-token": "canary"}


def test_a_build_secret_may_come_from_an_environment_variable(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_TOKEN", "canary")

    recording = declared(with_secret({"env": "PIP_TOKEN"}))

    assert opened(recording.one("Image").inputs["secrets"]) == {"pip-token": "canary"}


def test_a_build_secret_may_come_from_a_file(tmp_path: Path):
    (tmp_path / "token").write_text("canary", encoding="utf-8")

    recording = declared(with_secret({"file": str(tmp_path / "token")}))

    assert opened(recording.one("Image").inputs["secrets"]) == {"pip-token": "canary"}


@pytest.mark.parametrize("source", [{"env": "NO_SUCH_VARIABLE"}, {"file": "/no/such/file"}])
def test_a_build_secret_that_is_not_there_is_told_by_its_place(source: dict[str, str]):
    (place,) = source.values()

    with pytest.raises(pulumi.RunError, match=place):
        declared(with_secret(source))
