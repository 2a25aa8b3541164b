"""Where a server listens: `host:port`. Standard library only, so that the health check starts fast."""

from dataclasses import dataclass
from typing import Self

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what to reach, not what to bind


@dataclass(frozen=True)
class Address:
    """A host (a name or an address, IPv6 without brackets) and a port from 0 to 65535; 0 lets the system choose."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `0.0.0.0:8000` or `[::]:8000`.

        Raises:
            ValueError: with what is allowed.
        """
        host, colon, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        bare = host[1:-1] if bracketed else host
        good_port = port.isascii() and port.isdigit() and int(port) <= 65535
        if not colon or not bare or not good_port or (":" in bare) != bracketed or "/" in bare:
            raise ValueError("allowed: host:port with a port from 0 to 65535, such as 0.0.0.0:8000 or [::]:8000")
        return cls(bare, int(port))

    @property
    def local(self) -> "Address":
        """The address by which this machine reaches it."""
        return Address(_EVERYWHERE.get(self.host, self.host), self.port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
