"""The stand-in answers, call by call, what the official plugin answered."""

import copy
import re
from pathlib import Path

import pytest

from tests.unit.toolchain.plugins.replay import RECORDINGS, CallError, Json, recorded, serving
from toolchain.plugins.kubernetes.provider import Kubernetes

RENDERED = [
    "render-01-preview-step0",
    "render-02-up-step0",
    "render-03-up-step0",
    "render-04-preview-step1",
    "render-05-up-step1",
    "render-06-preview-step2",
    "render-07-up-step2",
    "render-08-refresh-step2",
    "render-09-destroy-step2",
]

LIVE = [
    "live-02-up-step0",
    "live-03-up-step0",
    "live-08-refresh-step2",
    "fail-crash",
    "fail-empty-service",
    "fail-exists",
    "fail-job-fails",
    "fail-never-ready",
    "fail-no-crd",
    "fail-no-namespace",
    "fail-podsecurity",
    "fail-pull",
    "fail-pvc",
    "fail-selector-mismatch",
    "fail-unschedulable",
]

# What may differ from the recordings, and why. Everything else is compared exactly.
#
# | call   | difference                                   | reason                                                     |
# |--------|----------------------------------------------|------------------------------------------------------------|
# | Create | the eight digits of `__fieldManager`         | random in the official plugin too: it gets no seed there   |
# | Read   | "rpc error: code = Unknown desc = " in front | the recorder's way to write a gRPC status, compared as one |
# | files  | the registry's address                       | replaced in the recorded calls, not in the recorded folder |
# | live   | a Namespace's Create is a server's dry run   | no stand-in for a server: without one it returns its input |
# | fail   | the misspelt field in fail-unknown-field     | kept, so that a schema check can find it; official: lost   |
FIELD_MANAGER = re.compile(r"pulumi-kubernetes-[0-9a-f]{8}")
STATUS = "rpc error: code = Unknown desc = "
REGISTRY = ("127.0.0.1:5001", "registry.local:5000")


def comparable(method: str, response: Json) -> Json:
    manager = response.get("properties", {}).get("__fieldManager") if method == "Create" else None
    if manager is None or not FIELD_MANAGER.fullmatch(manager):
        return response
    alike = copy.deepcopy(response)
    alike["properties"]["__fieldManager"] = "pulumi-kubernetes-00000000"
    return alike


def replay(calls: list[Json]) -> None:
    with serving(Kubernetes()) as client:
        for number, call in enumerate(calls):
            where = f"call {number}: {call['method']} {call['request'].get('urn')}"
            if "errors" in call:
                with pytest.raises(CallError) as refused:
                    client.call(call["method"], call["request"])
                assert (refused.value.code, refused.value.message) == (
                    "UNKNOWN",
                    call["errors"][0].removeprefix(STATUS),
                ), where
            else:
                response = client.call(call["method"], call["request"])
                expected: Json = call["response"] or {}
                assert comparable(call["method"], response) == comparable(call["method"], expected), where


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The engine starts plugins in the project's folder, which the recorded folder "rendered" is relative to."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("recording", RENDERED)
def test_answers_what_the_official_plugin_answered_while_rendering(recording: str) -> None:
    replay(recorded(recording))


def test_renders_byte_for_byte_what_the_official_plugin_rendered(project: Path) -> None:
    # Given the names in the recorded folder, which are of a run of their own,
    calls = recorded("render-02-up-step0")
    expected = {path.name: path.read_text() for path in (RECORDINGS / "rendered" / "1-manifest").iterdir()}
    # when the recorded objects are created under them,
    with serving(Kubernetes()) as client:
        for call in calls:
            if call["method"] == "Configure" or (call["method"] == "Create" and "preview" not in call["request"]):
                client.call(call["method"], named_as_in(expected, call["request"]))
    # then the folders are the same.
    assert {path.name: path.read_text() for path in (project / "rendered" / "1-manifest").iterdir()} == {
        name: content.replace(*REGISTRY) for name, content in expected.items()
    }
    assert list((project / "rendered" / "0-crd").iterdir()) == []


def named_as_in(expected: dict[str, str], request: Json) -> Json:
    request = copy.deepcopy(request)
    metadata = request.get("properties", {}).get("metadata", {})
    if "annotations" in metadata and "pulumi.com/autonamed" in metadata["annotations"]:
        kind = request["properties"]["kind"].lower()
        pattern = re.compile(rf"-{kind}-ai-({request['name']}-[0-9a-f]{{8}})\.yaml$")
        metadata["name"] = next(match[1] for name in expected if (match := pattern.search(name)))
    return request


def test_leaves_nothing_behind_after_the_recorded_life_of_a_stack(project: Path) -> None:
    for recording in RENDERED:
        replay(recorded(recording))
    assert [path for path in (project / "rendered").rglob("*") if path.is_file()] == []


CONFIGURE: Json = {
    "method": "Configure",
    "request": {"variables": {"kubernetes:config:namespace": "ai"}},
    "response": {"acceptSecrets": True, "supportsPreview": True, "supportsAutonamingConfiguration": True},
}


def test_previews_as_the_official_plugin_does() -> None:
    calls = recorded("live-01-preview-step0")
    dry_run = [call for call in calls if call["method"] == "Create" and call["request"]["name"] == "ns"]
    replay([CONFIGURE, *(call for call in calls if call not in dry_run)])


@pytest.mark.parametrize("recording", LIVE)
def test_checks_and_compares_what_a_cluster_made_of_objects_as_the_official_plugin_does(recording: str) -> None:
    calls = [call for call in recorded(recording) if call["method"] in ("Check", "Diff")]
    assert calls
    replay([CONFIGURE, *calls])
