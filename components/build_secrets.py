"""The secrets of build steps, from where they are kept."""

import os
from collections.abc import Mapping
from pathlib import Path

import pulumi

from components.spec.image import BuildSecret


def build_secrets(
    secrets: Mapping[str, BuildSecret], stored: Mapping[str, pulumi.Input[str]]
) -> dict[str, pulumi.Input[str]]:
    """The value of each secret, by id.

    Args:
        secrets: where each is kept.
        stored: the values of the stack's stored secrets.

    Raises:
        RunError: one is not there; with its place.
    """
    return {key: _build_secret(secret, stored) for key, secret in secrets.items()}


def _build_secret(secret: BuildSecret, stored: Mapping[str, pulumi.Input[str]]) -> pulumi.Input[str]:
    if secret.secret is not None:
        return stored[secret.secret]
    if secret.env is not None:
        return _present(os.environ.get(secret.env), f"the environment variable {secret.env}")
    file = Path(secret.file or "")
    return _present(file.read_text(encoding="utf-8") if file.is_file() else None, f"the file {file}")


def _present(value: str | None, place: str) -> str:
    if value is None:
        raise pulumi.RunError(f"A build needs a secret from {place}, and there is none: provide it, and run again.")
    return value
