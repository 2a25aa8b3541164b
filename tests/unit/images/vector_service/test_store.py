"""The store: what was answered is there after a restart, and the log does not grow without end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from vector_service import store as module
from vector_service.change import Delete, Put
from vector_service.log import NAME, Log, NoSpaceError
from vector_service.store import FullError, RefusedError, Store
from vector_service.vectors import size_of

MOST = 1024 * 1024
Opened = Callable[[], Store]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens the folder's store; the one that was open before is closed."""
    stores: list[Store] = []

    def again() -> Store:
        for each in stores:
            each.close()
        stores.append(Store(tmp_path, MOST))
        stores[-1].open()
        return stores[-1]

    yield again
    for each in stores:
        each.close()


def put(store: Store, name: str, *values: float, metadata: str = "") -> None:
    store.put(Put([name], np.asarray([values], np.float32), [metadata]))


def test_what_was_put_in_and_taken_out_is_so_after_a_restart(opened: Opened) -> None:
    store = opened()
    put(store, "kept", 1, 2, metadata='{"a":"b"}')
    put(store, "gone", 3, 4)
    put(store, "kept", 5, 6, metadata='{"a":"c"}')
    assert store.delete(Delete(["gone", "never"])) == 1
    store = opened()
    here = store.get("kept")
    assert here is not None
    assert (here[0].tolist(), here[1]) == ([5, 6], '{"a":"c"}')
    assert store.get("gone") is None


def test_a_deletion_of_what_is_not_there_writes_nothing(opened: Opened) -> None:
    store = opened()
    before = store.log_bytes
    assert store.delete(Delete(["never"])) == 0
    assert store.log_bytes == before


def test_a_full_store_says_what_it_holds_and_takes_what_replaces(opened: Opened) -> None:
    store = opened()
    most = (MOST - size_of("big", 0, "")) // 4
    put(store, "big", *[1.0] * most)
    with pytest.raises(FullError, match=rf"takes {store.size} of {MOST} bytes.*APP_MAX_STORE_BYTES"):
        put(store, "more", *[1.0] * most)
    put(store, "big", *[2.0] * most)
    assert len(store) == 1


def test_another_dimension_is_refused_with_both(opened: Opened) -> None:
    store = opened()
    put(store, "a", 1, 2)
    with pytest.raises(RefusedError, match="have 2 numbers, and these have 3"):
        put(store, "b", 1, 2, 3)
    with pytest.raises(RefusedError, match="have 2 numbers, and the query has 1"):
        store.search(np.ones(1, np.float32), 1, "dot")


def test_the_log_is_written_anew_when_most_of_it_is_past(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLACK", 1000)
    store = opened()
    for number in range(50):
        put(store, "same", number, 1)
    assert store.compactions > 0
    assert store.log_bytes < 1500
    store = opened()
    here = store.get("same")
    assert here is not None
    assert here[0].tolist() == [49, 1]


def test_a_log_that_can_not_be_written_anew_is_used_on(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a disk that is too full for a second log
    tried: list[int] = []

    def full(log: Log, _: object) -> None:
        tried.append(log.size)
        raise NoSpaceError("no space")

    store = opened()
    monkeypatch.setattr(module, "SLACK", 1000)
    monkeypatch.setattr(Log, "replace", full)
    for number in range(100):
        put(store, "same", number, 1)
    # then changes go on, and it is tried again only when the log has grown
    assert 1 < len(tried) < 5
    assert all(later > 2 * earlier for earlier, later in pairwise(tried))


def test_an_unfinished_record_is_told(opened: Opened, tmp_path: Path) -> None:
    put(opened(), "a", 1)
    opened().close()
    with (tmp_path / NAME).open("ab") as log:
        log.write(b"torn")
    assert opened().cut_bytes == 4


def test_several_threads_lose_nothing(opened: Opened) -> None:
    store = opened()

    def write(thread: int) -> None:
        for number in range(20):
            put(store, f"{thread}-{number}", thread, number)
            store.search(np.ones(2, np.float32), 3, "cosine")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(opened()) == 80
