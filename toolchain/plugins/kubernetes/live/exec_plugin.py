"""Credentials that a program prints, as kubeconfigs of managed clusters ask for (`client.authentication.k8s.io`)."""

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.fields import moment, section, sections, text, texts

_TIMEOUT_S = 60.0  # such a program may ask a cloud's servers; it must not ask the user
_EARLY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Credential:
    """What the program printed.

    Attributes:
        token: A bearer token, or "".
        certificate: A client certificate and its key in PEM, or ("", "").
        expires: When both end; None if they do not.
    """

    token: str = ""
    certificate: tuple[str, str] = ("", "")
    expires: datetime | None = None

    @property
    def expired(self) -> bool:
        """Whether it ends within half a minute."""
        return self.expires is not None and datetime.now(UTC) >= self.expires - _EARLY

    def __repr__(self) -> str:
        return "Credential(…)"


def run(plugin: Properties) -> Credential:
    """Runs the program of a user's `exec` section.

    Raises:
        ProviderError: It cannot be run, fails, or prints something else. Its output is not quoted.
    """
    command = text(plugin, "command")
    version = text(plugin, "apiVersion")
    request = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
    environment = {**os.environ, "KUBERNETES_EXEC_INFO": json.dumps(request)}
    environment.update({text(entry, "name"): text(entry, "value") for entry in sections(plugin, "env")})
    try:
        done = subprocess.run(
            [command, *texts(plugin, "args")],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        hint = text(plugin, "installHint")
        raise ProviderError(
            f"the kubeconfig gets its credentials from {command!r}, which is not installed{hint and '. ' + hint}"
        ) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProviderError(
            f"the kubeconfig gets its credentials from {command!r}, which failed: {type(error).__name__}"
        ) from None
    if done.returncode:
        raise ProviderError(
            f"the kubeconfig gets its credentials from {command!r}, which ended with exit code {done.returncode}. "
            "Run it by hand to see why; perhaps a login has ended"
        )
    return _parse(command, done.stdout)


def _parse(command: str, printed: bytes) -> Credential:
    try:
        loaded: object = json.loads(printed)
    except ValueError:
        loaded = None
    status = section(cast(Properties, loaded), "status") if isinstance(loaded, dict) else {}
    certificate = text(status, "clientCertificateData"), text(status, "clientKeyData")
    if not text(status, "token") and not all(certificate):
        raise ProviderError(f"the kubeconfig gets its credentials from {command!r}, which printed none")
    return Credential(text(status, "token"), certificate, moment(status, "expirationTimestamp"))
