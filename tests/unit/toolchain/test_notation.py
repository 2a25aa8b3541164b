"""What is made of notation's words: only a signature that was looked at, or none, is a verdict."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from toolchain import notation
from toolchain.errors import ToolchainError
from toolchain.home import Home

REFERENCE = f"registry.example.com/shop/api@sha256:{'0' * 64}"


def signed(monkeypatch: pytest.MonkeyPatch, home: Path, code: int, said: str) -> bool:
    def started(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], code, "", f"Error: {said}\n")

    monkeypatch.setattr(notation, "started", started)
    return notation.signed(Home(home), REFERENCE, notation.Trust("authorities"), insecure=False)


@pytest.mark.parametrize(
    ("code", "said", "valid"),
    [
        (0, "", True),
        (1, f"signature verification failed for all the signatures associated with {REFERENCE}", False),
        (1, f'signature verification failed: no signature is associated with "{REFERENCE}"', False),
    ],
)
def test_what_notation_has_looked_at_is_a_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: int, said: str, valid: bool
):
    assert signed(monkeypatch, tmp_path, code, said) is valid


@pytest.mark.parametrize(
    "said",
    [
        'signature verification failed: unable to retrieve digital signature with digest "sha256:1", error : 500',
        "trust policy configuration is malformed",
    ],
)
def test_what_it_could_not_look_at_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str):
    with pytest.raises(ToolchainError, match="notation verify failed"):
        signed(monkeypatch, tmp_path, 1, said)
