"""The keys of a stack: one signs, each is what its id says, and a file that somebody changed is refused."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from components.spec.keyring import Keyring, key_id, read_keyring, written
from components.spec.problem import SpecError

FILE = Path(__file__).parents[1] / "keyring.yaml"
OTHER = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuFSXW0eaPjd+rO9VIOxcgP8vlqmh
6pLxYDGIaLrL4UkEiDAmUTlAAGT0v+bZv/bb0tRAk8v0okCa/WL+GHqMMg==
-----END PUBLIC KEY-----
"""


def ring() -> Keyring:
    found = read_keyring(FILE)
    assert found
    return found


def test_a_keyring_is_read_as_it_was_written(tmp_path: Path):
    file = tmp_path / "dev.yaml"
    file.write_text(written(ring()), encoding="utf-8")
    assert read_keyring(file) == ring()


def test_one_key_signs_and_all_are_trusted():
    assert ring().signing.id == key_id(ring().signing.public)
    assert ring().public == [ring().signing.public]


def test_a_stack_without_keys_has_no_keyring(tmp_path: Path):
    assert read_keyring(tmp_path / "dev.yaml") is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("use: signing", "use: verifying"), "0 keys that sign"),
        ((ring().signing.public.splitlines()[2], OTHER.splitlines()[2]), f"for a key that is `{key_id(OTHER)}`"),
        (("-----BEGIN PUBLIC", "-----BEGIN PRIVATE"), "a public key in the PEM form"),
        (("keys:", "kees:"), "kees"),
        (("keys:", "keys: ["), "text that is not YAML"),
    ],
)
def test_a_file_that_is_no_keyring_is_refused(tmp_path: Path, change: tuple[str, str], told: str):
    file = tmp_path / "prod.yaml"
    file.write_text(FILE.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(SpecError) as refusal:
        read_keyring(file)
    assert "keys/prod.yaml" in str(refusal.value)
    assert told in str(refusal.value)


def test_a_key_tells_its_age():
    assert ring().signing.age(datetime.date(2027, 2, 20)) == 90
