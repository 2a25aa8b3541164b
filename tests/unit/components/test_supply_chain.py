"""The steps of an image: in order, each given the image by the one before it, and nothing runs before the last."""

from __future__ import annotations

import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from components.configuration import Refused
from components.spec.settings import Settings
from components.spec.tiers import complete
from components.supply_chain import rules
from tests.unit.components import given
from tests.unit.components.program import KEYRING, run
from tests.unit.components.recorder import DIGEST, Recording

TODAY = datetime.date(2026, 11, 22)
STEPS = ["Lint", "ImageTest", "Sbom", "Scan", "Signature", "Provenance"]


def made_keyring(_: str) -> Path:
    return KEYRING


def no_keyring(_: str) -> Path:
    return KEYRING.with_name("none.yaml")


def steps(recording: Recording) -> list[str]:
    return [each.type.rpartition(":")[2] for each in recording.resources if each.type.startswith("supplychain:")]


def settings(**chain: Any) -> Settings:
    return Settings.model_validate(complete(given.written(supplyChain=chain)), by_alias=True, by_name=False)


def test_an_image_that_is_built_goes_through_every_step(monkeypatch: pytest.MonkeyPatch):
    assert steps(run(monkeypatch, "dev", preview=False)) == STEPS


def test_a_step_is_given_the_image_and_its_registry(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=False)
    for each in STEPS[1:]:
        inputs = recording.one(each).inputs
        assert inputs["reference"].endswith(f"/slipway/python-api@{DIGEST}")
        assert inputs["insecure"] is True


def test_each_step_waits_for_the_one_before_it(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=False)
    order = [recording.one(each) for each in (*STEPS[:1], "Image", *STEPS[1:])]
    for before, after in pairwise(order):
        assert before.urn in after.dependencies


def test_no_pod_changes_before_every_step_is_done(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=False)
    assert {recording.one(each).urn for each in STEPS} <= set(recording.one("Deployment").dependencies)


def test_a_verified_image_carries_what_the_steps_found(monkeypatch: pytest.MonkeyPatch):
    outputs = run(monkeypatch, "dev", preview=False).one("VerifiedImage").outputs
    assert outputs
    assert outputs["evidence"] == {
        "folder": "images/python-api",
        "lint": "no findings",
        "test": "200",
        "sbom": DIGEST,
        "scan": "1 low",
        "signedBy": "0123456789abcdef",
        "provenance": DIGEST,
    }


def test_a_stack_without_a_supply_chain_declares_no_step(monkeypatch: pytest.MonkeyPatch):
    assert steps(run(monkeypatch, "dev", preview=False, supplyChain=None)) == []


@pytest.mark.parametrize(
    ("off", "left"),
    [
        ({"test": False}, ["Lint", "Sbom", "Scan", "Signature", "Provenance"]),
        ({"sign": False}, ["Lint", "ImageTest", "Sbom", "Scan", "Provenance"]),
        ({"sign": False, "provenance": False}, ["Lint", "ImageTest", "Sbom", "Scan"]),
    ],
)
def test_a_step_can_be_left_out(monkeypatch: pytest.MonkeyPatch, off: dict[str, bool], left: list[str]):
    assert steps(run(monkeypatch, "dev", preview=False, supplyChain=off)) == left


def test_a_base_goes_through_the_steps_but_the_test(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=False, bases={"base": {"folder": "images/python-api"}})
    assert [each.name for each in recording.resources if each.name.startswith("base-")] == [
        "base-lint",
        "base-sbom",
        "base-scan",
        "base-signature",
        "base-provenance",
    ]


def test_somebody_elses_image_is_scanned_and_nothing_is_attached_to_it(monkeypatch: pytest.MonkeyPatch):
    reference = f"docker.io/library/redis@{DIGEST}"
    image = {"external": {"reference": reference, "reason": "official, reviewed"}}
    recording = run(monkeypatch, "dev", preview=False, workloads={"redis": {"image": image, "port": 6379}})
    assert steps(recording) == ["ExternalScan"]
    inputs = recording.one("ExternalScan").inputs
    assert (inputs["reference"], inputs["insecure"], "sbom" in inputs) == (reference, False, False)


def test_an_image_is_signed_for_admission_only_where_that_is_wanted(monkeypatch: pytest.MonkeyPatch):
    assert "admission" not in run(monkeypatch, "dev", preview=False).one("Signature").inputs
    wanted = run(monkeypatch, "dev", preview=False, supplyChain={"admission": True})
    assert wanted.one("Signature").inputs["admission"] is True


IDENTITY = {"issuer": "https://ci.example.com", "identity": "https://ci.example.com/deliver"}


def test_an_image_is_signed_and_stated_about_as_whom_the_stack_names(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=False, supplyChain={"signing": {"keyless": IDENTITY}})
    named = {"issuer": IDENTITY["issuer"], "subject": IDENTITY["identity"], "expression": False, "trustedRoot": ""}
    for step in ("Signature", "Provenance"):
        inputs = recording.one(step).inputs
        assert inputs["keyless"] == {**named, "services": {}, "tokenFile": ""}
        assert "key" not in inputs


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
KEY = {"file": "/run/secrets/notary.key", "chain": "chain.pem"}


def test_the_key_of_a_certificate_is_named_and_never_read(tmp_path: Path):
    for name in ("authorities.pem", "chain.pem"):
        (tmp_path / name).write_text(CERTIFICATE)
    found = rules(
        settings(signing={"notation": {"certificates": "authorities.pem", "key": KEY}}), tmp_path, "dev", TODAY
    )
    assert found
    trust = {"name": "authorities.pem", "certificates": CERTIFICATE, "subject": ""}
    assert found.signer == {"notation": {**trust, "keyFile": KEY["file"], "chain": CERTIFICATE}}
    assert found.trusted("staging") == {"authorities.pem": trust}


@pytest.mark.parametrize(
    ("content", "key", "told"),
    [
        (CERTIFICATE, None, "no key, in a stack that builds images"),
        (CERTIFICATE + "-----BEGIN PRIVATE KEY-----\n", KEY, r"private key \(not shown\)"),
        (None, KEY, "No such file"),
    ],
)
def test_certificates_that_are_missing_or_more_than_that_are_refused(
    tmp_path: Path, content: str | None, key: dict[str, str] | None, told: str
):
    if content:
        (tmp_path / "authorities.pem").write_text(content)
    notation = {"certificates": "authorities.pem", **({"key": key} if key else {})}
    with pytest.raises(Refused, match=told):
        rules(settings(signing={"notation": notation}), tmp_path, "dev", TODAY)


def test_what_another_stack_ran_must_be_signed_by_the_identity(monkeypatch: pytest.MonkeyPatch):
    workloads = {"api": {"image": {"promote": {"from": "staging"}}, "port": 8000}}
    chain = {"signing": {"keyless": IDENTITY}}
    promotions = {("staging", "api"): DIGEST}
    recording = run(
        monkeypatch, "dev", preview=False, promotions=promotions, workloads=workloads, supplyChain=chain
    )  # fmt: skip
    inputs = recording.one("Verification").inputs
    assert list(inputs["trusted"]) == [IDENTITY["identity"]]
    assert inputs["source"] == "staging"


def test_somebody_elses_image_must_be_signed_by_whom_the_stack_names(monkeypatch: pytest.MonkeyPatch):
    external = {"reference": f"docker.io/library/redis@{DIGEST}", "reason": "official, reviewed", "signedBy": IDENTITY}
    workloads = {"redis": {"image": {"external": external}, "port": 6379}}
    recording = run(monkeypatch, "dev", preview=False, workloads=workloads)
    assert steps(recording) == ["ExternalVerification", "ExternalScan"]
    inputs = recording.one("ExternalVerification").inputs
    assert inputs["insecure"] is False
    assert "source" not in inputs


def test_nothing_of_a_private_key_is_declared(monkeypatch: pytest.MonkeyPatch):
    recording = run(monkeypatch, "dev", preview=False)
    assert "PRIVATE" not in str([each.inputs for each in recording.resources])


WAIVER = {"advisory": "GHSA-0000", "package": "h11", "reason": "only ours", "owner": "team-shop"}


@pytest.mark.parametrize(
    ("expires", "counts", "lapsed"),
    [("2026-11-23", 1, 0), ("2026-11-22", 1, 0), ("2026-11-21", 0, 1)],
)
def test_a_waiver_counts_up_to_its_last_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, expires: str, counts: int, lapsed: int
):
    monkeypatch.setattr("components.signing_keys.own_keyring_file", made_keyring)
    found = rules(settings(scan={"waivers": [WAIVER | {"expires": expires}]}), tmp_path, "dev", TODAY)
    assert found
    assert (len(found.scan["waivers"]), len(found.scan["lapsed"])) == (counts, lapsed)


def test_a_scan_is_done_again_when_an_advisory_is_added(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    # given
    monkeypatch.setattr("components.signing_keys.own_keyring_file", made_keyring)
    (tmp_path / "advisories" / "PyPI").mkdir(parents=True)
    before = rules(settings(), tmp_path, "dev", TODAY)
    # when
    (tmp_path / "advisories" / "PyPI" / "new.json").write_text('{"id": "new"}', encoding="utf-8")
    # then
    after = rules(settings(), tmp_path, "dev", TODAY)
    assert before
    assert after
    assert before.scan["advisoriesDigest"] != after.scan["advisoriesDigest"]


def test_a_stack_that_signs_without_a_key_is_told_how_to_make_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("components.signing_keys.own_keyring_file", no_keyring)
    with pytest.raises(Refused, match="slipway keys create dev"):
        rules(settings(), tmp_path, "dev", TODAY)


@pytest.mark.parametrize(("tier", "refuses"), [("dev", False), ("staging", True), ("prod", True)])
def test_what_no_source_covers_is_refused_where_users_are(tier: str, refuses: bool):
    written = given.written(supplyChain={})
    written["environment"] = {**written["environment"], "tier": tier}
    completed = complete(written)
    assert ("not-checked" in completed["supplyChain"]["scan"]["failOn"]) is refuses
