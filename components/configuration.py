"""Reads the running stack's configuration, once, for the program."""

import json
import os
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

import pulumi
from pulumi.runtime import config as runtime_config

from components.spec import defaults
from components.spec.base_lock import pins, read_base_lock
from components.spec.certificates import certificates_in
from components.spec.document import ENCRYPTED, Document, read_file
from components.spec.loading import KEYS, load
from components.spec.problem import NAMESPACE, SpecError
from components.spec.profiles import OwnProfiles, read_profiles
from components.spec.promotion import Promotions, missing_promotions, promotion_file, read_promotions
from components.spec.refusal import Path
from components.spec.settings import Settings


class Refused(pulumi.RunError):
    """A configuration that cannot be used. Pulumi prints its message, without a traceback, and changes nothing."""


def read_settings(project: FilePath, stack: str) -> tuple[Settings, Promotions]:
    """The stack's settings, with the overrides of the environment, and what may be promoted into it.

    Args:
        project: the project's folder, where the stack file is: it gives the lines for messages.
        stack: the stack's name.

    Raises:
        Refused: with everything that is wrong.
    """
    try:
        settings = load(_document(project, stack), os.environ).settings
        promotions = read_promotions(promotion_file(project, stack))
        missing = list(missing_promotions(settings, promotions, stack))
        if missing and not pulumi.runtime.is_dry_run():
            raise SpecError(missing)
    except SpecError as error:
        raise Refused(str(error)) from None
    for problem in missing:
        pulumi.log.warn(f"`up` will be refused, and the preview shows this digest as unknown.\n\n{problem}")
    return settings, promotions


def own_profiles(project: FilePath, settings: Settings) -> dict[str, OwnProfiles]:
    """The profiles that workloads have of their own, by workload.

    Raises:
        Refused: with everything that is wrong with them.
    """
    try:
        return read_profiles(project, settings.wanted_workloads)
    except SpecError as error:
        raise Refused(str(error)) from None


def stored_secrets(settings: Settings) -> dict[str, pulumi.Output[str]]:
    """The values of the secrets that the stack's configuration holds, by the secrets' names."""
    config = pulumi.Config(NAMESPACE)
    keys = {name: secret.from_config.key for name, secret in settings.secrets.items() if secret.from_config}
    return {name: config.require_secret(key) for name, key in keys.items()}


def base_pins(settings: Settings, project: FilePath, environ: Mapping[str, str]) -> dict[str, str]:
    """What this stack's builds take in the place of the tags of bases, by digest.

    Args:
        settings: the stack's.
        project: the project's folder, where the lock is.
        environ: `BUILDX_CONFIG` names the folder that describes the builders.

    Raises:
        Refused: the lock is malformed.
    """
    try:
        lock = read_base_lock(project)
    except SpecError as error:
        raise Refused(str(error)) from None
    return pins(lock, stand_ins=_makes_bases(settings.registry.builder.name, environ))


def _makes_bases(builder: str, environ: Mapping[str, str]) -> bool:
    """Whether a builder is slipway's own without a Docker engine, for which bases are made of packages."""
    file = FilePath(environ.get("BUILDX_CONFIG", ""), "instances", builder)
    try:
        described = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return builder == defaults.BUILDER and described.get("Driver") == "remote"


def ca_bundle(settings: Settings, environ: Mapping[str, str]) -> str | None:
    """The certificates for builds on this machine, or None.

    Raises:
        Refused: a file that the configuration names cannot be read, or the file holds more than certificates.
    """
    setting = settings.registry.builder.ca_bundle
    file = environ.get("SSL_CERT_FILE") if setting == "host" else setting
    if not file or setting == "none":
        return None
    try:
        return certificates_in(FilePath(file))
    except OSError as error:
        if setting == "host":
            pulumi.log.warn(
                f"SSL_CERT_FILE names {file}, which cannot be read ({error.strerror}): building without it."
            )
            return None
        raise _bad_bundle(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise _bad_bundle(str(error)) from None


def _bad_bundle(found: str) -> Refused:
    return Refused(
        f"{NAMESPACE}:registry.builder.caBundle\n  found:   {found}\n"
        "  allowed: a readable file of certificates in the PEM form, and of nothing else\n"
        "  mend:    correct the path, or what is in the file: every build step may read it"
    )


def _document(project: FilePath, stack: str) -> Document:
    """What the engine knows of the configuration, with the lines of the stack file where it has them."""
    file = project / f"Pulumi.{stack}.yaml"
    lines: Mapping[Path, int] = read_file(file).lines if file.exists() else {}
    prefix = f"{NAMESPACE}:"
    values: dict[str, Any] = {}
    for name, text in runtime_config.CONFIG.get().items():
        if name.startswith(prefix):
            key = name.removeprefix(prefix)
            values[key] = ENCRYPTED if runtime_config.is_config_secret(name) else _value(key, text)
    return Document(file.name, values, lines)


def _value(key: str, text: str) -> Any:
    """Structured configuration reaches a program as JSON; anything else is the plain text that was written."""
    if key not in KEYS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
