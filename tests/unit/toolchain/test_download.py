"""Official archives arrive whole, are continued after an interruption, and are used only with the pinned digest."""

import hashlib
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.unit.toolchain.sites import Answer, Request, served
from toolchain import download
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import Download, Tool, pins
from toolchain.progress import Progress


@dataclass
class Site:
    """A release host on this machine.

    Attributes:
        content: What it has.
        ranges: Whether it can continue.
        cut: After how many bytes it breaks off, None for never.
        asked: The `Range` header of each request.
    """

    content: bytes
    url: str = ""
    ranges: bool = True
    cut: int | None = None
    asked: list[str | None] = field(default_factory=list[str | None])

    def answer(self, request: Request) -> Answer:
        asked = request.headers.get("Range")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and self.ranges else 0
        if start >= len(self.content):
            return Answer(416)
        body = self.content[start:]
        return Answer(206 if start else 200, body[: self.cut], {"Content-Length": str(len(body))})


@pytest.fixture
def site() -> Iterator[Site]:
    described = Site(b"".join(bytes([number % 251]) * 1000 for number in range(300)))

    with served(described.answer) as port:
        described.url = f"http://127.0.0.1:{port}/pulumi-v{{version}}-{{platform}}.tar.gz"
        yield described


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_file_arrives_with_the_pinned_digest(tmp_path: Path, site: Site) -> None:
    download.fetch(site.url, sha256(site.content), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == site.content


def test_a_file_that_is_there_is_not_fetched_again(tmp_path: Path, site: Site) -> None:
    (tmp_path / "a").write_bytes(site.content)
    download.fetch(site.url, sha256(site.content), tmp_path / "a")
    assert site.asked == []


def test_a_download_that_breaks_off_is_an_error_and_goes_on_where_it_stopped(tmp_path: Path, site: Site) -> None:
    site.cut = 1234
    with pytest.raises(ToolchainError, match="did not arrive whole"):
        download.fetch(site.url, sha256(site.content), tmp_path / "a")
    assert not (tmp_path / "a").exists()
    site.cut = None
    download.fetch(site.url, sha256(site.content), tmp_path / "a")
    assert site.asked == [None, "bytes=1234-"]
    assert (tmp_path / "a").read_bytes() == site.content


def test_a_host_that_cannot_continue_sends_everything_anew(tmp_path: Path, site: Site) -> None:
    site.ranges = False
    (tmp_path / "a.part").write_bytes(b"x" * 10)
    download.fetch(site.url, sha256(site.content), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == site.content


def test_a_part_that_is_already_whole_is_used(tmp_path: Path, site: Site) -> None:
    (tmp_path / "a.part").write_bytes(site.content)
    download.fetch(site.url, sha256(site.content), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == site.content


def test_another_digest_is_refused_and_nothing_is_kept(tmp_path: Path, site: Site) -> None:
    with pytest.raises(ToolchainError, match="is pinned") as caught:
        download.fetch(site.url, "0" * 64, tmp_path / "a")
    assert sha256(site.content) in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_a_host_out_of_reach_is_an_error_with_a_mend(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="did not arrive whole"):
        download.fetch("http://127.0.0.1:9/a", "0" * 64, tmp_path / "a")


def archive(**programs: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as content:
        for name, body in programs.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(body)
            content.addfile(member, io.BytesIO(body))
    return packed.getvalue()


def tool(site: Site) -> Tool:
    system = {"linux-x86_64": "linux-x64", "linux-aarch64": "linux-x64", "darwin-arm64": "linux-x64"}
    offered = Download(site.url, "pulumi", system, {"linux-x64": sha256(site.content)})
    return replace(pins().tool("pulumi"), download=offered)


def test_an_archives_programs_are_put_in_place_and_the_archive_goes(tmp_path: Path, site: Site) -> None:
    site.content = archive(pulumi__pulumi=b"cli", pulumi__other=b"companion", LICENSE=b"text")
    home = Home(tmp_path)
    assert download.bring(tool(site), home, Progress(quiet=60)) == home.bin / "pulumi"
    assert {path.name: path.read_bytes() for path in home.bin.iterdir()} == {"pulumi": b"cli", "other": b"companion"}
    assert (home.bin / "pulumi").stat().st_mode & 0o111
    assert list(home.downloads.iterdir()) == []


def test_a_member_that_points_outside_its_folder_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_bytes(archive(pulumi__________etc__evil=b"x"))
    description = Download("", "pulumi", {}, {})
    download.unpack(tmp_path / "a.tar.gz", description, tmp_path / "bin")
    assert not (tmp_path / "bin").exists()


def test_nothing_is_offered_without_a_pinned_digest() -> None:
    assert download.offered(pins().tool("pulumi"), "linux-x86_64") is None


def test_nothing_is_offered_for_another_system(site: Site) -> None:
    assert download.offered(tool(site), "plan9-mips") is None
