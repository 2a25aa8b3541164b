"""Options that all tests share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# No deadline for one example: on a machine that does other work too, slowness is no fault of the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="Write golden files instead of comparing with them.")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file in `golden/` beside the test, or write it there with `--regenerate`."""

    def compare(name: str, text: str) -> None:
        file = Path(str(request.path)).parent / "golden" / name
        if request.config.getoption("--regenerate"):
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{file} differs; `make golden` writes it anew"

    return compare
