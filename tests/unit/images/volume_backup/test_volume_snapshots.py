"""Which snapshots go, and what is asked for."""

from typing import Any

import pytest
from volume_backup.volume_snapshots import superfluous, volume_snapshot, wanted

CLAIM = "volume-data-store-0"


def taken(name: str, at: int, *, ready: bool = True, error: bool = False, claim: str = CLAIM) -> dict[str, Any]:
    made = volume_snapshot(claim, "class", name)
    metadata = {"name": name, "creationTimestamp": f"2027-01-{at:02}T00:00:00Z"}
    status = {"readyToUse": ready, **({"error": {"message": "no"}} if error else {})}
    return {**made, "metadata": metadata, "status": status}


@pytest.mark.parametrize(
    ("snapshots", "gone"),
    [
        ([taken("a", 1), taken("b", 2), taken("c", 3)], ["a"]),
        ([taken("c", 3), taken("b", 2), taken("a", 3, claim="another")], []),
        ([taken("a", 1, ready=False), taken("b", 2), taken("c", 3)], []),
        ([taken("a", 1, ready=False, error=True), taken("b", 2)], ["a"]),
        ([taken("a", 1, ready=False, error=True)], []),
        ([taken("b", 1), taken("a", 1), taken("c", 1)], ["a"]),
    ],
    ids=["the oldest", "another claim's", "not ready yet", "failed", "nothing else is there", "of one second"],
)
def test_the_newest_that_can_be_restored_stay(snapshots: list[dict[str, Any]], gone: list[str]):
    assert superfluous(snapshots, CLAIM, 2) == gone


def test_what_is_wanted_is_in_the_variables():
    found = wanted(
        {
            "SNAPSHOT_CLAIMS": "one two",
            "SNAPSHOT_CLASS": "class",
            "SNAPSHOT_KEEP": "3",
            "SNAPSHOT_WAIT_SECONDS": "600",
        }
    )

    assert (found.claims, found.kind, found.keep, found.wait_s) == (["one", "two"], "class", 3, 600)
