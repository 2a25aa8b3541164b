from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.unit.toolchain.plugins.kubernetes.live.fake_api import FakeApi, fake_api
from toolchain.plugins.kubernetes.live.access import find
from toolchain.plugins.kubernetes.live.client import Client
from toolchain.plugins.kubernetes.live.errors import ApiError, CancelledError, UnreachableError

BUSY = (429, {"message": "too many requests"})


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as api:
        yield api


@pytest.fixture
def client(api: FakeApi) -> Iterator[Client]:
    client = Client(find(api.kubeconfig), threading.Event())
    yield client
    client.close()


def test_calls_say_who_speaks_and_keep_the_connection(api: FakeApi, client: Client) -> None:
    for _ in range(3):
        assert client.call("GET", "/version").body == {"gitVersion": "v1.36.0"}

    assert [call[2]["Authorization"] for call in api.calls] == ["Bearer fake-token"] * 3


def test_warnings_are_handed_on(client: Client) -> None:
    assert client.call("PATCH", "/api/v1/namespaces/a", body={"kind": "Namespace"}).warnings == ("old field",)


def test_a_busy_server_is_asked_again(api: FakeApi, client: Client) -> None:
    api.answers += [BUSY, BUSY]

    assert client.call("GET", "/version").body == {"gitVersion": "v1.36.0"}
    assert len(api.calls) == 3


def test_a_refusal_is_not_repeated_and_keeps_its_causes(api: FakeApi, client: Client) -> None:
    cause = {"reason": "FieldManagerConflict", "message": "m", "field": ".spec"}
    api.answers.append((409, {"message": "no", "reason": "Conflict", "details": {"causes": [cause]}}))

    with pytest.raises(ApiError, match="no") as refused:
        client.call("GET", "/version")

    assert (refused.value.status, refused.value.reason, refused.value.causes) == (409, "Conflict", [cause])
    assert len(api.calls) == 1


def test_ctrl_c_ends_the_pause_before_another_try(api: FakeApi, client: Client) -> None:
    api.answers += [BUSY] * 9
    client.stop.set()

    with pytest.raises(CancelledError):
        client.call("GET", "/version")


def test_a_server_that_never_answered_is_unreachable_at_once() -> None:
    with fake_api() as api:
        gone = api.kubeconfig
    client = Client(find(gone), threading.Event())

    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1:\d+ cannot be reached: Connection refused"):
        client.call("GET", "/version")
