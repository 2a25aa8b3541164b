"""Secrets of an environment: where values come from, and that they stay hidden."""

import base64
from typing import Any

import pytest

from tests.unit.components.declared import secret_files
from tests.unit.components.recorder import UNKNOWN, Recording, clear_texts, is_secret, opened, record

GENERATED: dict[str, Any] = {"generated": {}}
STORED = {"fromConfig": {"key": "token"}}


def name_of(recording: Recording) -> str:
    return recording.one("Secret").inputs["metadata"]["name"]


def test_a_generated_value_is_kept_in_a_secret():
    recording = record(lambda: secret_files(token=GENERATED))

    value = opened(recording.one("Secret").inputs)["data"]["value"]
    assert base64.b64decode(value) == b"generated-canary"


def test_a_stored_value_is_kept_in_a_secret():
    recording = record(lambda: secret_files({"token": "stored-canary"}, token=STORED))

    value = opened(recording.one("Secret").inputs)["data"]["value"]
    assert base64.b64decode(value) == b"stored-canary"


def test_a_password_is_made_as_described():
    described = {"generated": {"length": 40, "special": True, "rotation": 2}}

    inputs = record(lambda: secret_files(token=described)).one("RandomPassword").inputs

    assert (inputs["length"], inputs["special"], inputs["keepers"]) == (40, True, {"rotation": "2"})


@pytest.mark.parametrize("source", [GENERATED, STORED])
def test_no_value_is_ever_in_clear(source: dict[str, Any]):
    recording = record(lambda: secret_files({"token": "stored-canary"}, token=source))

    texts = [text for each in recording.resources for text in clear_texts([each.inputs, each.outputs])]
    encoded = [base64.b64encode(value).decode() for value in (b"stored-canary", b"generated-canary")]
    assert not [text for text in texts if "canary" in text or text in encoded]


def test_the_name_of_a_generated_secret_is_known_before_the_value():
    preview = record(lambda: secret_files(token=GENERATED), preview=True)
    update = record(lambda: secret_files(token=GENERATED))

    assert name_of(preview) == name_of(update)
    assert name_of(update).startswith("token-")


def test_a_rotation_is_a_new_name():
    first = record(lambda: secret_files(token={"generated": {"rotation": 1}}))
    second = record(lambda: secret_files(token={"generated": {"rotation": 2}}))

    assert name_of(first) != name_of(second)


def test_another_stored_value_is_a_new_name():
    first = record(lambda: secret_files({"token": "one"}, token=STORED))
    second = record(lambda: secret_files({"token": "two"}, token=STORED))

    assert name_of(first) != name_of(second)


def test_the_same_stored_value_is_the_same_name():
    first = record(lambda: secret_files({"token": "one"}, token=STORED))
    second = record(lambda: secret_files({"token": "one"}, token=STORED))

    assert name_of(first) == name_of(second)


def test_the_name_of_a_stored_secret_does_not_give_its_value_away():
    made = {"RandomBytes": {"hex": "11" * 32}}

    plain = record(lambda: secret_files({"token": "one"}, token=STORED))
    other_key = record(lambda: secret_files({"token": "one"}, token=STORED), made=made)

    assert name_of(plain) != name_of(other_key)


def test_a_name_is_no_secret_itself():
    recording = record(lambda: secret_files({"token": "one"}, token=STORED))

    assert not is_secret(recording.one("Secret").inputs["metadata"]["name"])


def test_before_its_key_is_made_only_the_name_of_a_stored_secret_is_unknown():
    recording = record(lambda: secret_files({"token": "one"}, token=STORED), preview=True)

    assert name_of(recording) == UNKNOWN
    assert recording.one("Secret").inputs["immutable"] is True


def test_no_key_is_made_where_no_secret_is_stored():
    assert record(lambda: secret_files(token=GENERATED)).of_type("RandomBytes") == []
