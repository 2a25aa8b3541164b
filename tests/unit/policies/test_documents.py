"""Files of all kinds, good and hostile, are read or named."""

import io
import json
import sys
from pathlib import Path

import pytest

from policies import documents
from policies.documents import Document, Unreadable, read


def test_documents_are_counted_from_zero_in_each_file(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("a: 1\n---\n---\na: 2\n")
    (tmp_path / "a.json").write_text(json.dumps({"a": 0}))
    (tmp_path / "notes.txt").write_text("a: 9")
    found = list(read([str(tmp_path)]))
    assert found == [
        Document(str(tmp_path / "a.json"), 0, {"a": 0}),
        Document(str(tmp_path / "b.yaml"), 0, {"a": 1}),
        Document(str(tmp_path / "b.yaml"), 1, None),
        Document(str(tmp_path / "b.yaml"), 2, {"a": 2}),
    ]


def test_a_file_that_is_named_is_read_whatever_its_suffix(tmp_path: Path) -> None:
    file = tmp_path / "manifest.txt"
    file.write_text("a: 1")
    assert list(read([str(file)])) == [Document(str(file), 0, {"a": 1})]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: 1\n---\nb: 2\n")))
    assert list(read(["-"])) == [Document("-", 0, {"a": 1}), Document("-", 1, {"b": 2})]


LAUGHS = "\n".join(
    ["a0: &a0 [x,x,x,x,x,x,x,x,x]", *(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bad.yaml", b"a: [1", "no YAML, line 2"),
        ("tabs.yaml", b"a:\n\t- b", "no YAML, line 2"),
        ("bad.json", b"{", "neither YAML nor JSON"),
        ("deep.json", b"[" * 100_000, "neither YAML nor JSON (RecursionError)"),
        ("binary.yaml", bytes(range(256)) * 4, "neither YAML nor JSON"),
        ("tag.yaml", b"a: !!python/object/apply:os.system ['true']", "no YAML, line 1"),
        ("laughs.yaml", LAUGHS.encode(), "document 0 holds more than 1,000,000 values"),
        ("loop.yaml", b"a: &a [*a]", "document 0 contains itself"),
        ("deep.yaml", b"- " * 50_000, "document 0 contains itself, or is nested too deeply"),
        ("deep-flow.yaml", b"[" * 50_000, "document 0 contains itself, or is nested too deeply"),
        ("nested.json", b"[" * 300 + b"]" * 300, "document 0 is nested too deeply"),
        ("undefined.yaml", b"a: *b", "no YAML, line 1: found undefined alias"),
        ("keys.yaml", b"[1]: a", "no YAML, line 1: found unhashable key"),
        ("set.yaml", b"!!set {a, b}", "no YAML, line 1: the tag"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_others_still_read(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "z.yaml").write_text("a: 1")
    unreadable, document = read([str(tmp_path)])
    assert isinstance(unreadable, Unreadable)
    assert unreadable.file == str(tmp_path / name)
    assert unreadable.reason.startswith(reason)
    assert document == Document(str(tmp_path / "z.yaml"), 0, {"a": 1})


def test_a_file_that_is_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_BYTES", 2**20)
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a" * (2**20 + 1))
    assert list(read([str(file)])) == [Unreadable(str(file), "larger than 1 MiB")]


def test_a_missing_file_is_named() -> None:
    assert list(read(["/nowhere/a.yaml"])) == [Unreadable("/nowhere/a.yaml", "No such file or directory")]


def test_a_link_to_its_own_folder_does_not_trap(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "a.yaml").write_text("a: 1")
    assert len(list(read([str(tmp_path)]))) == 1
