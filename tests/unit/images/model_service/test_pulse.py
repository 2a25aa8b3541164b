import asyncio
import threading

from model_service.pulse import Pulse


def beats(pulse: Pulse) -> bool:
    return asyncio.run(pulse.beats())


def test_a_model_that_answers_well_lives() -> None:
    assert beats(Pulse(lambda: True))


def test_a_model_that_answers_nonsense_does_not() -> None:
    assert not beats(Pulse(lambda: False))


def test_a_model_that_fails_does_not() -> None:
    def fail() -> bool:
        raise RuntimeError("no memory")

    assert not beats(Pulse(fail))


def test_a_stuck_model_is_told_in_time_and_is_not_asked_twice() -> None:
    asked, go = list[int](), threading.Event()

    def stuck() -> bool:
        asked.append(1)
        return go.wait(60)

    pulse = Pulse(stuck, patience=0.01)
    assert not beats(pulse)
    assert not beats(pulse)
    assert asked == [1]
    go.set()
    # and it lives again once it answers
    assert beats(Pulse(lambda: True))
