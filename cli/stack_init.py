"""Initialises a stack with a secrets provider of its own."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import click

from cli import settings, terminal
from cli.failures import BadInputError
from cli.workspace import Workspace
from toolchain import install
from toolchain.engine import Engine
from toolchain.environment import DEV_PASSPHRASE, DEV_STACK
from toolchain.progress import Progress

PASSPHRASE = "passphrase"  # noqa: S105 - the name of a provider
PROVIDERS = (PASSPHRASE, "awskms://", "azurekeyvault://", "gcpkms://", "hashivault://")

# The salt and the encrypted values are committed: whoever has the repository can try passphrases at leisure.
SHORTEST_PASSPHRASE = 16

VARIABLE = "PULUMI_CONFIG_PASSPHRASE"
FILE_VARIABLE = "PULUMI_CONFIG_PASSPHRASE_FILE"


def init(workspace: Workspace, provider: str | None) -> None:
    """Make the stack. Mistakes in its file are a warning.

    Raises:
        BadInputError: it exists, the provider is unknown or missing, or the passphrase is a weak or a published one.
    """
    try:
        settings.load(workspace)
    except BadInputError as error:
        # One mend needs the stack: a missing secret is encrypted with the stack's own key.
        terminal.warn(str(error))
    provider = check_provider(provider or _ask_provider(workspace.stack))
    install.ensure(["pulumi"], workspace.home, Progress())
    engine = workspace.engine
    if engine.exists():
        raise BadInputError(
            f"the stack {workspace.stack!r} is initialised already\n  mend: bring it up with `slipway up`"
        )
    if provider == PASSPHRASE and workspace.stack != DEV_STACK:
        engine = with_passphrase(engine, workspace.stack)
    engine.ask(["stack", "init", workspace.stack, "--no-select", "--secrets-provider", provider])
    click.echo(
        f"Initialised {workspace.stack!r}. Commit {workspace.stack_file.name}: it names the secrets provider now."
    )


def check_provider(provider: str) -> str:
    """The provider, if it is one the engine knows."""
    if provider == PASSPHRASE or provider.startswith(PROVIDERS[1:]):
        return provider
    raise BadInputError(
        f"unknown secrets provider {provider!r}\n  allowed: {', '.join(PROVIDERS)}\n"
        '  mend: for example --secrets-provider "awskms://alias/slipway?region=eu-central-1"'
    )


def check_passphrase(passphrase: str, stack: str) -> str:
    """The passphrase, if nobody can guess it from here."""
    if passphrase == DEV_PASSPHRASE:
        raise BadInputError(
            f"that passphrase is published in this repository\n  mend: choose another one for {stack!r}"
        )
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise BadInputError(
            f"a passphrase of {len(passphrase)} characters\n  allowed: at least {SHORTEST_PASSPHRASE} characters\n"
            "  mend: take a longer one, for example from `openssl rand -base64 24`, and keep it in a password manager"
        )
    return passphrase


def with_passphrase(engine: Engine, stack: str) -> Engine:
    """The engine with a checked passphrase: from the environment, else asked for twice without showing it."""
    given = os.environ.get(VARIABLE)
    if given is None and (file := os.environ.get(FILE_VARIABLE)):
        given = Path(file).read_text(encoding="utf-8").rstrip("\n")
    if given is None:
        if not terminal.interactive():
            raise BadInputError(
                f"no passphrase for {stack!r}\n  mend: set {VARIABLE} or {FILE_VARIABLE}, or run this on a terminal"
            )
        given = str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True))
    kept = {name: value for name, value in engine.environment.items() if name != FILE_VARIABLE}
    return dataclasses.replace(engine, environment={**kept, VARIABLE: check_passphrase(given, stack)})


def _ask_provider(stack: str) -> str:
    if not terminal.interactive():
        raise BadInputError(
            f"no secrets provider for {stack!r}\n  allowed: {', '.join(PROVIDERS)}\n"
            "  mend: name it with --secrets-provider"
        )
    return str(click.prompt("Secrets provider (passphrase, or a key service's address)", default=PASSPHRASE, err=True))
