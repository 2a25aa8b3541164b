"""The service hands every part of the protocol on to the provider, and failures back as plain sentences."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from tests.unit.toolchain.plugins.replay import CallError, Client, Json, serving
from toolchain.plugins import base
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret

URN = "urn:pulumi:dev::shop::my:index:Parent$shells:index:Shell::a::b"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "white"}


class Shells(base.Provider):
    """Answers from attributes, and remembers what it was asked."""

    name = "shells"
    version = "1.2.3"
    accept_secrets = False
    accept_outputs = True

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.fails: Exception | None = None
        self.found: base.ReadResult | None = None

    def _note(self, request: object) -> None:
        self.asked.append(request)
        if self.fails is not None:
            raise self.fails

    def check(self, request: base.CheckRequest) -> base.CheckResult:
        self._note(request)
        return base.CheckResult(request.new_inputs, [base.CheckFailure("size", "too big")])

    def diff(self, request: base.DiffRequest) -> base.DiffResult:
        self._note(request)
        return base.DiffResult(
            changes=True,
            replaces=["size"],
            stables=["id"],
            delete_before_replace=True,
            diffs=["size"],
            detailed={"spec.size": base.PropertyDiff(base.DiffKind.UPDATE_REPLACE, input_diff=True)},
        )

    def configure(self, request: base.ConfigureRequest) -> None:
        self._note(request)

    def create(self, request: base.CreateRequest) -> base.CreateResult:
        self._note(request)
        return base.CreateResult("" if request.preview else "shell-1", {"pearl": Secret("white"), "later": UNKNOWN})

    def read(self, request: base.ReadRequest) -> base.ReadResult | None:
        self._note(request)
        return self.found

    def update(self, request: base.UpdateRequest) -> Properties:
        self._note(request)
        return {"size": 2}

    def delete(self, request: base.DeleteRequest) -> None:
        self._note(request)

    def invoke(self, request: base.InvokeRequest) -> base.InvokeResult:
        self._note(request)
        return base.InvokeResult({"count": 7})

    def cancel(self) -> None:
        self._note("cancel")


@pytest.fixture
def shells() -> Shells:
    return Shells()


@pytest.fixture
def client(shells: Shells, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    (tmp_path / "logs").mkdir()
    monkeypatch.setenv("SLIPWAY_HOME", str(tmp_path))
    with serving(shells) as client:
        yield client


def test_the_plugin_says_what_it_accepts(client: Client) -> None:
    assert client.call("Handshake", {}) == {
        "acceptResources": True,
        "acceptOutputs": True,
        "supportsAutonamingConfiguration": True,
    }


def test_configure_says_the_same_as_the_handshake(client: Client, shells: Shells) -> None:
    answer = client.call("Configure", {"args": {"a": 1}, "variables": {"shells:config:a": "1"}})

    assert answer == {
        "supportsPreview": True,
        "acceptResources": True,
        "acceptOutputs": True,
        "supportsAutonamingConfiguration": True,
    }
    assert shells.asked == [base.ConfigureRequest(args={"a": 1}, variables={"shells:config:a": "1"})]


def test_the_plugin_tells_its_version(client: Client) -> None:
    assert client.call("GetPluginInfo", {}) == {"version": "1.2.3"}


def test_the_default_schema_names_the_package(client: Client) -> None:
    assert client.call("GetSchema", {})["schema"] == '{"name": "shells", "version": "1.2.3"}'


def test_type_and_name_come_from_the_urn() -> None:
    request = base.CheckRequest(urn=URN, new_inputs={})

    assert (request.type, request.name) == ("shells:index:Shell", "a::b")


def test_check_is_given_the_seed_the_old_inputs_and_the_wish_for_a_name(client: Client, shells: Shells) -> None:
    request: Json = {
        "urn": URN,
        "news": {"size": 2},
        "olds": {"size": 1},
        "randomSeed": "AAE=",
        "autonaming": {"proposedName": "shelly", "mode": "ENFORCE"},
    }

    answer = client.call("Check", request)

    assert answer == {"inputs": {"size": 2}, "failures": [{"property": "size", "reason": "too big"}]}
    assert shells.asked == [
        base.CheckRequest(
            urn=URN,
            new_inputs={"size": 2},
            old_inputs={"size": 1},
            random_seed=b"\x00\x01",
            autonaming=base.Autonaming("shelly", "ENFORCE"),
        )
    ]


def test_diff_carries_every_detail_both_ways(client: Client, shells: Shells) -> None:
    request: Json = {
        "urn": URN,
        "id": "shell-1",
        "olds": {"size": 1},
        "news": {"size": 2},
        "oldInputs": {"size": 1},
        "ignoreChanges": ["colour"],
    }

    answer = client.call("Diff", request)

    assert answer == {
        "changes": "DIFF_SOME",
        "replaces": ["size"],
        "stables": ["id"],
        "deleteBeforeReplace": True,
        "diffs": ["size"],
        "hasDetailedDiff": True,
        "detailedDiff": {"spec.size": {"kind": "UPDATE_REPLACE", "inputDiff": True}},
    }
    assert shells.asked == [
        base.DiffRequest(
            urn=URN,
            id="shell-1",
            old_state={"size": 1},
            new_inputs={"size": 2},
            old_inputs={"size": 1},
            ignore_changes=("colour",),
        )
    ]


def test_a_provider_that_gives_no_details_says_so(client: Client) -> None:
    assert client.call("DiffConfig", {"urn": URN}) == {"changes": "DIFF_NONE"}


def test_create_marks_secrets_and_unknowns(client: Client, shells: Shells) -> None:
    answer = client.call("Create", {"urn": URN, "properties": {"size": 1}, "preview": True, "timeout": 5})

    assert answer == {"properties": {"pearl": SECRET, "later": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}}
    assert shells.asked == [base.CreateRequest(urn=URN, properties={"size": 1}, preview=True, timeout=5)]


def test_a_resource_that_is_gone_has_no_id(client: Client) -> None:
    assert client.call("Read", {"urn": URN, "id": "shell-1"}) == {}


def test_a_found_resource_has_id_state_and_inputs(client: Client, shells: Shells) -> None:
    shells.found = base.ReadResult("shell-1", {"size": 3}, {"size": 2})

    answer = client.call("Read", {"urn": URN, "id": "shell-1", "properties": {"size": 1}, "inputs": {"size": 1}})

    assert answer == {"id": "shell-1", "properties": {"size": 3}, "inputs": {"size": 2}}
    assert shells.asked == [base.ReadRequest(urn=URN, id="shell-1", properties={"size": 1}, inputs={"size": 1})]


def test_update_is_given_old_and_new(client: Client, shells: Shells) -> None:
    request: Json = {
        "urn": URN,
        "id": "shell-1",
        "olds": {"size": 1},
        "news": {"size": 2},
        "oldInputs": {"size": 1},
        "preview": True,
    }

    assert client.call("Update", request) == {"properties": {"size": 2}}
    assert shells.asked == [
        base.UpdateRequest(
            urn=URN,
            id="shell-1",
            old_state={"size": 1},
            new_inputs={"size": 2},
            old_inputs={"size": 1},
            preview=True,
        )
    ]


def test_delete_is_given_the_old_inputs(client: Client, shells: Shells) -> None:
    client.call("Delete", {"urn": URN, "id": "shell-1", "properties": {"size": 1}, "oldInputs": {"size": 1}})

    assert shells.asked == [base.DeleteRequest(urn=URN, id="shell-1", properties={"size": 1}, old_inputs={"size": 1})]


def test_functions_return_values(client: Client) -> None:
    assert client.call("Invoke", {"tok": "shells:index:count", "args": {}}) == {"return": {"count": 7}}


def test_cancel_reaches_the_provider(client: Client, shells: Shells) -> None:
    client.call("Cancel", {})

    assert shells.asked == ["cancel"]


def test_a_refusal_is_the_providers_own_sentence(client: Client, shells: Shells) -> None:
    shells.fails = base.ProviderError("the sea is closed", grpc.StatusCode.UNAVAILABLE)

    with pytest.raises(CallError) as refused:
        client.call("Create", {"urn": URN})

    assert (refused.value.code, refused.value.message) == ("UNAVAILABLE", "the sea is closed")


def test_a_resource_that_did_not_get_ready_comes_with_its_state(client: Client, shells: Shells) -> None:
    shells.fails = base.InitFailedError(
        "shell-1 did not open",
        resource_id="shell-1",
        properties={"pearl": Secret("white")},
        inputs={"size": 1},
        reasons=["timed out"],
    )

    with pytest.raises(CallError) as refused:
        client.call("Create", {"urn": URN})

    assert (refused.value.code, refused.value.message) == ("UNKNOWN", "shell-1 did not open")
    assert refused.value.init_failed == {
        "id": "shell-1",
        "properties": {"pearl": SECRET},
        "inputs": {"size": 1},
        "reasons": ["timed out"],
    }


def test_a_bug_is_one_sentence_that_names_plugin_call_resource_place_and_log(
    client: Client, shells: Shells, tmp_path: Path
) -> None:
    shells.fails = KeyError("hunter2")

    with pytest.raises(CallError) as failed:
        client.call("Create", {"urn": URN})

    assert failed.value.code == "INTERNAL"
    expected = (
        f"the stand-in plugin for 'shells' has a bug: Create of {URN} stopped with KeyError at test_base_service.py:"
    )
    assert failed.value.message.startswith(expected)
    assert failed.value.message.endswith(f"Details: {tmp_path}/logs/plugin-shells.log.")


def test_a_bugs_log_says_where_but_never_shows_values(client: Client, shells: Shells, tmp_path: Path) -> None:
    shells.fails = KeyError("hunter2")

    with pytest.raises(CallError):
        client.call("Create", {"urn": URN})

    log = (tmp_path / "logs" / "plugin-shells.log").read_text()
    assert "in create" in log
    assert "hunter2" not in log


def test_the_plugin_goes_on_after_a_bug(client: Client, shells: Shells) -> None:
    shells.fails = KeyError()
    with pytest.raises(CallError):
        client.call("Create", {"urn": URN})
    shells.fails = None

    assert client.call("Create", {"urn": URN})["id"] == "shell-1"


def test_what_a_provider_does_not_implement_is_refused_by_name() -> None:
    class Bare(base.Provider):
        name = "bare"
        version = "0.1.0"

    with serving(Bare()) as client, pytest.raises(CallError) as refused:
        client.call("Create", {"urn": URN})

    assert refused.value.code == "UNIMPLEMENTED"
    assert "'bare' cannot Create 'shells:index:Shell'" in refused.value.message


def test_other_calls_of_the_protocol_are_unimplemented(client: Client) -> None:
    with pytest.raises(CallError) as refused:
        client.call("Construct", {})

    assert refused.value.code == "UNIMPLEMENTED"
