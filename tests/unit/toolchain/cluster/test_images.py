import json
import tarfile
from pathlib import Path

from toolchain import oci
from toolchain.cluster.images import ProgramImage, archive, make


def a_program(folder: Path, content: bytes = b"\x7fELF") -> ProgramImage:
    folder.mkdir(exist_ok=True)
    (folder / "tool").write_bytes(content)
    return ProgramImage(folder / "tool", ("--flag",))


def test_the_same_program_makes_the_same_image(tmp_path: Path) -> None:
    first = make(a_program(tmp_path / "a"), "amd64", tmp_path / "a")
    second = make(a_program(tmp_path / "b"), "amd64", tmp_path / "b")

    assert first.digest == second.digest


def test_an_image_holds_the_program_only_and_runs_it_without_privileges(tmp_path: Path) -> None:
    image = make(a_program(tmp_path), "amd64", tmp_path)

    with tarfile.open(image.layer) as layer:
        assert [(entry.name, oct(entry.mode)) for entry in layer] == [("tool", "0o755")]
    config = json.loads(image.config)["config"]
    assert (config["Entrypoint"], config["User"]) == (["/tool", "--flag"], "65532:65532")


def test_an_archive_holds_every_blob_under_its_digest(tmp_path: Path) -> None:
    image = make(a_program(tmp_path), "amd64", tmp_path)

    archive({"example.invalid/tool:1": image}, tmp_path / "images.tar")

    with tarfile.open(tmp_path / "images.tar") as tar:
        content = {entry.name: reader.read() for entry in tar if (reader := tar.extractfile(entry))}
    index = json.loads(content["index.json"])["manifests"][0]
    assert index["annotations"] == {"io.containerd.image.name": "example.invalid/tool:1"}
    blobs = {name: data for name, data in content.items() if name.startswith("blobs/")}
    assert set(blobs) == {f"blobs/sha256/{oci.sha256(data)[7:]}" for data in blobs.values()}
    assert f"blobs/sha256/{index['digest'][7:]}" in blobs
