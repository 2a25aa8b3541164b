"""The embedded registry: a plain HTTP registry on the loopback address."""

import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from toolchain import files, processes
from toolchain.errors import ToolchainError
from toolchain.home import Home

NAME = "registry"
PORT_VARIABLE = "SLIPWAY_REGISTRY_PORT"
DEFAULT_PORT = 5001
"""5000 is taken by AirPlay on a Mac."""

ANSWER_TIMEOUT_S = 5.0

CONFIGURATION = """\
version: 0.1
log:
  level: warn
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: {folder}
  delete:
    enabled: true
  maintenance:
    uploadpurging:
      enabled: true
      age: 24h
      interval: 12h
      dryrun: false
http:
  addr: {address}
"""


def port(environ: Mapping[str, str] | None = None) -> int:
    """The port on the loopback address: `$SLIPWAY_REGISTRY_PORT`, else 5001.

    Raises:
        ToolchainError: The variable holds no port.
    """
    text = (os.environ if environ is None else environ).get(PORT_VARIABLE, "") or str(DEFAULT_PORT)
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) < 65536:
        raise ToolchainError(f"{PORT_VARIABLE} is {text!r}, not a port", "set it to a number from 1 to 65535")
    return int(text)


def address() -> str:
    """Where the registry answers, as it stands in an image's name."""
    return f"127.0.0.1:{port()}"


def configuration(home: Home) -> str:
    """The registry's configuration file."""
    return CONFIGURATION.format(folder=home.registry, address=address())


def answers(where: str | None = None) -> bool:
    """Whether a registry answers at this address, the embedded one's by default."""
    try:
        with urllib.request.urlopen(f"http://{where or address()}/v2/", timeout=ANSWER_TIMEOUT_S) as response:
            return response.status == http.HTTPStatus.OK
    except (urllib.error.URLError, OSError, http.client.HTTPException):
        return False


def start(home: Home, program: str) -> None:
    """Start the registry unless it runs, and wait until it answers.

    Raises:
        ToolchainError: Another program has the port, or the registry cannot run.
    """
    file = _file(home)
    wanted = configuration(home)
    if processes.running(home, NAME):
        if file.is_file() and file.read_text() == wanted and answers():
            return
        processes.stop(home, NAME)
    processes.end_strays(_arguments(file))
    if owner := processes.listener(port()):
        raise ToolchainError(
            f"port {port()}, where the embedded registry belongs, is taken by {owner}",
            f"stop it, or choose another port with {PORT_VARIABLE}",
        )
    files.write(file, wanted)
    home.registry.mkdir(parents=True, exist_ok=True)
    service = processes.Service(NAME, (program, *_arguments(file)), home)
    processes.start(service, answers, "run `slipway doctor`, free some disk, then run again")


def stop(home: Home) -> bool:
    """Stop the registry; its images stay. Whether it was running."""
    was = processes.stop(home, NAME)
    processes.end_strays(_arguments(_file(home)))
    return was


def _file(home: Home) -> Path:
    return home.run / "registry.yml"


def _arguments(file: Path) -> tuple[str, ...]:
    return ("serve", str(file))
