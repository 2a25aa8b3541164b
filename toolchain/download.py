"""Official archives: fetched to the end, checked, then unpacked."""

import hashlib
import http.client
import platform
import tarfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from toolchain import files
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import Download, Tool
from toolchain.progress import Progress

TIMEOUT_S = 30.0
"""For the connection and for each read; a download as a whole may take as long as it goes on."""

CHUNK = 1 << 20


def offered(tool: Tool, system: str | None = None) -> tuple[str, str] | None:
    """Address and SHA-256 of a tool's archive for this machine, None if no published digest is pinned.

    Args:
        tool: Which.
        system: Such as `linux-x86_64`, this machine's by default.
    """
    if tool.download is None:
        return None
    name = tool.download.platforms.get(system or f"{platform.system().lower()}-{platform.machine()}")
    digest = tool.download.sha256.get(name or "")
    return (tool.download.url.format(version=tool.version, platform=name), digest) if digest else None


def bring(tool: Tool, home: Home, progress: Progress) -> Path | None:
    """Fetch a tool's archive and put its programs into `bin/`.

    Returns:
        The program, None if nothing is offered for this machine.

    Raises:
        ToolchainError: The host is out of reach, or what came is not what was published.
    """
    offer = offered(tool)
    if offer is None or tool.download is None:
        return None
    url, digest = offer
    archive = home.downloads / url.rsplit("/", 1)[-1]
    reached = [0]

    def report(received: int) -> None:
        reached[0] = received

    with progress.step(f"fetching {url}", lambda: f"{reached[0] / 1e6:.0f} MB"):
        fetch(url, digest, archive, report)
        unpack(archive, tool.download, home.bin)
    archive.unlink()
    return home.bin / tool.name


def fetch(url: str, sha256: str, target: Path, report: Callable[[int], None] = lambda _: None) -> None:
    """Fetch a file; what an interrupted run has received is kept beside `target` and continued.

    Args:
        url: Where it is.
        sha256: Its digest, in hexadecimal.
        target: Where it goes, once it is whole and its digest is right.
        report: Told how many bytes are here, now and then.

    Raises:
        ToolchainError: The host does not answer, the disk is full, or the digest is another one; then nothing is kept.
    """
    if target.is_file() and _digest(target) == sha256:
        return
    part = target.with_name(f"{target.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        _receive(url, part, report)
    except (OSError, http.client.HTTPException) as error:
        raise ToolchainError(
            f"{url} did not arrive whole: {error}", "run again: it goes on where it stopped"
        ) from error
    found = _digest(part)
    if found != sha256:
        part.unlink()
        raise ToolchainError(
            f"{url} has the SHA-256 {found}, but {sha256} is pinned",
            "do not use it: find out whether the pin in toolchain/pins.toml or the file is wrong",
        )
    part.replace(target)


def unpack(archive: Path, description: Download, folder: Path) -> None:
    """Put the programs of a gzipped tar archive into a folder, each in one step."""
    with tarfile.open(archive, "r:gz") as content:
        for member in content:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.parent != PurePosixPath(description.folder):
                continue
            source = content.extractfile(member)
            if source is None:
                continue
            with files.incoming(folder / path.name) as temporary, source, temporary.open("wb") as out:
                while chunk := source.read(CHUNK):
                    out.write(chunk)
                temporary.chmod(0o755)


def _receive(url: str, part: Path, report: Callable[[int], None]) -> None:
    """Append to `part` what is missing; a server that cannot continue sends everything anew."""
    have = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - pinned
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT_S)  # noqa: S310 - pinned
    except urllib.error.HTTPError as error:
        with error:
            if have and error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # everything is here already; the digest decides
            raise
    with response, part.open("ab" if response.status == http.client.PARTIAL_CONTENT else "wb") as file:
        while chunk := response.read(CHUNK):
            file.write(chunk)
            report(file.tell())
        # Read in pieces, a body that breaks off looks like one that ends.
        if response.length:
            raise http.client.IncompleteRead(b"", response.length)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
