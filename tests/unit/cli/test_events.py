"""What the engine told, summed up."""

from __future__ import annotations

from cli.events import counts_in_words, errors, failed_images, stack_outputs, summary


def test_counts_tell_losses_first_and_leave_out_what_did_not_happen() -> None:
    assert counts_in_words({"same": 12, "create": 1, "delete": 2, "update": 0}) == "2 deleted, 1 created, 12 unchanged"


def test_an_operation_of_a_later_engine_keeps_its_name() -> None:
    assert counts_in_words({"discard": 1}) == "1 discard"


def test_nothing_to_count_is_said() -> None:
    assert counts_in_words({}) == "nothing to do"


def test_a_run_that_did_not_end_has_no_summary() -> None:
    assert summary([{"policyEvent": {}}]) is None


def test_the_last_outputs_of_the_stack_count() -> None:
    def told(kind: str, outputs: dict[str, object]) -> dict[str, object]:
        return {"resOutputsEvent": {"metadata": {"type": kind, "new": {"outputs": outputs}}}}

    events = [
        told("pulumi:pulumi:Stack", {}),
        told("a:b:C", {"x": 1}),
        told("pulumi:pulumi:Stack", {"images": {"a": "b"}}),
    ]
    assert stack_outputs(events) == {"images": {"a": "b"}}
    assert stack_outputs(events, "old") == {}


def test_an_error_names_its_resource() -> None:
    urn = "urn:pulumi:dev::slipway::slipway:index:X$docker-build:index:Image::api"
    events = [
        {"diagnosticEvent": {"severity": "error", "message": "boom", "urn": urn}},
        {"diagnosticEvent": {"severity": "warning", "message": "careful", "urn": urn}},
    ]
    assert errors(events) == "docker-build:index:Image api boom"


def test_the_images_that_failed_are_named_with_their_registries():
    metadata = {"type": "docker-build:index:Image", "new": {"inputs": {"tags": ["registry.example.com/shop/api:dev"]}}}
    other = {"type": "kubernetes:core/v1:Service", "new": {"inputs": {"tags": ["nothing"]}}}
    said: list[dict[str, object]] = [{"resOpFailedEvent": {"metadata": each}} for each in (metadata, other)]
    assert failed_images([*said, {"preludeEvent": {}}]) == ["registry.example.com/shop/api:dev"]
