import json
import stat
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from toolchain.cluster import node, parts, preparation
from toolchain.cluster.layout import Layout
from toolchain.home import Home


@pytest.fixture(scope="module")
def layout(tmp_path_factory: pytest.TempPathFactory) -> Layout:
    prepared = Layout(Home(tmp_path_factory.mktemp("home")))
    preparation.prepare(prepared, "/usr/sbin/runc", 5001)
    return prepared


def test_everything_that_holds_a_secret_is_readable_by_its_owner_only(layout: Layout) -> None:
    token = (layout.config / "admin.token").read_text()
    secrets = [path for path in layout.root.rglob("*") if path.is_file() and token in path.read_text()]
    secrets += [*layout.config.glob("*.key"), *layout.config.glob("*.kubeconfig"), layout.config / "tokens.csv"]

    assert layout.kubeconfig in secrets
    assert [path for path in secrets if stat.S_IMODE(path.stat().st_mode) != 0o600] == []


def test_every_file_that_a_part_is_told_of_is_there(layout: Layout) -> None:
    plan = cast(dict[str, Any], json.loads(preparation.plan_file(layout).read_text()))
    words = [word.partition("=")[2] or word for part in plan["parts"] for word in part["command"][1:]]
    named = [Path(word) for word in words if word.startswith((str(layout.config), str(parts.STAGES)))]

    assert named
    assert [path for path in named if not path.exists()] == []


def test_the_plan_is_one_that_the_node_understands(layout: Layout) -> None:
    plan = cast(dict[str, Any], json.loads(preparation.plan_file(layout).read_text()))

    assert [node.Running(**part).name for part in plan["parts"]][:2] == ["etcd", "containerd"]


def test_the_parts_see_nothing_of_the_callers_environment(layout: Layout) -> None:
    plan = cast(dict[str, Any], json.loads(preparation.plan_file(layout).read_text()))

    assert set(plan["environ"]) == {"PATH", "HOME"}
    assert Path(plan["environ"]["HOME"]).is_relative_to(layout.state)


def test_the_embedded_registry_stands_in_for_docker_hub(layout: Layout) -> None:
    folders = {path.parent.name for path in (layout.config / "registries").rglob("hosts.toml")}

    assert folders == {"127.0.0.1:5001", "docker.io"}


def test_the_administrators_way_in_leads_to_the_loopback_address(layout: Layout) -> None:
    content = cast(dict[str, Any], yaml.safe_load(layout.kubeconfig.read_text()))

    assert content["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:16443"


def test_keys_and_tokens_are_new_in_every_life(layout: Layout, tmp_path: Path) -> None:
    again = Layout(Home(tmp_path))
    preparation.prepare(again, "/usr/sbin/runc", 5001)

    for name in ("tokens.csv", "authority.key", "service-accounts.key"):
        assert (again.config / name).read_text() != (layout.config / name).read_text()


def test_logs_of_the_last_life_are_gone(tmp_path: Path) -> None:
    fresh = Layout(Home(tmp_path))
    fresh.logs.mkdir(parents=True)
    (fresh.logs / "kubelet.log").write_text("old")

    preparation.prepare(fresh, "/usr/sbin/runc", 5001)

    assert list(fresh.logs.iterdir()) == []
