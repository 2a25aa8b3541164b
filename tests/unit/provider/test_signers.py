"""Statements in the Notary Project's form: what others attach to an image is neither believed nor in the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provider import attached
from provider.repository import Repository
from provider.signers import IN_TOTO, STATEMENT, TYPES, Notary
from tests.unit.toolchain.registry_site import registry_site
from toolchain import notation
from toolchain.home import Home

KIND = "slsaprovenance1"


def test_what_is_no_statement_about_an_image_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    # given an image with a statement, beside one about another image, one of another type, and what is none
    def signed(*_: object, **__: object) -> bool:
        return True

    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setattr(notation, "signed", signed)
    with registry_site(referrers=True) as site:
        digest = site.image("app", "2026-11-22T00:00:00Z", "dev")
        repository = Repository.at(site.address, "app", insecure=True)
        about: dict[str, Any] = {"digest": {"sha256": digest.removeprefix("sha256:")}}
        right = {"_type": STATEMENT, "subject": [about], "predicateType": TYPES[KIND], "predicate": {"said": "this"}}
        other = right | {"subject": [{"digest": {"sha256": "0" * 64}}]}
        described = (right, other, right | {"predicateType": "x"}, right | {"subject": []})
        for document in (*(json.dumps(each) for each in described), "{}", "[]", '"x"', "no JSON"):
            attached.attach(repository, digest, IN_TOTO, document.encode())
        # then that one is read
        notary = Notary(Home(tmp_path), True, "shop", notation.Trust(""))
        assert notary.stated(f"{repository.name}@{digest}", KIND) == [{"said": "this"}]
