from http_service.lifecycle import Lifecycle


def test_a_service_is_not_ready_before_it_has_started() -> None:
    assert not Lifecycle().ready


def test_a_started_service_is_ready() -> None:
    lifecycle = Lifecycle()
    lifecycle.started()
    assert lifecycle.ready


def test_a_draining_service_is_never_ready_again() -> None:
    lifecycle = Lifecycle()
    lifecycle.drain()
    lifecycle.started()
    assert not lifecycle.ready
