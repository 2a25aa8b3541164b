"""The stand-in plugins: whether any is in use."""

from pathlib import Path

from toolchain.home import Home

MARKER = "# slipway stand-in"
"""The second line of every wrapper script, by which a stand-in is told from an official plugin."""


def is_standin(program: Path) -> bool:
    """Whether this program is one of the wrappers written here."""
    try:
        with program.open("rb") as file:
            return MARKER.encode() in file.read(200)
    except OSError:
        return False


def in_use(home: Home) -> bool:
    """Whether any stand-in is installed."""
    return any(is_standin(program) for program in home.pulumi.glob("plugins/resource-*/pulumi-resource-*"))
