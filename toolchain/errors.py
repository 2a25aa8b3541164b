"""What the toolchain says when it cannot go on."""


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
