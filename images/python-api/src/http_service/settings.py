"""What can be set, by environment variables; secrets by files only. A service may have settings beyond these.

| variable | default | meaning |
|---|---|---|
| `APP_LISTEN` | `0.0.0.0:8000` | where the service listens |
| `APP_METRICS_LISTEN` | `0.0.0.0:9090` | where `/metrics` listens |
| `APP_LOG_LEVEL` | `info` | `debug`, `info`, `warning` or `error` |
| `APP_DRAIN_DELAY_SECONDS` | `5` | after SIGTERM, how long to go on serving while not ready |
| `APP_DRAIN_SECONDS` | `15` | after that, how long requests in flight may still take |
| `APP_MAX_BODY_BYTES` | `1048576` | the largest request body |
| `APP_API_KEY_FILE` | none | a file under `/run/secrets` with the key that `/v1` asks for |

The two drain times and whatever runs before SIGTERM (on Kubernetes a `preStop` of 5 s is usual) must together stay
below the container's grace period: 30 s by default on Kubernetes, 10 s on Docker. No name ends in `_PORT`: Kubernetes
sets variables such as `API_PORT=tcp://10.0.0.1:80` for every Service of the namespace.
"""

import difflib
import os.path
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from http_service.address import Address

PREFIX = "APP_"
SECRETS_FOLDER = Path("/run/secrets")
SHORTEST_KEY = 16
"""Characters; a shorter key could be guessed."""

Seconds = Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)]


def _address(value: Any) -> Any:
    return Address.parse(value) if isinstance(value, str) else value


Listen = Annotated[Address, BeforeValidator(_address)]


# What Kubernetes sets in every container for a Service named `app` or `app-…`.
_SERVICE_LINK = re.compile(r"_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$")


class SettingsError(ValueError):
    """What is wrong with the environment; one line for each variable, with what is allowed."""


class Settings(BaseModel):
    """The settings of every service; the module's docstring describes each."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    listen: Listen = Address("0.0.0.0", 8000)  # noqa: S104 - a container's own network
    metrics_listen: Listen = Address("0.0.0.0", 9090)  # noqa: S104 - a container's own network
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    drain_delay_seconds: Seconds = 5.0  # one period of the readiness probe, so that traffic has moved away
    drain_seconds: Seconds = 15.0  # with the delay and a `preStop` 25 s, below Kubernetes' 30 s
    max_body_bytes: Annotated[int, Field(ge=1024, le=64 * 1024 * 1024)] = 1024 * 1024
    api_key: SecretStr | None = None


_SECRETS = ("api_key",)

S = TypeVar("S", bound=Settings)


def load(kind: type[S], environ: Mapping[str, str], secrets_folder: Path = SECRETS_FOLDER) -> S:
    """The settings that an environment gives.

    Args:
        kind: which settings there are.
        environ: the environment; variables without the prefix are not looked at.
        secrets_folder: the only folder from which secrets are read.

    Raises:
        SettingsError: naming every variable that is wrong.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    known = {name for name in kind.model_fields if name not in _SECRETS} | {f"{name}_file" for name in _SECRETS}
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX) or _SERVICE_LINK.search(variable):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in _SECRETS:
            # The value is not repeated: it may be a real secret.
            problems.append(f"{variable} is set, but a secret comes from a file: set {variable}_FILE to its path")
        elif name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {PREFIX}{close[0].upper()}?" if close else ""
            problems.append(f"{variable} is not a setting{hint}")
        elif name.endswith("_file"):
            try:
                values[name.removesuffix("_file")] = _read_secret(Path(text), secrets_folder)
            except ValueError as error:
                problems.append(f"{variable} is {text!r}; {error}")
        else:
            values[name] = text
    try:
        settings = kind.model_validate(values)
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=False):
            name = str(each["loc"][0])
            message = each["msg"].removeprefix("Value error, ")
            problems.append(f"{PREFIX}{name.upper()} is {values[name]!r}; {message[0].lower()}{message[1:]}")
    else:
        if not problems:
            return settings
    raise SettingsError("\n".join(problems))


def _read_secret(path: Path, folder: Path) -> SecretStr:
    # A mounted secret is a link to a file beside it, so both the name and what it leads to must be inside.
    named = Path(os.path.normpath(path))
    if not named.is_relative_to(folder) or not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(f"allowed: a file under {folder}")
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"it can't be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    if len(text) < SHORTEST_KEY:
        raise ValueError(f"its content has {len(text)} characters; allowed: {SHORTEST_KEY} or more")
    return SecretStr(text)
