"""Whether the web is there is asked for, and a 'no' is remembered for an hour."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.toolchain.sites import Answer, Request, served
from toolchain import web
from toolchain.home import Home


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, int]]]:
    """A site on this machine, and the status it answers with."""
    status = {"code": 200, "asked": 0}

    def answer(_: Request) -> Answer:
        status["asked"] += 1
        return Answer(status["code"])

    with served(answer) as port:
        yield f"http://127.0.0.1:{port}/", status


@pytest.mark.parametrize(("code", "reachable"), [(200, True), (404, True), (403, False), (502, False)])
def test_an_answer_of_the_site_counts_and_a_proxys_refusal_does_not(
    tmp_path: Path, site: tuple[str, dict[str, int]], code: int, reachable: bool
) -> None:
    url, status = site
    status["code"] = code
    assert web.reachable(Home(tmp_path), url) is reachable


def test_nobody_answering_is_a_no(tmp_path: Path) -> None:
    assert not web.reachable(Home(tmp_path), "http://127.0.0.1:9/")


def test_a_no_is_remembered_and_forgotten_after_an_hour(tmp_path: Path, site: tuple[str, dict[str, int]]) -> None:
    url, status = site
    assert not web.reachable(Home(tmp_path), "http://127.0.0.1:9/", now=1000.0)
    assert not web.reachable(Home(tmp_path), url, now=1000.0 + web.REMEMBERED_S - 1)
    assert status["asked"] == 0
    assert web.reachable(Home(tmp_path), url, now=1000.0 + web.REMEMBERED_S)


def test_a_yes_is_asked_for_again(tmp_path: Path, site: tuple[str, dict[str, int]]) -> None:
    url, status = site
    assert web.reachable(Home(tmp_path), url)
    assert web.reachable(Home(tmp_path), url)
    assert status["asked"] == 2


def test_a_damaged_memory_is_no_memory(tmp_path: Path, site: tuple[str, dict[str, int]]) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "web.json").write_text("{")
    assert web.reachable(Home(tmp_path), site[0])
