"""Which snapshots go, and what is asked for."""

from http.client import BadStatusLine
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.request import Request

import pytest
from volume_backup.volume_snapshots import Api, Wanted, superfluous, take, volume_snapshot, wanted

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


@pytest.fixture(name="api")
def api_of_a_pod(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Api:
    def trusting(**_: object) -> None:
        """Nothing: no connection is made."""

    monkeypatch.setattr("ssl.create_default_context", trusting)
    (tmp_path / "namespace").write_text("demo")
    return Api({"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}, tmp_path)


def test_a_token_that_was_renewed_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, api: Api):
    used: list[str | None] = []

    def answer(request: Request, **_: object) -> BytesIO:
        used.append(request.get_header("Authorization"))
        return BytesIO(b"{}")

    monkeypatch.setattr("urllib.request.urlopen", answer)
    for token in ("first", "second"):
        (tmp_path / "token").write_text(token)
        api.get("any")

    assert used == ["Bearer first", "Bearer second"]


def test_an_answer_that_breaks_off_fails_that_claim_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, api: Api, capsys: pytest.CaptureFixture[str]
):
    def answer(*_: object, **__: object) -> BytesIO:
        raise BadStatusLine("nonsense")

    monkeypatch.setattr("urllib.request.urlopen", answer)
    (tmp_path / "token").write_text("secret")

    assert take(api, Wanted(["one", "two"], "class", 1, 0)) == 2
    said = capsys.readouterr().err
    assert "two: POST https://10.0.0.1:443/" in said
    assert "secret" not in said
