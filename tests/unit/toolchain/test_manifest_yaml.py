"""Manifests are read as the Go library of kubectl and the API server reads them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.manifest_yaml import UnreadableManifestError, read_documents


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"),
        ("22:22", "22:22"),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("0644", 0o644),
        ("0o644", 0o644),
        ("0x1F", 31),
        ("-12", -12),
        ("0", 0),
        ("08", 8.0),
        ("yes", True),
        ("Off", False),
        ("y", "y"),
        ("~", None),
        ("'1e3'", "1e3"),
        ("500m", "500m"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_a_plain_scalar_means_what_it_means_to_kubernetes(text: str, meaning: object) -> None:
    [document] = read_documents(f"it: {text}\n".encode())
    assert document == {"it": meaning}
    assert type(document["it"]) is type(meaning)


def test_an_empty_value_is_null() -> None:
    assert read_documents(b"it:\n") == [{"it": None}]


def test_every_document_is_read_and_empty_ones_are_left_out() -> None:
    assert read_documents(b"---\na: 1\n---\n---\nb: 2\n") == [{"a": 1}, {"b": 2}]


def test_json_is_read() -> None:
    assert read_documents(b'{"a": [1, "b", null]}') == [{"a": [1, "b", None]}]


def test_a_merge_key_is_followed_and_an_own_key_may_override_it() -> None:
    [document] = read_documents(b"base: &b {x: 1, y: 2}\nmine:\n  <<: *b\n  y: 3\n")
    assert document["mine"] == {"x": 1, "y": 3}


@pytest.mark.parametrize("content", [b"a: 1\na: 2\n", b"outer:\n  a: 1\n  b: 2\n  a: 3\n"])
def test_a_key_given_twice_is_refused_with_its_place(content: bytes) -> None:
    with pytest.raises(UnreadableManifestError, match=r"line [24], column [13]: a key is given twice"):
        read_documents(content)


@pytest.mark.parametrize(
    "content",
    [
        b"password: hunter2\n\tbad",
        b"password: *hunter2",
        b"password: !hunter2 x",
        b"password: [hunter2",
        b"\xff\xfe\x00",
    ],
)
def test_an_unreadable_file_is_refused_without_quoting_it(content: bytes) -> None:
    with pytest.raises(UnreadableManifestError) as refusal:
        read_documents(content)
    assert "hunter2" not in str(refusal.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_either_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(UnreadableManifestError):
        assert isinstance(read_documents(content), list)
