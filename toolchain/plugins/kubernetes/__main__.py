"""Runs the plugin: `python -m toolchain.plugins.kubernetes ENGINE_ADDRESS`."""

from toolchain.plugins.base_service import main
from toolchain.plugins.kubernetes.provider import Kubernetes

if __name__ == "__main__":
    main(Kubernetes())
