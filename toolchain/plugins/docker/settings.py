"""The provider's configuration: which engine, how it is reached, and the logins of registries."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties, Value, plain_properties
from toolchain.plugins.docker.fields import blocks, flag, text

DEFAULT_HOST = "unix:///var/run/docker.sock"

_PREFIX = "docker:config:"
_MATERIALS = ("caMaterial", "certMaterial", "keyMaterial")
_MOVES = ("host", "context", "certPath")
"""What decides which engine is meant."""


@dataclass(frozen=True, slots=True)
class Login:
    """A registry's user and password."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the provider was configured with.

    Attributes:
        host: Where the engine answers; "" for where the machine's Docker client would look.
        context: The Docker context to use instead, or "".
        cert_path: A folder with `ca.pem`, `cert.pem` and `key.pem`, or "".
        logins: By the registry's address.
    """

    host: str = ""
    context: str = ""
    cert_path: str = ""
    logins: Mapping[str, Login] = field(default_factory=dict[str, Login])


def read(args: Properties, variables: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> Settings:
    """Returns the settings: the configuration's, then what the environment says.

    Args:
        args: The configuration's values; nested ones may be JSON.
        variables: The same as text, under `docker:config:<key>`.
        environ: `DOCKER_HOST`, `DOCKER_CONTEXT` and `DOCKER_CERT_PATH`.

    Raises:
        ProviderError: A setting that is not supported here.
    """
    given = {name.removeprefix(_PREFIX): cast(Value, value) for name, value in variables.items()}
    given |= {name: _decoded(value) for name, value in plain_properties(args).items() if value is not None}
    if any(given.get(name) for name in _MATERIALS):
        raise ProviderError(
            f"slipway's stand-in for the docker plugin does not take {', '.join(_MATERIALS)}: put the files `ca.pem`, "
            "`cert.pem` and `key.pem` into a folder and name it in `certPath`"
        )
    return Settings(
        host=text(given, "host") or environ.get("DOCKER_HOST", ""),
        context=text(given, "context") or environ.get("DOCKER_CONTEXT", ""),
        cert_path=text(given, "certPath") or environ.get("DOCKER_CERT_PATH", ""),
        logins={
            _registry(text(block, "address")): Login(text(block, "username"), text(block, "password"))
            for block in blocks({"auths": _decoded(given.get("registryAuth"))}, "auths")
            if not flag(block, "authDisabled") and text(block, "username")
        },
    )


def moved(old: Properties, new: Properties) -> list[str]:
    """Returns the settings by which another engine is meant; resources of the one are not on the other."""
    return [name for name in _MOVES if old.get(name) != new.get(name)]


def _decoded(value: Value) -> Value:
    """Returns a nested value that came as JSON as what it is."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return cast(Value, json.loads(value))
        except ValueError:
            return value
    return value


def _registry(address: str) -> str:
    """Returns a registry's address as it stands in an image's name."""
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")
