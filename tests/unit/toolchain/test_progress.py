"""A person sees what takes long, and nothing of what does not."""

import io
import threading

import pytest

from toolchain.progress import Progress


def test_a_step_that_ends_at_once_is_silent() -> None:
    stream = io.StringIO()
    with Progress(stream, quiet=60).step("quick"):
        pass
    assert stream.getvalue() == ""


class Waiting(io.StringIO):
    """A stream that says when it has been written to `lines` times."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self.lines = lines
        self.enough = threading.Event()

    def flush(self) -> None:
        if self.getvalue().count("\n") >= self.lines:
            self.enough.set()


def test_a_long_step_is_announced_shows_signs_of_life_and_its_end() -> None:
    stream = Waiting(3)
    with Progress(stream, quiet=0, heartbeat=0.001).step("building", lambda: "7 packages"):
        assert stream.enough.wait(60)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "· building …"
    assert lines[1] == "  building: 0 s, 7 packages"
    assert lines[-1].startswith("✓ building (")


def test_a_step_that_fails_is_marked_and_its_error_goes_on() -> None:
    stream = Waiting(1)

    def failing() -> None:
        with Progress(stream, quiet=0).step("building"):
            assert stream.enough.wait(60)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        failing()
    assert stream.getvalue().splitlines()[-1].startswith("✗ building (")
