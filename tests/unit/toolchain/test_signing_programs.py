"""What a program that signs is given: of the secrets of signers its own only, and its time."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolchain import install
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.signing_programs import PASSWORD_VARIABLE, SECRETS, started


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose programs are a shell: they do what their arguments say."""

    def ensure(names: list[str], *_: object) -> dict[str, Path]:
        return dict.fromkeys(names, Path("/bin/sh"))

    monkeypatch.setattr(install, "ensure", ensure)
    return Home(tmp_path)


def test_a_program_is_given_the_secrets_of_who_signs_by_it_alone(home: Home, monkeypatch: pytest.MonkeyPatch):
    for variable in SECRETS:
        monkeypatch.setenv(variable, "canary")
    monkeypatch.setenv("NOTATION_PASSWORD", "of its own")
    nobody = started(home, "notation", ["-c", "env"], {}, seconds=60).stdout
    assert "canary" not in nobody
    assert "NOTATION_PASSWORD=of its own" in nobody
    assert (
        f"{PASSWORD_VARIABLE}=told"
        in started(home, "cosign", ["-c", "env"], {PASSWORD_VARIABLE: "told"}, seconds=60).stdout
    )


def test_a_program_that_does_not_end_is_ended_and_named(home: Home):
    with pytest.raises(ToolchainError, match="cosign -c did not end within 0 s"):
        started(home, "cosign", ["-c", "sleep 60"], {}, seconds=0.1)
