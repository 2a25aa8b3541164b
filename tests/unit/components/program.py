"""Runs the program itself, as a committed stack or a variation of one, and records what it declares."""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.spec.document import read_file
from components.spec.promotion import Promotions
from tests.support.workbench import CHECKOUT
from tests.unit.components.recorder import Recording, record

NOTHING: Promotions = {}

KEYRING = Path(__file__).with_name("keyring.yaml")
"""The keys of every stack."""


def run(
    monkeypatch: pytest.MonkeyPatch,
    stack: str,
    *,
    preview: bool,
    into: Recording | None = None,
    stored: Mapping[str, str] | None = None,
    promotions: Promotions = NOTHING,
    **changes: Any,
) -> Recording:
    """Run `__main__.py`, with one service of the stack.

    Args:
        monkeypatch: Undoes what the program is told.
        stack: Whose file describes the environment.
        preview: Whether made values are unknown.
        into: What to record into, for a program that fails.
        stored: The values of stored secrets, by their keys.
        promotions: The digests that may be promoted into the stack.
        changes: What is described otherwise than in the file, by key.
    """
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    values = {**one_service(read_file(CHECKOUT / f"Pulumi.{stack}.yaml").values), **changes}
    secrets = {f"slipway:{key}": value for key, value in (stored or {}).items()}

    def read_promotions(_: Path) -> Promotions:
        return promotions

    def keyring_file(*_: object) -> Path:
        return KEYRING

    def program() -> None:
        plain = {f"slipway:{key}": json.dumps(value) for key, value in values.items()}
        pulumi.runtime.set_all_config(plain | secrets, list(secrets))
        monkeypatch.setattr(pulumi, "get_stack", lambda: stack)
        monkeypatch.setattr("components.configuration.read_promotions", read_promotions)
        monkeypatch.setattr("components.signing_keys.keyring_file", keyring_file)
        runpy.run_path("__main__.py", run_name="__main__")

    return record(program, preview=preview, into=into)


def one_service(values: Mapping[str, Any]) -> dict[str, Any]:
    """A stack file's values with its Python API alone, which stands on no base of the stack."""
    kept = {key: value for key, value in values.items() if key != "bases"}
    return {**kept, "workloads": {"python-api": values["workloads"]["python-api"]}}
