"""`python -m http_service.health_check`: exit 0 when the service on this machine is alive, else 1.

For container engines that run a command (`HEALTHCHECK`); Kubernetes asks over HTTP itself. Standard library only.
"""

import http.client
import os
import sys
from collections.abc import Mapping

from http_service.address import Address

TIMEOUT = 2.0
"""Seconds to wait for an answer; the image's HEALTHCHECK allows 3."""


def alive(environ: Mapping[str, str]) -> bool:
    """Whether `/health` answers 200 at the address that `APP_LISTEN` names."""
    address = Address.parse(environ.get("APP_LISTEN", "0.0.0.0:8000")).local
    connection = http.client.HTTPConnection(address.host, address.port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if alive(os.environ) else 1)
