"""The entry that the engine starts, by its path."""

import sys
from pathlib import Path

# Started by path, this file belongs to no package, and its own folder is no place to import from.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from provider.serving import serve  # noqa: E402 - found only now

serve(sys.argv[1:])
