"""What is made of cosign's words: a token that is missing is another matter than one that Fulcio refuses."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from toolchain import cosign
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.keyless import KeylessSigner

REFERENCE = f"registry.example.com/shop/api@sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("retrieving ID token: no token", "there is no OpenID token"),
        ("unable to get subject from identity token", "there is no OpenID token"),
        (
            "Fulcio returned 400: There was an error processing the identity token",
            r"cosign sign failed: Fulcio returned 400: There was(.|\n)*signing\.keyless",
        ),
    ],
)
def test_who_cannot_sign_is_told_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, told: str):
    def started(*_: object, **__: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 1, "", f"Error: error during command execution: {said}\n")

    monkeypatch.setattr(cosign, "started", started)
    with pytest.raises(ToolchainError, match=told):
        cosign.sign(Home(tmp_path), REFERENCE, KeylessSigner({}, "https://ci.example.com", ""), insecure=False)
