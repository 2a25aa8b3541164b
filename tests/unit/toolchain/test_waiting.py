import pytest

from toolchain import waiting
from toolchain.waiting import wait_until


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time that passes only while something waits."""
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(waiting.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(waiting.time, "sleep", sleep)
    return now


def test_what_holds_already_is_not_waited_for(clock: list[float]) -> None:
    assert wait_until(lambda: True, 0)
    assert clock == [0.0]


def test_what_comes_in_time_is_seen(clock: list[float]) -> None:
    assert wait_until(lambda: clock[0] > 1, 2)
    assert clock[0] < 1.2


def test_what_never_comes_is_given_up_in_time(clock: list[float]) -> None:
    assert not wait_until(lambda: False, 2)
    assert 2 < clock[0] < 2.2
