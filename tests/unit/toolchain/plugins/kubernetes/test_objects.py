import base64

import pytest

from toolchain.plugins.base_values import UNKNOWN, Properties, Secret, Value, plain_properties
from toolchain.plugins.kubernetes.objects import (
    dashed,
    mark_secrets,
    normalise,
    parse_state,
    pruned,
    set_metadata,
    state_of,
    text,
    underscored,
)


def secret(**fields: Value) -> Properties:
    return {"apiVersion": "v1", "kind": "Secret", **fields}


def normal(obj: Properties) -> Properties:
    normalise(obj)
    return obj


def test_string_data_of_a_secret_becomes_data_and_wins() -> None:
    obj = secret(data={"a": "eA==", "b": "eQ=="}, stringData={"a": "päss"})
    assert normal(obj) == secret(data={"a": base64.b64encode("päss".encode()).decode(), "b": "eQ=="})


def test_line_breaks_in_base64_are_no_difference() -> None:
    assert normal(secret(data={"a": "aGVs\nbG8=\n"})) == secret(data={"a": "aGVsbG8="})


@pytest.mark.parametrize("data", [{"a": "not base64!"}, {"a": 1}, {}])
def test_data_that_no_server_would_take_is_left_to_the_server(data: Properties) -> None:
    assert normal(secret(data=dict(data))) == secret(data=data)


@pytest.mark.parametrize("string_data", [{"a": 1}, {}, UNKNOWN, {"a": "x", "b": UNKNOWN}])
def test_string_data_that_cannot_be_encoded_stays(string_data: Value) -> None:
    assert normal(secret(stringData=string_data)) == secret(stringData=string_data)


def test_string_data_of_a_custom_secret_stays() -> None:
    obj: Properties = {"apiVersion": "example.com/v1", "kind": "Secret", "stringData": {"a": "b"}}
    assert normal(dict(obj)) == obj


def test_what_only_a_server_writes_is_dropped() -> None:
    metadata: Properties = {"name": "a", "uid": "1", "resourceVersion": "2", "managedFields": [], "generation": 1}
    assert normal({"metadata": metadata}) == {"metadata": {"name": "a"}}


def test_a_definition_loses_its_status_and_a_false_that_servers_forget() -> None:
    kind: Properties = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition"}
    obj: Properties = {**kind, "spec": {"preserveUnknownFields": False, "group": "g"}, "status": {}}
    assert normal(obj) == {**kind, "spec": {"group": "g"}}


def test_names_of_schema_fields_change_at_any_depth_and_back() -> None:
    obj: Properties = {"a": [{"x-kubernetes-list-type": "map", "x-other": {"x-kubernetes-map-type": "atomic"}}]}
    renamed: Properties = {"a": [{"x_kubernetes_list_type": "map", "x-other": {"x_kubernetes_map_type": "atomic"}}]}
    assert underscored(obj) == renamed
    assert dashed(renamed) == obj


def test_pruning_keeps_what_the_program_set() -> None:
    live: Properties = {"a": {"b": 1, "c": 2}, "d": [{"e": 1, "f": 2}, {"e": 3}], "g": 1, "h": [1, 2]}
    shape: Properties = {"a": {"b": 0}, "d": [{"e": 0}], "h": {}, "i": 1}
    assert pruned(live, shape) == {"a": {"b": 1}, "d": [{"e": 1}], "h": [1, 2]}


def test_all_data_of_a_secret_is_secret_even_if_the_program_did_not_say_so() -> None:
    obj = secret(data={"a": "eA=="}, metadata={"name": "s"})
    mark_secrets(obj, secret(data={"a": "eA=="}))
    assert obj == secret(data=Secret({"a": "eA=="}), metadata={"name": "s"})


def test_secrecy_is_kept_as_deep_as_maps_go_and_covers_whole_lists() -> None:
    obj: Properties = {"metadata": {"annotations": {"a": "x", "b": "y"}}, "spec": {"env": [{"value": "z"}], "n": 1}}
    mark_secrets(
        obj,
        {
            "metadata": {"annotations": {"a": Secret("x"), "b": "y"}},
            "spec": {"env": [{"value": Secret("z")}], "n": 1},
            "gone": Secret(1),
        },
    )
    assert obj == {
        "metadata": {"annotations": {"a": Secret("x"), "b": "y"}},
        "spec": {"env": Secret([{"value": "z"}]), "n": 1},
    }


def test_a_state_holds_the_object_its_inputs_and_who_owns_it() -> None:
    inputs = secret(metadata={"name": "s"}, data=Secret({"a": "eA=="}))
    obj = plain_properties(inputs)
    state = state_of(obj, inputs, initial_api_version="v1", field_manager="me")
    bookkeeping: Properties = {"__inputs": inputs, "__initialApiVersion": "v1", "__fieldManager": "me"}
    assert state == {**inputs, **bookkeeping}
    recorded, live = parse_state(plain_properties(state))
    assert recorded == obj
    assert live == {**obj, "__initialApiVersion": "v1", "__fieldManager": "me"}


def test_a_state_without_inputs_reads_as_one_with_none() -> None:
    assert parse_state({"kind": "Pod"}) == ({}, {"kind": "Pod"})


@pytest.mark.parametrize("obj", [{}, {"metadata": UNKNOWN}, {"metadata": {"name": UNKNOWN}}, {"metadata": {"name": 1}}])
def test_what_is_absent_or_not_known_reads_as_no_text(obj: Properties) -> None:
    assert text(obj, "metadata", "name") == ""


def test_metadata_is_made_where_absent_and_left_where_not_known() -> None:
    obj: Properties = {}
    set_metadata(obj, "namespace", "")
    assert obj == {}
    set_metadata(obj, "namespace", "ai")
    assert obj == {"metadata": {"namespace": "ai"}}
    unknown: Properties = {"metadata": UNKNOWN}
    set_metadata(unknown, "namespace", "ai")
    assert unknown == {"metadata": UNKNOWN}
