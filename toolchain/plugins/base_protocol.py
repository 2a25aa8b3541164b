"""The generated stubs of the Pulumi plugin protocol, without the Pulumi SDK around them.

Importing `pulumi.runtime.proto` runs `pulumi/__init__.py`, which loads the whole SDK: 0.3 s of CPU for nothing, in each
plugin process of each engine run. In a process that is a plugin and nothing else, the two packages around the stubs are
therefore put in place without running them. In any other process (tests, tools) the stubs are imported as usual.
"""

import importlib.util
import sys
from types import ModuleType


def _is_plugin_process() -> bool:
    """Tells whether Python was started as `python -m toolchain.plugins.<name>`."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec is not None and spec.name.startswith("toolchain.plugins.")


def _hollow(name: str) -> None:
    """Registers package `name`, so that its submodules can be imported, without running its `__init__.py`."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"package {name!r} is not installed", name=name)
    module = ModuleType(name)
    module.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = module


if _is_plugin_process() and "pulumi" not in sys.modules:
    _hollow("pulumi")
    _hollow("pulumi.runtime")

from pulumi.runtime.proto import (  # noqa: E402 - the packages around the stubs come first
    engine_pb2,
    language_pb2,
    plugin_pb2,
    provider_pb2,
    status_pb2,
)

__all__ = [
    "engine_pb2",
    "language_pb2",
    "plugin_pb2",
    "provider_pb2",
    "status_pb2",
]
