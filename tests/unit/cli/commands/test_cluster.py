from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.commands.cluster import command
from toolchain import cluster
from toolchain.cluster import Status, Used

OWN = Path("/home/cluster/kubeconfig")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def told(monkeypatch: pytest.MonkeyPatch, status: Status) -> Result:
    def look(home: object) -> Status:
        return status

    monkeypatch.setattr(cluster, "status", look)
    return run("status")


def test_status_names_the_part_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    status = Status(True, True, {"kubelet": True, "kwok": False}, OWN, Used(OWN, "slipway", own=True))

    said = told(monkeypatch, status)

    assert said.exit_code == 0
    assert said.output.splitlines() == [
        "slipway's own cluster: ready",
        "  kubelet: running",
        "  kwok: down",
        f"used by deployments: context slipway of {OWN} (slipway's own)",
    ]


def test_status_says_that_the_users_own_cluster_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Path("/me/.kube/config")

    said = told(monkeypatch, Status(False, False, {}, None, Used(theirs, "kind-dev", own=False)))

    assert said.exit_code == 0
    assert f"context kind-dev of {theirs} (yours)" in said.output


def test_status_fails_where_there_is_nothing_to_deploy_to(monkeypatch: pytest.MonkeyPatch) -> None:
    said = told(monkeypatch, Status(False, False, {}, None, None))

    assert said.exit_code == 1
    assert "start one with `slipway cluster up`" in said.output


@pytest.mark.parametrize(("ran", "words"), [(True, "The cluster is gone."), (False, "No cluster was running.")])
def test_down_says_whether_there_was_one(monkeypatch: pytest.MonkeyPatch, ran: bool, words: str) -> None:
    def down(home: object, progress: object) -> bool:
        return ran

    monkeypatch.setattr(cluster, "down", down)

    assert run("down").output == f"{words}\n"


@pytest.mark.parametrize("arguments", [("gpus", "-1"), ("gpus", "1", "--product", "Voodoo2"), ("nodes", "many")])
def test_amounts_and_products_that_cannot_be_are_refused_before_anything_is_done(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
