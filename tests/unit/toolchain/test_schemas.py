"""Kubernetes' schemas are fetched once, proved by checksum, and kept small."""

import hashlib
import json
from pathlib import Path

import pytest

from toolchain import gobuild, schemas
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress
from toolchain.schemas import PINS, Pin, SchemasUnavailableError, definitions, pin_of, slim

DOCUMENT = json.dumps({"definitions": {"Ship": {"type": "object", "description": "A ship."}}}).encode()
PIN = Pin("v1.99.0", "h1:x", hashlib.sha256(DOCUMENT).hexdigest())


def _serve(monkeypatch: pytest.MonkeyPatch, document: bytes) -> list[str]:
    """Make the web answer with a document, and Go be out of reach; returns the list that fills with asked releases."""
    asked: list[str] = []

    def answer(pin: Pin, home: Home) -> bytes:
        asked.append(pin.release)
        return document

    _without_go(monkeypatch)
    monkeypatch.setattr(schemas, "PINS", {"1.99": PIN})
    monkeypatch.setattr(schemas, "_from_web", answer)
    return asked


def _without_go(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_go(home: Home, progress: Progress) -> str:
        raise ToolchainError("no Go here", "install it")

    monkeypatch.setattr(gobuild, "find_go", find_go)
    monkeypatch.setenv("PATH", "")


def test_the_definitions_are_fetched_once_and_then_read_from_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = _serve(monkeypatch, DOCUMENT)
    first, second = definitions(Home(tmp_path), "1.99"), definitions(Home(tmp_path), "1.99")
    assert first == second == {"Ship": {"type": "object"}}
    assert asked == ["v1.99.0"]


def test_a_document_with_another_checksum_is_refused_and_not_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _serve(monkeypatch, DOCUMENT + b" ")
    with pytest.raises(SchemasUnavailableError, match=PIN.document):
        definitions(Home(tmp_path), "1.99")
    assert list(tmp_path.rglob("definitions.json")) == []


def test_when_no_source_answers_each_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _without_go(monkeypatch)
    monkeypatch.setattr(schemas, "PINS", {"1.99": PIN})
    monkeypatch.setattr(schemas, "URL", (tmp_path / "absent").as_uri())
    with pytest.raises(SchemasUnavailableError) as refusal:
        definitions(Home(tmp_path), "1.99")
    assert refusal.value.message.endswith("; no Go here")
    assert "file:///" in refusal.value.message
    assert "install Go" in refusal.value.mend


def test_a_damaged_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _serve(monkeypatch, DOCUMENT)
    definitions(Home(tmp_path), "1.99")
    [kept] = tmp_path.rglob("definitions.json")
    kept.write_text("{", encoding="utf-8")
    with pytest.raises(SchemasUnavailableError, match="is damaged"):
        definitions(Home(tmp_path), "1.99")


@pytest.mark.parametrize("version", ["1.36", "v1.36", "1.36.3", "v1.36.0"])
def test_a_version_is_found_however_it_is_written(version: str) -> None:
    assert pin_of(version) == PINS["1.36"]


@pytest.mark.parametrize("version", ["1.5", "2.36", "", "latest"])
def test_a_version_that_is_not_pinned_is_refused_with_those_that_are(version: str) -> None:
    with pytest.raises(SchemasUnavailableError) as refusal:
        pin_of(version)
    assert "1.34, 1.35, 1.36" in refusal.value.mend


def test_slimming_keeps_a_field_that_is_named_like_a_keyword() -> None:
    schema = {"description": "gone", "properties": {"description": {"type": "string", "description": "gone"}}}
    assert slim(schema) == {"properties": {"description": {"type": "string"}}}
