"""Who signs, and who must have: one identity, nothing short of it, and services that say when it was."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from components.spec.problem import SpecError
from components.spec.signing import Identity, Keyless, Notation, Signing
from components.spec.supply_chain import SupplyChain
from components.spec.trusted_root import read_trusted_root

ISSUER = "https://token.actions.githubusercontent.com"
WHO = {"issuer": ISSUER, "identity": "https://github.com/acme/shop/.github/workflows/deliver.yml@refs/heads/main"}
OWN = {"instance": {"fulcio": "https://fulcio.example.com", "timestamps": "https://tsa.example.com/api/v1/timestamp"}}
ROOT: dict[str, Any] = {"certificateAuthorities": [{}], "timestampAuthorities": [{}]}


def told(model: type[Any], written: dict[str, Any]) -> str:
    with pytest.raises(ValidationError) as refused:
        model.model_validate(written, by_alias=True, by_name=False)
    return str([each.get("ctx", {}).get("refusals") for each in refused.value.errors()])


def test_an_identity_is_taken_as_it_is_written():
    assert Identity.model_validate(WHO).subject == WHO["identity"]


def test_an_expression_matches_the_whole_identity_or_nothing():
    subject = Identity.model_validate({"issuer": ISSUER, "identityRegExp": "https://a/b|https://a/c"}).subject
    asked = ("https://a/b", "https://a/c", "https://a/bc", "x https://a/c")
    assert [bool(re.search(subject, who)) for who in asked] == [True, True, False, False]


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"issuer": ISSUER}, "exactly one of `identity` and `identityRegExp`"),
        (WHO | {"identityRegExp": ".*"}, "exactly one of `identity` and `identityRegExp`"),
        ({"issuer": ISSUER, "identityRegExp": "(acme"}, "a regular expression as Go has them"),
        ({"issuer": ISSUER, "identityRegExp": "(?!acme).*"}, "it looks ahead, behind or back"),
        ({"issuer": ISSUER, "identityRegExp": r"(?P<a>.)/(?P=a)"}, "it looks ahead, behind or back"),
        ({"issuer": ISSUER, "identityRegExp": r"acme\Z"}, "something else that Go does not have"),
        (WHO | OWN, "both, or neither for Sigstore"),
        (WHO | {"trustedRoot": "trusted-root.json"}, "both, or neither for Sigstore"),
        (WHO | {"instance": {"fulcio": "https://fulcio.example.com"}}, "neither `rekor` nor `timestamps`"),
    ],
)
def test_what_does_not_say_who_signs_and_when_is_refused(written: dict[str, Any], why: str):
    assert why in told(Keyless, written)


@pytest.mark.parametrize("fulcio", ["http://fulcio.example.com", "http://127.0.0.1.example.com", "http://localhosts"])
def test_a_token_is_sent_to_nobody_without_tls(fulcio: str):
    own = {"instance": OWN["instance"] | {"fulcio": fulcio}, "trustedRoot": "trusted-root.json"}
    assert "who reads that on its way signs in your name" in told(Keyless, WHO | own)


@pytest.mark.parametrize("fulcio", ["http://127.0.0.1:5555", "http://localhost", "https://fulcio.example.com/x"])
def test_a_token_may_be_sent_with_tls_and_to_this_machine(fulcio: str):
    own = {"instance": OWN["instance"] | {"fulcio": fulcio}, "trustedRoot": "trusted-root.json"}
    assert Keyless.model_validate(WHO | own).instance


def test_a_sigstore_of_ones_own_is_taken_with_what_is_trusted_of_it():
    keyless = Keyless.model_validate(WHO | OWN | {"trustedRoot": "trusted-root.json"})
    assert keyless.instance
    assert keyless.instance.model_dump(exclude_none=True) == OWN["instance"]


def test_the_older_form_of_signatures_is_for_keys():
    written = {"signing": {"keyless": WHO}, "admission": True}
    assert "`admission` with the stack's keys only" in told(SupplyChain, written)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"keyless": WHO, "notation": {"certificates": "a.pem"}}, "keep one way to sign"),
        (
            {
                "notation": {
                    "certificates": "a.pem",
                    "key": {"file": "/run/secrets/notary.key", "chain": "b.pem"},
                    "plugin": {"name": "azure-kv", "key": "deliver"},
                }
            },
            "keep the one that signs",
        ),
    ],
)
def test_there_is_one_way_to_sign_and_one_key(written: dict[str, Any], why: str):
    assert why in told(Signing, written)


@pytest.mark.parametrize("subject", ["deliver", "CN=deliver", "C=DE,O=shop", "C=DE,ST=Berlin,O=shop,O=other", "*"])
def test_whom_notation_could_not_hold_a_certificate_to_is_refused(subject: str):
    assert "with `C`, `ST` and `O`" in told(Notation, {"certificates": "a.pem", "subject": subject})


@pytest.mark.parametrize("subject", ["C=DE,ST=Berlin,O=shop", r"CN=deliver, O=shop\, inc, S=Berlin, C=DE"])
def test_whom_a_certificate_is_made_out_to_is_taken_as_it_is_written(subject: str):
    assert Notation.model_validate({"certificates": "a.pem", "subject": subject}).subject == subject


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (None, "No such file"),
        ("{", "text that is not JSON"),
        ("[]", "something else than a mapping"),
        (json.dumps({"tlogs": [{}]}), "no `certificateAuthorities`"),
        (json.dumps({"certificateAuthorities": [{}]}), "neither `tlogs` nor `timestampAuthorities`"),
    ],
)
def test_a_root_of_trust_that_is_none_is_refused(tmp_path: Path, text: str | None, found: str):
    if text is not None:
        (tmp_path / "root.json").write_text(text)
    with pytest.raises(SpecError, match=found) as refused:
        read_trusted_root(tmp_path, "root.json")
    assert "cosign trusted-root create" in str(refused.value)


def test_a_root_of_trust_is_read_as_it_is(tmp_path: Path):
    (tmp_path / "root.json").write_text(json.dumps(ROOT))
    assert read_trusted_root(tmp_path, "root.json") == ROOT
