"""What the toolchain says when it cannot go on."""

import contextlib
import errno
from collections.abc import Generator


class ToolchainError(Exception):
    """A failure that a person can mend; the command prints it without a traceback.

    Attributes:
        message: What went wrong, in one sentence, naming what was found.
        mend: What to do about it.
    """

    def __init__(self, message: str, mend: str) -> None:
        super().__init__(f"{message}\n  mend: {mend}")
        self.message = message
        self.mend = mend


MENDS = {
    errno.ENOSPC: "free some disk, then run again: it goes on where it stopped",
    errno.EDQUOT: "free some of your disk quota, then run again: it goes on where it stopped",
    errno.EROFS: "choose a SLIPWAY_HOME that can be written to",
    errno.EACCES: "give yourself access, or choose another SLIPWAY_HOME",
    errno.EPERM: "give yourself access, or choose another SLIPWAY_HOME",
}
"""What to do about the errors of the operating system that a person meets."""


@contextlib.contextmanager
def explained(doing: str) -> Generator[None]:
    """Turn an error of the operating system inside the block into one that says what to do.

    Args:
        doing: What is being done, for the message: `installing tools`.

    Raises:
        ToolchainError: Instead of the OSError.
    """
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        mend = MENDS.get(error.errno or 0, "run `slipway doctor`")
        raise ToolchainError(f"{doing} failed: {error.strerror or error}{where}", mend) from error
