"""A stack gets a secrets provider of its own, and never a published or a short passphrase."""

from __future__ import annotations

import pytest

from cli.failures import BadInputError
from cli.stack_init import check_passphrase, check_provider
from tests.unit.cli.conftest import Desk

GOOD = "correct horse battery staple"


@pytest.mark.parametrize("provider", ["passphrase", "awskms://alias/a?region=b", "gcpkms://x", "hashivault://k"])
def test_a_known_provider_is_taken(provider: str) -> None:
    assert check_provider(provider) == provider


@pytest.mark.parametrize("provider", ["", "pass", "default", "awskms:alias"])
def test_an_unknown_provider_is_refused_with_those_that_exist(provider: str) -> None:
    with pytest.raises(BadInputError, match="allowed: passphrase, awskms://"):
        check_provider(provider)


@pytest.mark.parametrize("passphrase", ["slipway-dev", "", "fifteen letters"])
def test_a_passphrase_that_can_be_guessed_is_refused_and_not_repeated(passphrase: str) -> None:
    with pytest.raises(BadInputError) as raised:
        check_passphrase(passphrase, "prod")
    assert not passphrase or passphrase not in str(raised.value)


def test_a_stack_is_made_with_the_given_passphrase(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", GOOD)
    said = desk.slipway("stack", "init", "prod", "--secrets-provider", "passphrase")
    assert said.exit_code == 0, said.output
    (call,) = desk.calls()
    assert call["passphrase"] == GOOD
    assert call["arguments"][:2] == ["stack", "init"]
    assert GOOD not in said.output


def test_the_published_passphrase_makes_no_prod(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "slipway-dev")
    said = desk.slipway("stack", "init", "prod", "--secrets-provider", "passphrase")
    assert said.exit_code == 2
    assert desk.calls() == []


def test_a_passphrase_file_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    file = desk.home / "passphrase"
    file.write_text(f"{GOOD}\n")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(file))
    assert desk.slipway("stack", "init", "prod", "--secrets-provider", "passphrase").exit_code == 0
    assert desk.calls()[0]["passphrase"] == GOOD


@pytest.mark.parametrize("arguments", [(), ("--secrets-provider", "passphrase")])
def test_what_cannot_be_asked_has_to_be_given(desk: Desk, arguments: tuple[str, ...]) -> None:
    said = desk.slipway("stack", "init", "prod", *arguments)
    assert said.exit_code == 2
    assert "mend:" in said.stderr
    assert desk.calls() == []


def test_a_stack_that_exists_is_not_made_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", GOOD)
    desk.slipway("stack", "init", "prod", "--secrets-provider", "passphrase")
    said = desk.slipway("stack", "init", "prod", "--secrets-provider", "passphrase")
    assert said.exit_code == 2
    assert "initialised already" in said.stderr
