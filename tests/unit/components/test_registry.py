"""The registry and its credentials."""

import base64
import json

from tests.unit.components.declared import a_registry, an_environment
from tests.unit.components.recorder import clear_texts, opened, record

CREDENTIALS = {"username": "ci", "password": "registry"}


def test_the_pull_secret_is_a_docker_configuration():
    recording = record(lambda: an_environment(a_registry(credentials=CREDENTIALS, password="canary")))

    data = opened(recording.one("Secret").inputs)["data"]
    config = json.loads(base64.b64decode(data[".dockerconfigjson"]))
    assert config["auths"]["registry.example.com"]["username"] == "ci"
    assert base64.b64decode(config["auths"]["registry.example.com"]["auth"]) == b"ci:canary"


def test_a_password_is_never_in_clear():
    recording = record(lambda: an_environment(a_registry(credentials=CREDENTIALS, password="canary")))

    encoded = base64.b64encode(b"canary").decode().rstrip("=")
    texts = [text for each in recording.resources for text in clear_texts([each.inputs, each.outputs])]
    assert not [text for text in texts if "canary" in text or encoded in text]
