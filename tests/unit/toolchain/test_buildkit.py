"""BuildKit is configured for the embedded registry, described for build clients, and leaves nothing when it ends."""

import json
import socket
import tomllib
from pathlib import Path

import pytest

from toolchain import buildkit
from toolchain.errors import ToolchainError
from toolchain.home import Home

HOME = Home(Path("/h"))


def test_names_of_docker_hub_are_looked_up_in_the_embedded_registry() -> None:
    content = tomllib.loads(buildkit.configuration(HOME, "/usr/sbin/runc"))
    assert content["registry"]["docker.io"]["mirrors"] == ["127.0.0.1:5001"]
    assert content["registry"]["127.0.0.1:5001"]["http"] is True


def test_the_worker_uses_the_given_runtime_and_bounds_its_cache() -> None:
    worker = tomllib.loads(buildkit.configuration(HOME, "/usr/sbin/runc"))["worker"]["oci"]
    assert worker["binary"] == "/usr/sbin/runc"
    assert worker["gc"] is True
    assert all(policy["maxUsedSpace"] == buildkit.CACHE_LIMIT for policy in worker["gcpolicy"])


def test_everything_is_kept_in_the_home() -> None:
    content = tomllib.loads(buildkit.configuration(HOME, "runc"))
    assert content["root"] == "/h/buildkit"
    assert content["grpc"]["address"] == ["unix:///h/run/buildkitd.sock"]


def test_build_clients_find_the_builder_by_its_name(tmp_path: Path) -> None:
    home = Home(tmp_path)
    buildkit.describe(home, buildkit.instance("unix:///s"))
    described = json.loads((home.docker / "buildx" / "instances" / "slipway").read_text())
    assert described["Name"] == "slipway"
    assert described["Driver"] == "remote"
    assert [node["Endpoint"] for node in described["Nodes"]] == ["unix:///s"]


def test_a_configuration_of_the_docker_client_is_left_as_it_is(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.docker.mkdir()
    (home.docker / "config.json").write_text('{"credsStore": "mine"}')
    buildkit.describe(home, buildkit.instance("unix:///s"))
    assert (home.docker / "config.json").read_text() == '{"credsStore": "mine"}'


def test_a_socket_that_nobody_serves_does_not_answer(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.run.mkdir()
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(home.buildkit_socket))
    assert home.buildkit_socket.exists()
    assert not buildkit.answers(home)


def test_a_socket_that_is_served_answers(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.run.mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(home.buildkit_socket))
        server.listen()
        assert buildkit.answers(home)


def test_what_a_killed_run_left_is_swept_away(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.run.mkdir()
    home.buildkit_socket.touch()
    (home.run / "runc" / "killed-container").mkdir(parents=True)
    buildkit.sweep(home)
    assert list(home.run.iterdir()) == []


def test_only_mounts_below_the_folder_are_found(tmp_path: Path) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 0:21 / / rw - ext4 /dev/vda rw\n"
        "40 22 0:50 / /h/buildkit/executor/a\\040b/rootfs rw - overlay overlay rw,upperdir=/h/buildkit/1/fs\n"
        "41 22 0:51 / /h/buildkit-other rw - overlay overlay rw\n"
    )
    assert buildkit.mounts_below(Path("/h/buildkit"), table) == ["/h/buildkit/executor/a b/rootfs"]


def test_a_system_without_a_mount_table_has_no_mounts_to_sweep(tmp_path: Path) -> None:
    assert buildkit.mounts_below(Path("/h"), tmp_path / "none") == []


def test_another_user_than_root_is_told_to_use_docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buildkit.os, "geteuid", lambda: 1000)
    with pytest.raises(ToolchainError, match="needs root") as caught:
        buildkit.start(Home(tmp_path), "buildkitd", "runc")
    assert "start Docker" in caught.value.mend


def test_a_home_too_long_for_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buildkit.os, "geteuid", lambda: 0)
    with pytest.raises(ToolchainError, match="is longer than the 107 characters") as caught:
        buildkit.start(Home(tmp_path / ("x" * 110)), "buildkitd", "runc")
    assert "shorter SLIPWAY_HOME" in caught.value.mend
