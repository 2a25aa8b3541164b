"""Reading the running stack's configuration."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.configuration import Refused, base_pins, ca_bundle, read_settings, stored_secrets
from components.provider import kubernetes_provider
from components.spec.target import KubernetesTarget
from tests.unit.components import given
from tests.unit.components.recorder import record


def under(values: dict[str, Any], program: Callable[[], Any], *, secret: list[str] | None = None) -> Any:
    """What a program returns under a configuration."""
    results: list[Any] = []

    def configured() -> None:
        texts = {f"slipway:{key}": text if isinstance(text, str) else json.dumps(text) for key, text in values.items()}
        pulumi.runtime.set_all_config(texts, [f"slipway:{key}" for key in secret or []])
        results.append(program())

    record(configured)
    return results[0]


def test_settings_are_what_the_engine_passes(tmp_path: Path):
    settings, _ = under(given.written(), lambda: read_settings(tmp_path, "demo"))

    assert settings.environment.namespace == "demo"


def test_problems_have_the_lines_of_the_stack_file(tmp_path: Path):
    (tmp_path / "Pulumi.demo.yaml").write_text("config:\n  slipway:registry:\n    address: UPPER/\n", encoding="utf-8")

    with pytest.raises(Refused, match=r"Pulumi\.demo\.yaml:3  slipway:registry\.address"):
        under(given.written(registry={"address": "UPPER/"}), lambda: read_settings(tmp_path, "demo"))


def test_a_value_that_is_no_structure_is_told_like_any_other(tmp_path: Path):
    with pytest.raises(Refused, match="found:   'three of them'"):
        under(given.written(workloads="three of them"), lambda: read_settings(tmp_path, "demo"))


def test_a_stored_secret_stays_a_secret(tmp_path: Path):
    values = given.written(secrets={"token": {"fromConfig": {"key": "token"}}}, token="canary")

    def program() -> dict[str, pulumi.Output[str]]:
        settings, _ = read_settings(tmp_path, "demo")
        return stored_secrets(settings)

    stored = under(values, program, secret=["token"])

    assert set(stored) == {"token"}


def test_a_secret_in_plain_text_is_refused_without_showing_it(tmp_path: Path):
    values = given.written(secrets={"token": {"fromConfig": {"key": "token"}}}, token="canary")

    with pytest.raises(Refused, match="plain text") as caught:
        under(values, lambda: read_settings(tmp_path, "demo"))

    assert "canary" not in str(caught.value)


def test_an_encrypted_description_is_refused(tmp_path: Path):
    with pytest.raises(Refused, match="an encrypted value"):
        under(given.written(), lambda: read_settings(tmp_path, "demo"), secret=["workloads"])


def test_the_machines_certificates_are_found_by_the_usual_variable(tmp_path: Path):
    bundle = tmp_path / "ca.pem"
    bundle.write_text("certificates", encoding="utf-8")

    assert ca_bundle(given.settings(), {"SSL_CERT_FILE": str(bundle)}) == "certificates"


def test_a_machine_without_certificates_of_its_own_gives_none():
    assert ca_bundle(given.settings(), {}) is None


def test_certificates_can_be_left_out():
    settings = given.settings(registry={"address": "registry.example.com", "builder": {"caBundle": "none"}})

    assert ca_bundle(settings, {"SSL_CERT_FILE": "/no/such/file"}) is None


def test_a_file_of_certificates_that_is_named_and_missing_is_refused():
    settings = given.settings(registry={"address": "registry.example.com", "builder": {"caBundle": "/no/such/file"}})

    with pytest.raises(Refused, match="/no/such/file"):
        ca_bundle(settings, {})


@pytest.mark.parametrize("label", ["PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "OPENSSH PRIVATE KEY"])
@pytest.mark.parametrize("setting", ["host", "none of its own"])
def test_a_file_of_certificates_that_holds_a_key_is_refused_without_showing_it(
    tmp_path: Path, label: str, setting: str
):
    bundle = tmp_path / "ca.pem"
    blocks = [f"-----BEGIN {each}-----\ncanary\n-----END {each}-----\n" for each in ("CERTIFICATE", label)]
    bundle.write_text("".join(blocks), encoding="utf-8")
    named = "host" if setting == "host" else str(bundle)
    settings = given.settings(registry={"address": "registry.example.com", "builder": {"caBundle": named}})

    with pytest.raises(Refused, match=label.lower()) as refused:
        ca_bundle(settings, {"SSL_CERT_FILE": str(bundle)})

    assert str(bundle) in str(refused.value)
    assert "canary" not in str(refused.value)


def test_a_file_that_is_no_text_holds_no_certificates(tmp_path: Path):
    (tmp_path / "ca.p12").write_bytes(b"\x30\x82\xff")

    with pytest.raises(Refused, match="something else than text"):
        ca_bundle(given.settings(), {"SSL_CERT_FILE": str(tmp_path / "ca.p12")})


def test_certificates_with_words_between_them_are_taken(tmp_path: Path):
    text = "# the company's\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    (tmp_path / "ca.pem").write_text(text, encoding="utf-8")

    assert ca_bundle(given.settings(), {"SSL_CERT_FILE": str(tmp_path / "ca.pem")}) == text


def test_a_cluster_is_reached_by_its_context_and_takes_over_what_a_killed_run_left():
    target = KubernetesTarget.model_validate({"kind": "kubernetes", "context": "staging"})

    recording = record(lambda: kubernetes_provider(given.environment(), target))

    inputs = recording.named("target").inputs
    assert (inputs["context"], inputs["namespace"]) == ("staging", "demo")
    assert inputs["upsertExistingObjects"] == "true"


@pytest.mark.parametrize(
    ("builder", "driver", "pinned"),
    [
        ("slipway", "remote", False),
        ("slipway", "docker-container", True),
        ("slipway", None, True),
        ("ci", "remote", True),
    ],
)
def test_a_base_is_taken_by_its_digest_unless_the_builder_is_given_a_stand_in(
    tmp_path: Path, builder: str, driver: str | None, pinned: bool
):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "bases.lock").write_text(
        f"docker.io/library/python:3.11: {{digest: sha256:{'0' * 64}, standIn: Debian bookworm}}\n"
    )
    if driver:
        (tmp_path / "instances").mkdir()
        (tmp_path / "instances" / builder).write_text(json.dumps({"Driver": driver}))
    settings = given.settings(registry={"address": "registry.example.com", "builder": {"name": builder}})

    found = base_pins(settings, tmp_path, {"BUILDX_CONFIG": str(tmp_path)})

    assert list(found) == (["docker.io/library/python:3.11"] if pinned else [])


def test_a_malformed_lock_of_bases_is_refused(tmp_path: Path):
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "bases.lock").write_text("- a\n")

    with pytest.raises(Refused, match="slipway bases refresh"):
        base_pins(given.settings(), tmp_path, {})
