import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from toolchain.cluster import certificates, node
from toolchain.cluster.node import GaveUpError, Node, Running, make_groups


def part(name: str, *after: str, ready: str | None = None, ends: bool = False) -> Running:
    return Running(name, [sys.executable, "-c", f"print({name!r})"], list(after), ready, ends, vital=True)


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    certificate = tmp_path / "authority.crt"
    certificates.make_authority(certificates.Subject("test"), certificate, tmp_path / "authority.key")
    return certificate


def a_node(authority: Path, *parts: Running) -> Node:
    return Node({part.name: part for part in parts}, authority.parent, {}, "", str(authority))


class Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/well" else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Nothing on standard error."""


@pytest.fixture
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answer) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


def test_a_part_is_started_only_when_those_before_it_work(authority: Path) -> None:
    first, second = part("first", ends=True), part("second", "first")
    tended = a_node(authority, first, second)

    assert not tended.prepared(second)
    tended.ended(first, 0)
    assert tended.prepared(second)


def test_a_task_that_ended_well_is_not_started_again(authority: Path) -> None:
    task = part("task", ends=True)

    a_node(authority, task).ended(task, 0)

    assert not task.waits()


def test_a_task_that_failed_is_started_again(authority: Path) -> None:
    task = part("task", ends=True)

    a_node(authority, task).ended(task, 1)

    assert task.waits()


def test_a_part_that_ended_is_started_again_even_if_it_ended_well(authority: Path) -> None:
    lasting = part("lasting")

    a_node(authority, lasting).ended(lasting, 0)

    assert lasting.waits()
    assert not lasting.works


def test_a_part_that_never_lasts_ends_the_node(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a part that ends the moment it is started
    broken = part("broken")
    tended = a_node(authority, broken)
    monkeypatch.setattr(node.time, "monotonic", lambda: 100.0)
    broken.started = 99.9

    # when it does so as often as is borne, the last time is once too often
    for _ in range(node.MOST_FAILURES - 1):
        tended.ended(broken, 1)
    with pytest.raises(GaveUpError, match="broken ended 6 times in a row"):
        tended.ended(broken, 1)


def test_a_part_that_is_not_vital_is_tried_for_ever_but_not_ever_faster(
    authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = part("broken")
    broken.vital = False
    tended = a_node(authority, broken)
    monkeypatch.setattr(node.time, "monotonic", lambda: 100.0)
    broken.started = 99.9

    waits: list[float] = []
    for _ in range(20):
        tended.ended(broken, 1)
        waits.append(broken.not_before - 100.0)

    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.5, 32.0)


def test_a_part_that_lasted_has_its_failures_forgiven(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lasting = part("lasting")
    lasting.failures = node.MOST_FAILURES - 1
    monkeypatch.setattr(node.time, "monotonic", lambda: 100.0)

    a_node(authority, lasting).ended(lasting, 1)

    assert lasting.failures == 1


def test_what_a_part_prints_is_in_its_log_and_its_end_is_seen(authority: Path, tmp_path: Path) -> None:
    # given a node with one task, and another process that ends beside it
    task = part("task", ends=True)
    tended = a_node(authority, task)

    # when it is started and waited for
    tended.start(task)
    pid = task.pid
    while task.pid:
        tended.reap()

    # then its words are kept
    assert pid > 0
    assert (tmp_path / "task.log").read_text() == "task\n"


@pytest.mark.parametrize(("path", "works"), [("/well", True), ("/ill", False)])
def test_a_part_works_when_its_address_says_so(authority: Path, server: str, path: str, works: bool) -> None:
    assert a_node(authority).answers(server + path) is works


def test_a_part_that_nobody_can_reach_does_not_work_yet(authority: Path, tmp_path: Path) -> None:
    tended = a_node(authority)

    assert not tended.answers("http://127.0.0.1:1/")
    assert not tended.answers(f"unix:{tmp_path}/none.sock")


def test_a_socket_that_takes_connections_is_an_answer(authority: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "x.sock"))
        listener.listen()

        assert a_node(authority).answers(f"unix:{tmp_path}/x.sock")


def test_a_control_group_is_made_for_each_controller_of_an_older_system(tmp_path: Path) -> None:
    for controller in ("cpu", "memory"):
        (tmp_path / controller).mkdir()
        (tmp_path / controller / "cgroup.procs").touch()
    (tmp_path / "not-a-controller").mkdir()

    make_groups("own", tmp_path)

    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.glob("**/own")) == ["cpu/own", "memory/own"]


def test_one_control_group_is_made_on_a_newer_system(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").touch()

    make_groups("own", tmp_path)

    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["own"]


def test_it_refuses_to_be_anything_but_the_first_process(capsys: pytest.CaptureFixture[str]) -> None:
    assert node.main() == 2
    assert "slipway cluster up" in capsys.readouterr().err
