"""Runs the plugin: `python -m toolchain.plugins.docker ENGINE_ADDRESS`."""

from toolchain.plugins.base_service import main
from toolchain.plugins.docker.provider import Docker

if __name__ == "__main__":
    main(Docker())
