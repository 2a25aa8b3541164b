"""What cosign is told of identities: all that their Sigstore has is demanded, and a token is never an argument."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from toolchain.errors import ToolchainError
from toolchain.keyless import TOKEN_VARIABLE, Identity, KeylessSigner

ISSUER, WHO = "https://token.actions.githubusercontent.com", "https://github.com/acme/shop"
LOG: dict[str, Any] = {"tlogs": [{}]}
TIME: dict[str, Any] = {"timestampAuthorities": [{}]}
CERTIFICATES: dict[str, Any] = {"ctlogs": [{}]}


@pytest.mark.parametrize(
    ("root", "missing"),
    [
        (LOG | CERTIFICATES, set[str]()),
        (LOG | TIME | CERTIFICATES, set[str]()),
        (LOG, {"--insecure-ignore-sct=true"}),
        (TIME | CERTIFICATES, {"--insecure-ignore-tlog=true", "--use-signed-timestamps=true"}),
    ],
)
def test_only_what_a_sigstore_does_not_have_is_not_asked_for(tmp_path: Path, root: dict[str, Any], missing: set[str]):
    flags = Identity(ISSUER, WHO, False, json.dumps(root)).flags(tmp_path)
    assert {flag for flag in flags if "ignore" in flag or "timestamps" in flag} == missing
    assert json.loads((tmp_path / "trusted-root.json").read_text()) == root


def test_the_public_instance_is_asked_for_everything(tmp_path: Path):
    assert Identity(ISSUER, WHO, False, "").flags(tmp_path) == [
        f"--certificate-oidc-issuer={ISSUER}",
        f"--certificate-identity={WHO}",
    ]
    assert "--signing-config" not in " ".join(KeylessSigner({}, ISSUER, "").flags(tmp_path))


def test_an_expression_is_told_as_one(tmp_path: Path):
    assert "--certificate-identity-regexp=^(?:a)$" in Identity(ISSUER, "^(?:a)$", True, "").flags(tmp_path)


def test_the_services_are_told_in_a_file(tmp_path: Path):
    services = {"fulcio": "https://fulcio.example.com", "rekor": "https://rekor.example.com"}
    flags = KeylessSigner(services, ISSUER, json.dumps(LOG)).flags(tmp_path)
    (file,) = [flag.partition("=")[2] for flag in flags if flag.startswith("--signing-config=")]
    written = json.loads(Path(file).read_text())
    assert [written[part][0]["url"] for part in ("caUrls", "rekorTlogUrls", "oidcUrls")] == [*services.values(), ISSUER]
    assert "tsaUrls" not in written


def test_a_token_goes_through_the_environment_alone(tmp_path: Path):
    file = tmp_path / "token"
    file.write_text("header.claims.signature\n")
    signer = KeylessSigner({}, ISSUER, "", str(file))
    assert signer.environ == {TOKEN_VARIABLE: "header.claims.signature"}
    assert "claims" not in str(signer.flags(tmp_path))
    assert "claims" not in repr(signer)


def test_a_token_in_the_environment_is_handed_on(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(TOKEN_VARIABLE, "header.claims.signature")
    assert KeylessSigner({}, ISSUER, "").environ == {TOKEN_VARIABLE: "header.claims.signature"}


def test_a_missing_token_file_is_told(tmp_path: Path):
    with pytest.raises(ToolchainError, match=r"signing\.keyless\.tokenFile"):
        _ = KeylessSigner({}, ISSUER, "", str(tmp_path / "none")).environ
