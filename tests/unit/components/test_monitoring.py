"""What watches an environment, as the engine sees it."""

import base64
from typing import Any

import pulumi
import pytest

from components.monitoring import Monitoring
from components.secret_files import SecretFiles
from components.spec.monitoring import Monitoring as MonitoringSpec
from components.verified_image import VerifiedImage
from components.workload import Workload
from tests.unit.components import given
from tests.unit.components.declared import an_environment, an_image
from tests.unit.components.recorder import DIGEST, Recording, clear_texts, opened, record

HOOK: dict[str, Any] = {
    "receivers": {"on-call": {"webhook": "url", "allowTo": {"namespace": "hooks"}}},
    "routes": [{"receiver": "on-call"}],
}


def declared(stored: dict[str, pulumi.Input[str]] | None = None, **fields: Any) -> Recording:
    def program() -> None:
        where = an_environment()
        spec = given.workload(extraPorts=[{"name": "metrics", "port": 9090}])
        api = Workload("api", spec, where, an_image(), SecretFiles("secrets", {}, where, {}))
        images = {
            name: VerifiedImage(name, "build", f"registry.example.com/slipway/{name}@{DIGEST}", {})
            for name in ("prometheus", "alertmanager")
        }
        Monitoring("monitoring", MonitoringSpec.model_validate(fields), {"api": api}, where, images, stored or {})

    return record(program)


def config_of(recording: Recording) -> str:
    return base64.b64decode(opened(recording.one("Secret").inputs)["data"]["value"]).decode()


def test_nothing_that_watches_has_a_token_or_a_right():
    recording = declared()

    pods = [each.inputs["spec"]["template"]["spec"] for each in recording.of_type("StatefulSet")]
    assert [pod["automountServiceAccountToken"] for pod in pods] == [False, False]
    assert not [volume for pod in pods for volume in pod["volumes"] if "serviceAccountToken" in str(volume)]
    assert not [each.type for each in recording.resources if "rbac" in each.type]


def test_prometheus_starts_after_the_names_that_it_looks_up():
    recording = declared()

    prometheus = next(each for each in recording.of_type("StatefulSet") if each.name == "prometheus")
    assert any(urn.endswith("::api-metrics") for urn in prometheus.dependencies)


def test_the_url_of_a_webhook_is_in_a_secret_and_nowhere_else():
    recording = declared({"url": "https://hooks.example.com/canary\n"}, **HOOK)

    assert "url: https://hooks.example.com/canary\n" in config_of(recording)
    texts = [text for each in recording.resources for text in clear_texts([each.inputs, each.outputs])]
    assert not [text for text in texts if "canary" in text]


def test_without_receivers_alerts_go_to_nobody():
    assert "receiver: nobody" in config_of(declared())


def test_a_stored_value_that_is_no_url_is_refused_and_not_repeated():
    with pytest.raises(pulumi.RunError) as caught:
        declared({"url": "canary"}, **HOOK)

    assert "monitoring.receivers.on-call.webhook" in str(caught.value)
    assert "canary" not in str(caught.value)
