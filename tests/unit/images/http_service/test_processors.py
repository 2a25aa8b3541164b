from pathlib import Path

import pytest
from http_service.processors import usable


def processors(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let the machine have so many."""

    def there(pid: int) -> set[int]:
        del pid
        return set(range(count))

    monkeypatch.setattr("os.sched_getaffinity", there)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [("50000 100000", 1), ("100000 100000", 1), ("max 100000", 4), ("250000 100000", 3), ("900000 100000", 4)],
)
def test_a_containers_limit_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, expected: int) -> None:
    processors(monkeypatch, 4)
    (tmp_path / "cpu.max").write_text(f"{limit}\n")
    assert usable(tmp_path / "cpu.max") == expected


def test_without_a_limit_it_is_the_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    processors(monkeypatch, 2)
    assert usable(tmp_path / "none") == 2
