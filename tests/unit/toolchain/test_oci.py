"""Images are the same bytes for the same content, and reach a registry whole."""

import hashlib
import json
import re
import tarfile
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.unit.toolchain.sites import Answer, Request, served
from toolchain import oci
from toolchain.distribution import Remote
from toolchain.errors import ToolchainError

CREATED = "2023-11-14T22:13:20Z"


@dataclass
class Registry:
    """What a registry holds after the requests it got; checks digests as a real one does."""

    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])
    manifests: dict[str, bytes] = field(default_factory=dict[str, bytes])
    uploads: int = 0
    full: bool = False
    address: str = ""

    def answer(self, request: Request) -> Answer:
        _, _, rest = request.path.partition("/v2/library/python/")
        if request.method == "HEAD":
            held = self.blobs if rest.startswith("blobs/") else self.manifests
            content = held.get(rest.rpartition("/")[2])
            return Answer(404) if content is None else Answer(200, headers={"Docker-Content-Digest": digest(content)})
        if self.full:
            return Answer(500, b"no space left on device")
        if request.method == "POST":
            return Answer(202, headers={"Location": "/v2/library/python/blobs/uploads/1?state=x"})
        return self.stored(rest, request.body)

    def stored(self, rest: str, body: bytes) -> Answer:
        if rest.startswith("manifests/"):
            self.manifests[rest.rpartition("/")[2]] = body
            return Answer(201)
        claimed = re.fullmatch(r"blobs/uploads/1\?state=x&digest=sha256%3A(\w+)", rest)
        if not claimed or f"sha256:{claimed[1]}" != digest(body):
            return Answer(400, b"digest invalid")
        self.uploads += 1
        self.blobs[digest(body)] = body
        return Answer(201)


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@pytest.fixture
def registry() -> Generator[Registry]:
    held = Registry()
    with served(held.answer) as port:
        held.address = f"127.0.0.1:{port}"
        yield held


@pytest.fixture
def tar(tmp_path: Path) -> Path:
    (tmp_path / "hello").write_text("hello")
    with tarfile.open(tmp_path / "root.tar", "w") as archive:
        archive.add(tmp_path / "hello", "hello")
    return tmp_path / "root.tar"


def image_of(tar: Path, name: str = "layer") -> oci.Image:
    layer = tar.with_name(name)
    diff_id = oci.compress(tar, layer)
    return oci.image(layer, diff_id, "amd64", {"Cmd": ["python3"]}, CREATED)


def test_the_same_archive_gives_the_same_image_under_any_name(tar: Path) -> None:
    assert image_of(tar, "one").digest == image_of(tar, "two").digest


def test_the_configuration_names_the_archive_and_the_manifest_the_layer(tar: Path) -> None:
    image = image_of(tar)
    config, manifest = json.loads(image.config), json.loads(image.manifest)
    assert config["rootfs"]["diff_ids"] == [digest(tar.read_bytes())]
    assert config["config"] == {"Cmd": ["python3"]}
    assert manifest["layers"][0]["digest"] == digest(image.layer.read_bytes())
    assert manifest["layers"][0]["size"] == image.layer.stat().st_size
    assert manifest["config"]["digest"] == digest(image.config)


def test_a_pushed_image_is_found_by_its_tag_with_its_digest(tar: Path, registry: Registry) -> None:
    image = image_of(tar)
    oci.push(registry.address, "library/python", "3.11", image)
    assert oci.pushed(registry.address, "library/python", "3.11") == image.digest
    assert registry.blobs == {
        digest(image.config): image.config,
        digest(image.layer.read_bytes()): image.layer.read_bytes(),
    }


def test_blobs_that_are_there_are_not_sent_again(tar: Path, registry: Registry) -> None:
    oci.push(registry.address, "library/python", "3.11", image_of(tar))
    oci.push(registry.address, "library/python", "again", image_of(tar))
    assert registry.uploads == 2


def test_an_image_that_is_not_there_has_no_digest(registry: Registry) -> None:
    assert oci.pushed(registry.address, "library/python", "3.11") is None


def test_a_registry_whose_disk_is_full_is_told_with_its_words(tar: Path, registry: Registry) -> None:
    registry.full = True
    with pytest.raises(ToolchainError, match=r"answered 500 to POST .*no space left on device") as caught:
        oci.push(registry.address, "library/python", "3.11", image_of(tar))
    assert "disk has room" in caught.value.mend


def test_a_registry_that_is_down_is_told_with_its_address() -> None:
    with pytest.raises(ToolchainError, match=r"the registry at 127\.0\.0\.1:9 did not take HEAD"):
        oci.pushed("127.0.0.1:9", "library/python", "3.11")


@pytest.mark.parametrize(("status", "was_there"), [(202, True), (404, False)])
def test_deleting_says_whether_the_manifest_was_there(status: int, was_there: bool) -> None:
    def answer(request: Request) -> Answer:
        return Answer(status if (request.method, request.path) == ("DELETE", "/v2/shop/manifests/sha256:1") else 400)

    with served(answer) as port:
        assert Remote(f"127.0.0.1:{port}", insecure=True).delete("shop", "sha256:1") is was_there


def test_a_registry_that_allows_no_deletes_is_an_error() -> None:
    with served(lambda _: Answer(405)) as port, pytest.raises(ToolchainError, match="405"):
        Remote(f"127.0.0.1:{port}", insecure=True).delete("shop", "sha256:1")
