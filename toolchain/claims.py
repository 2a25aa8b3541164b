"""Which stacks on this machine may name an image, so that none is taken away that another one still uses.

Stacks of different checkouts push to one registry, and the same content has the same digest. Every stack therefore
leaves a claim, one small file that says where its state is; the states themselves say which images they use. A claim
stays as long as its checkout: the state of a destroyed stack names nothing.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from toolchain import files
from toolchain.checkpoint import Checkpoint
from toolchain.errors import ToolchainError
from toolchain.home import Home


@dataclass(frozen=True)
class Claim:
    """One stack that uses registries of this machine.

    Attributes:
        state: The folder of its backend; empty if its state is kept elsewhere and cannot be looked at from here.
        project: Its project.
        stack: Its name.
        checkout: The folder that it is brought up from.
    """

    state: str
    project: str
    stack: str
    checkout: str

    @classmethod
    def of(cls, checkpoint: Checkpoint | None, project: str, stack: str, checkout: Path) -> Claim:
        """The claim of a stack; `checkpoint` is None when its backend is not a folder."""
        return cls(str(checkpoint.state.resolve()) if checkpoint else "", project, stack, str(checkout.resolve()))

    def file(self, home: Home) -> Path:
        """Where it is written down."""
        return home.claims / f"{files.digest(part.encode() for part in asdict(self).values())[:32]}.json"

    def write(self, home: Home) -> None:
        """Make the claim; it is made before anything is pushed."""
        files.write(self.file(home), json.dumps(asdict(self)))

    def names(self, digest: str) -> bool:
        """Whether the stack's state names the digest. Yes when that cannot be known."""
        if not self.state:
            return True
        try:
            return digest in json.dumps(Checkpoint(Path(self.state), self.project, self.stack).load())
        except ToolchainError:
            return True


def users(digest: str, own: Claim, home: Home) -> list[Claim]:
    """The stacks other than `own` that name the digest: those with a claim, and those in the same backend."""
    others = set(written(home))
    if own.state:
        siblings = Checkpoint(Path(own.state), own.project, own.stack).siblings()
        others |= {Claim(own.state, own.project, sibling.stack, own.checkout) for sibling in siblings}
    return [claim for claim in others - {own} if claim.names(digest)]


def written(home: Home) -> list[Claim]:
    """The claims of checkouts that are still there; those of the others go."""
    found: list[Claim] = []
    for file in sorted(home.claims.glob("*.json")):
        try:
            claim = Claim(**json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            continue
        if Path(claim.checkout).is_dir():
            found.append(claim)
        else:
            file.unlink(missing_ok=True)
    return found


@contextmanager
def pushing(repository: str, home: Home) -> Generator[None]:
    """While images are pushed to `repository`: an image is there before a state names it, and must not go between."""
    with _lock(repository, home, fcntl.LOCK_SH):
        yield


@contextmanager
def removing(repository: str, home: Home) -> Generator[bool]:
    """While images are removed from `repository`; gives False, at once, if somebody is pushing there."""
    try:
        with _lock(repository, home, fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield True
    except BlockingIOError:
        yield False


@contextmanager
def _lock(repository: str, home: Home, kind: int) -> Generator[None]:
    """Hold the repository's lock; the system lets go when this process ends, however it ends."""
    home.claims.mkdir(parents=True, exist_ok=True)
    with (home.claims / f"{files.digest([repository.encode()])[:32]}.lock").open("a") as file:
        fcntl.flock(file, kind)
        yield
