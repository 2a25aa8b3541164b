"""Files that are there whole or not at all."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, content: str | bytes, mode: int = 0o644) -> None:
    """Replace a file in one step; folders above it are made. Nothing is touched if it already has this content."""
    data = content.encode() if isinstance(content, str) else content
    if path.is_file() and not path.is_symlink() and path.read_bytes() == data and path.stat().st_mode & 0o777 == mode:
        return
    with incoming(path) as temporary:
        temporary.write_bytes(data)
        temporary.chmod(mode)


def install(source: Path, target: Path) -> None:
    """Copy a program to its place in one step, executable, also while the old one runs."""
    with incoming(target) as temporary:
        shutil.copyfile(source, temporary)
        temporary.chmod(0o755)


@contextmanager
def incoming(target: Path) -> Generator[Path]:
    """A temporary path beside `target` that takes its place when the block ends well, and vanishes when it does not."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def digest(parts: Iterable[bytes]) -> str:
    """One SHA-256, in hexadecimal, over parts whose borders count."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def tree_digest(folder: Path, pattern: str = "**/*") -> str:
    """The digest of the names and contents of a folder's files; compiled Python is left out."""
    files = sorted(path for path in folder.glob(pattern) if path.is_file() and "__pycache__" not in path.parts)
    return digest(part for path in files for part in (str(path.relative_to(folder)).encode(), path.read_bytes()))
