"""The logins of a Docker configuration, as `docker login` leaves them: in its file, or kept by a helper."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from toolchain.errors import ToolchainError

HELPER_TIMEOUT_S = 30.0

TOKEN = "<token>"  # noqa: S105 - the name under which helpers give a token that is no password
"""The user's name where a helper keeps a token that has to be exchanged first."""


@dataclass(frozen=True)
class Login:
    """Who asks a registry."""

    username: str
    password: str = field(repr=False)


def login(registry: str, environ: Mapping[str, str]) -> Login | None:
    """The login for a registry; None if there is none.

    Args:
        registry: Host name, with its port if it has one.
        environ: `DOCKER_CONFIG` names the configuration's folder, else it is `~/.docker`; helpers get all of it.

    Raises:
        ToolchainError: The configuration cannot be read, or a helper fails.
    """
    file = Path(environ.get("DOCKER_CONFIG") or Path(environ.get("HOME", "~")).expanduser() / ".docker") / "config.json"
    try:
        configuration = _mapping(json.loads(file.read_text(encoding="utf-8")))
        helper = _mapping(configuration.get("credHelpers")).get(registry) or configuration.get("credsStore")
        written = str(_mapping(_mapping(configuration.get("auths")).get(registry)).get("auth") or "")
        username, _, password = base64.b64decode(written, validate=True).decode().partition(":")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ToolchainError(f"{file} cannot be read: {error}", "mend it, or log in again: `docker login`") from error
    if helper:
        return _kept_by(f"docker-credential-{helper}", registry, environ)
    return Login(username, password) if username else None


def _kept_by(program: str, registry: str, environ: Mapping[str, str]) -> Login | None:
    """Ask a helper: https://github.com/docker/docker-credential-helpers."""
    try:
        done = subprocess.run(
            [program, "get"],
            input=registry,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=HELPER_TIMEOUT_S,
        )
        kept = _mapping(json.loads(done.stdout)) if done.returncode == 0 else {}
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise ToolchainError(
            f"{program}, which keeps the login for {registry}, does not answer: {type(error).__name__}",
            f"install it, or log in again: `docker login {registry}`",
        ) from error
    username = str(kept.get("Username") or "")
    if username == TOKEN:
        raise ToolchainError(
            f"{program} keeps a token for {registry} that is no password",
            "give the stack `registry.credentials` with a user and a password",
        )
    return Login(username, str(kept.get("Secret") or "")) if username else None


def _mapping(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
