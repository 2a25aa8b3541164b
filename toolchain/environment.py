"""The environment in which plain `pulumi up -s <stack>` does what `slipway up` does."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from toolchain.home import Home
from toolchain.standins import in_use

DEV_STACK = "dev"
DEV_PASSPHRASE = "slipway-dev"  # noqa: S105 - published on purpose: it guards nothing worth protecting
POLICY_PACK = Path("policies") / "packs" / "production"
POLICY_CONFIG = Path("policies") / "config"
STATE = ".state"


@dataclass(frozen=True)
class Docker:
    """Whose registry and builder a stack uses.

    Attributes:
        own_registry: The registry is the one of this machine, which needs no login.
        own_builder: The builder is the one that slipway describes in its home.
    """

    own_registry: bool = True
    own_builder: bool = True


def environment(
    home: Home, checkout: Path, stack: str, environ: Mapping[str, str] | None = None, docker: Docker | None = None
) -> dict[str, str]:
    """The variables to set on top of the caller's own; nothing is created.

    Args:
        home: Where programs, plugins and the builder's description are.
        checkout: The project's folder.
        stack: Which stack's policy configuration and passphrase are meant.
        environ: The caller's variables, this process' by default.
        docker: Whose registry and builder the stack uses; slipway's own by default.

    Returns:
        Names and values, the caller's PATH included at the end of the new one.
    """
    given = os.environ if environ is None else environ
    variables = {
        "SLIPWAY_HOME": str(home.root),
        "PATH": _path(home, checkout, given.get("PATH", os.defpath)),
        "PULUMI_HOME": str(home.pulumi),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "UV_CACHE_DIR": str(home.uv_cache),
        "PULUMI_OPTION_POLICY_PACK": str(checkout / POLICY_PACK),
    }
    configuration = checkout / POLICY_CONFIG / f"{stack}.json"
    if configuration.is_file():
        variables["PULUMI_OPTION_POLICY_PACK_CONFIG"] = str(configuration)
    if stack == DEV_STACK:
        variables["PULUMI_CONFIG_PASSPHRASE"] = DEV_PASSPHRASE
    if in_use(home):
        # A plugin that is missing here is out of reach: fail at once instead of after five tries to download it.
        variables["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
    return variables | _docker(home, given, docker or Docker()) | _backend(home, checkout, given)


def _docker(home: Home, given: Mapping[str, str], use: Docker) -> dict[str, str]:
    """Where logins and builders are: the user's own for what is not slipway's, where there are any."""
    named = given.get("DOCKER_CONFIG", "")
    user = Path(named) if named and Path(named) != home.docker else _home(given) / ".docker"
    if not (user / "config.json").is_file():
        user = home.docker
    logins = home.docker if use.own_registry and use.own_builder else user
    builders = home.docker if use.own_builder else user
    # Build clients look for builders below the logins' folder unless told otherwise.
    return {"DOCKER_CONFIG": str(logins), "BUILDX_CONFIG": str(builders / "buildx")}


def _path(home: Home, checkout: Path, path: str) -> str:
    """Own programs first, then the project's virtual environment, each named once."""
    first = [str(home.bin), str(checkout / ".venv" / "bin")]
    return os.pathsep.join(first + [part for part in path.split(os.pathsep) if part not in first])


def _backend(home: Home, checkout: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Where state is kept: where the user already is logged in, else in the checkout."""
    if given.get("PULUMI_BACKEND_URL"):
        return _credentials(home, given)
    if _logged_in(_user_folder(home, given) / "credentials.json"):
        return _credentials(home, given)
    return {"PULUMI_BACKEND_URL": f"{(checkout / STATE).as_uri()}?create_dir=true"}


def _credentials(home: Home, given: Mapping[str, str]) -> dict[str, str]:
    """Credentials stay where the user's own login put them, although PULUMI_HOME moves."""
    folder = given.get("PULUMI_CREDENTIALS_PATH") or str(_user_folder(home, given))
    return {"PULUMI_CREDENTIALS_PATH": folder} if (Path(folder) / "credentials.json").is_file() else {}


def _user_folder(home: Home, given: Mapping[str, str]) -> Path:
    """The folder that holds the user's login: theirs, never the one that `slipway env` set before."""
    if credentials := given.get("PULUMI_CREDENTIALS_PATH"):
        return Path(credentials)
    named = given.get("PULUMI_HOME", "")
    if named and Path(named) != home.pulumi:
        return Path(named)
    return _home(given) / ".pulumi"


def _home(given: Mapping[str, str]) -> Path:
    return Path(given.get("HOME", "~")).expanduser()


def _logged_in(credentials: Path) -> bool:
    """Whether the file names a current backend."""
    try:
        content: Any = json.loads(credentials.read_text())
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and bool(cast("dict[str, Any]", content).get("current"))
