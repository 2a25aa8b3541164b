from __future__ import annotations

import pytest

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.live.errors import ApiError
from toolchain.plugins.kubernetes.live.ownership import (
    applied_at,
    conflicts,
    in_words,
    is_ours,
    manager_of,
    owners,
    taken_over,
)

URN = "urn:pulumi:dev::project::kubernetes:apps/v1:Deployment::web"


def entry(manager: str, operation: str = "Apply", **more: Value) -> Properties:
    return {"manager": manager, "operation": operation, "time": "2026-11-22T02:19:29Z", **more}


def live(*entries: Properties) -> Properties:
    return {"metadata": {"managedFields": [*entries]}}


def refusal(*messages: tuple[str, str]) -> ApiError:
    causes: list[Value] = [
        {"reason": "FieldManagerConflict", "message": message, "field": field} for message, field in messages
    ]
    return ApiError(409, {"message": "Apply failed", "details": {"causes": causes}})


def test_a_resource_has_one_name_in_every_run_and_another_has_another() -> None:
    assert manager_of(URN) == manager_of(URN) == "pulumi-kubernetes-" + manager_of(URN)[-8:]
    assert manager_of(URN) != manager_of(URN + "2")


@pytest.mark.parametrize(
    ("found", "ours"),
    [
        (entry("me"), True),
        (entry("me", "Update"), False),
        (entry("me", subresource="status"), False),
        (entry("you"), False),
    ],
)
def test_only_what_was_applied_under_our_name_is_ours(found: Properties, ours: bool) -> None:
    assert is_ours(live(found), "me") is ours


def test_the_time_of_the_last_change_is_ours() -> None:
    applied = applied_at(live(entry("you"), entry("me")), "me")

    assert applied is not None
    assert applied.isoformat() == "2026-11-22T02:19:29+00:00"
    assert applied_at(live(entry("you")), "me") is None


def test_owners_of_the_object_itself_are_named_once() -> None:
    assert owners(live(entry("a"), entry("a", "Update"), entry("b", subresource="status"))) == ["a"]


def test_what_the_official_plugin_created_comes_under_our_name() -> None:
    found = live(entry("pulumi-kubernetes", "Update"), entry("other", "Update"))

    assert taken_over(found, "me") == [entry("me"), entry("other", "Update")]


def test_what_is_ours_already_is_not_taken_over() -> None:
    assert taken_over(live(entry("pulumi-kubernetes", "Update"), entry("me")), "me") is None


@pytest.mark.parametrize(
    ("message", "owner", "by_hand"),
    [
        ('conflict with "kubectl-edit" using apps/v1', "kubectl-edit", True),
        ('conflict with "kubectl-patch" using apps/v1 at 2026-11-22T02:19:29Z', "kubectl-patch", True),
        ('conflict with "kubectl" with subresource "scale" using apps/v1', "kubectl", True),
        ('conflict with "kubectl" using apps/v1', "kubectl", False),  # kubectl apply --server-side
        ('conflict with "kubectl-client-side-apply" using apps/v1', "kubectl-client-side-apply", False),
        ('conflict with "kube-controller-manager" with subresource "scale"', "kube-controller-manager", False),
    ],
)
def test_conflicts_name_the_owner_and_tell_hands_from_others(message: str, owner: str, by_hand: bool) -> None:
    (found,) = conflicts(refusal((message, ".spec.replicas")))

    assert (found.owner, found.field, found.by_hand) == (owner, ".spec.replicas", by_hand)


def test_a_refusal_for_other_reasons_is_no_conflict() -> None:
    assert conflicts(ApiError(409, {"message": "it has changed"})) == []


def test_conflicts_are_told_by_owner() -> None:
    found = conflicts(refusal(('conflict with "a"', ".x"), ('conflict with "b"', ".y"), ('conflict with "a"', ".z")))

    assert ".x, .z owned by 'a'; .y owned by 'b'" in in_words(found)
