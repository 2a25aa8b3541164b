"""What the operating system refuses is said in a sentence, with what to do."""

import errno
import os

import pytest

from toolchain.errors import ToolchainError, explained


def failure(number: int, filename: str | None = None) -> ToolchainError:
    with pytest.raises(ToolchainError) as caught, explained("installing"):
        raise OSError(number, os.strerror(number), filename)
    return caught.value


def test_a_full_disk_is_named_and_mended_by_freeing_some() -> None:
    error = failure(errno.ENOSPC, "/h/bin/pulumi")
    assert error.message == "installing failed: No space left on device (/h/bin/pulumi)"
    assert "free some disk" in error.mend


def test_an_unknown_error_of_the_system_sends_to_the_doctor() -> None:
    assert "slipway doctor" in failure(errno.EIO).mend


def test_what_is_already_explained_stays_as_it_is() -> None:
    original = ToolchainError("message", "mend")
    with pytest.raises(ToolchainError) as caught, explained("installing"):
        raise original
    assert caught.value is original


def test_the_printed_error_holds_the_message_and_the_mend() -> None:
    assert str(ToolchainError("it is gone", "bring it back")) == "it is gone\n  mend: bring it back"
