"""Whether the hosts of official releases are within reach."""

import http.client
import json
import time
import urllib.error
import urllib.request
from pathlib import Path

from toolchain import files
from toolchain.home import Home

PROBE = "https://get.pulumi.com/"
TIMEOUT_S = 3.0

REMEMBERED_S = 3600.0
"""How long a 'no' stands: a machine that has no web would otherwise wait for it in every run."""


def reachable(home: Home, probe: str = PROBE, now: float | None = None) -> bool:
    """Whether official plugins can be downloaded; a 'no' is remembered for an hour, a 'yes' is asked for again.

    Args:
        home: Where the answer is remembered.
        probe: What is asked for.
        now: Seconds since the epoch, the clock's by default.
    """
    moment = time.time() if now is None else now
    try:
        remembered = json.loads(_memory(home).read_text())["unreachable"]
        if 0 <= moment - remembered < REMEMBERED_S:
            return False
    except (OSError, ValueError, KeyError, TypeError):
        pass
    if _answers(probe):
        return True
    note_unreachable(home, moment)
    return False


def note_unreachable(home: Home, now: float | None = None) -> None:
    """Remember that an official release could not be fetched, so that it is not tried again for an hour."""
    files.write(_memory(home), json.dumps({"unreachable": time.time() if now is None else now}))


def _memory(home: Home) -> Path:
    return home.run / "web.json"


def _answers(url: str) -> bool:
    request = urllib.request.Request(url, method="HEAD")  # noqa: S310 - the addresses are constants of this project
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310 - as above
            return True
    except urllib.error.HTTPError as error:
        with error:
            # A page that is not there is still an answer; a proxy's refusal is not.
            return error.code == http.client.NOT_FOUND
    except (OSError, http.client.HTTPException):
        return False
