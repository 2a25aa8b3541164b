"""The environment of the engine, and whose login it uses."""

import json
import os
from pathlib import Path

import pytest

from toolchain.environment import Docker, environment
from toolchain.home import Home
from toolchain.standins import MARKER


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "check out"
    (folder / "policies" / "config").mkdir(parents=True)
    (folder / "policies" / "config" / "prod.json").write_text("{}")
    return folder


def given(tmp_path: Path, **variables: str) -> dict[str, str]:
    return {"HOME": str(tmp_path / "user"), "PATH": "/usr/bin", **variables}


def log_in(folder: Path, current: str = "https://api.pulumi.com") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "credentials.json").write_text(json.dumps({"current": current}))
    return folder


def test_own_programs_come_first_on_path_and_the_callers_stay(home: Home, checkout: Path, tmp_path: Path) -> None:
    path = environment(home, checkout, "dev", given(tmp_path))["PATH"]
    assert path.split(os.pathsep) == [str(home.bin), str(checkout / ".venv" / "bin"), "/usr/bin"]


def test_a_second_evaluation_changes_nothing(home: Home, checkout: Path, tmp_path: Path) -> None:
    first = given(tmp_path) | environment(home, checkout, "dev", given(tmp_path))
    assert first | environment(home, checkout, "dev", first) == first


def test_state_is_in_the_checkout_when_nobody_is_logged_in(home: Home, checkout: Path, tmp_path: Path) -> None:
    backend = environment(home, checkout, "dev", given(tmp_path))["PULUMI_BACKEND_URL"]
    assert backend == f"{checkout.as_uri()}/.state?create_dir=true"
    assert " " not in backend


def test_a_backend_the_user_chose_is_left_alone(home: Home, checkout: Path, tmp_path: Path) -> None:
    variables = environment(home, checkout, "dev", given(tmp_path, PULUMI_BACKEND_URL="s3://states"))
    assert "PULUMI_BACKEND_URL" not in variables


def test_a_login_of_the_user_is_used_from_where_it_is(home: Home, checkout: Path, tmp_path: Path) -> None:
    folder = log_in(tmp_path / "user" / ".pulumi")
    variables = environment(home, checkout, "prod", given(tmp_path))
    assert variables["PULUMI_CREDENTIALS_PATH"] == str(folder)
    assert "PULUMI_BACKEND_URL" not in variables


def test_a_login_in_a_moved_pulumi_home_is_used(home: Home, checkout: Path, tmp_path: Path) -> None:
    folder = log_in(tmp_path / "moved")
    variables = environment(home, checkout, "prod", given(tmp_path, PULUMI_HOME=str(folder)))
    assert variables["PULUMI_CREDENTIALS_PATH"] == str(folder)


@pytest.mark.parametrize("content", ["", "[]", '{"current": ""}', "{not json"])
def test_credentials_without_a_current_backend_are_no_login(
    home: Home, checkout: Path, tmp_path: Path, content: str
) -> None:
    folder = log_in(tmp_path / "user" / ".pulumi")
    (folder / "credentials.json").write_text(content)
    assert "PULUMI_BACKEND_URL" in environment(home, checkout, "dev", given(tmp_path))


def test_the_published_passphrase_is_for_the_dev_stack_only(home: Home, checkout: Path, tmp_path: Path) -> None:
    assert environment(home, checkout, "dev", given(tmp_path))["PULUMI_CONFIG_PASSPHRASE"] == "slipway-dev"
    assert "PULUMI_CONFIG_PASSPHRASE" not in environment(home, checkout, "prod", given(tmp_path))


def test_the_stacks_policy_configuration_is_named_when_there_is_one(home: Home, checkout: Path, tmp_path: Path) -> None:
    prod = environment(home, checkout, "prod", given(tmp_path))
    assert prod["PULUMI_OPTION_POLICY_PACK_CONFIG"] == str(checkout / "policies" / "config" / "prod.json")
    assert "PULUMI_OPTION_POLICY_PACK_CONFIG" not in environment(home, checkout, "other", given(tmp_path))


def test_plugins_are_fetched_by_the_engine_only_where_none_is_a_stand_in(
    home: Home, checkout: Path, tmp_path: Path
) -> None:
    name = "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"
    assert name not in environment(home, checkout, "dev", given(tmp_path))
    program = home.plugin("random", "4.21.1")
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{MARKER}\n")
    assert environment(home, checkout, "dev", given(tmp_path))[name] == "true"


YOURS = Docker(own_registry=False, own_builder=False)


@pytest.fixture
def user(tmp_path: Path) -> Path:
    """The user's Docker configuration, with logins."""
    folder = tmp_path / "user" / ".docker"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"auths": {}}')
    return folder


def places(variables: dict[str, str]) -> tuple[Path, Path]:
    """Where logins and builders are looked for."""
    return Path(variables["DOCKER_CONFIG"]), Path(variables["BUILDX_CONFIG"])


@pytest.mark.parametrize(
    ("docker", "logins", "builders"),
    [
        (Docker(), "own", "own"),
        (Docker(own_registry=False), "user", "own"),
        (Docker(own_builder=False), "user", "user"),
        (YOURS, "user", "user"),
    ],
)
def test_logins_and_builders_are_the_users_for_what_is_not_slipways(
    home: Home, checkout: Path, tmp_path: Path, user: Path, docker: Docker, logins: str, builders: str
) -> None:
    folders = {"own": home.docker, "user": user}
    variables = environment(home, checkout, "staging", given(tmp_path), docker)
    assert places(variables) == (folders[logins], folders[builders] / "buildx")


def test_without_a_docker_configuration_slipways_own_is_used(home: Home, checkout: Path, tmp_path: Path) -> None:
    variables = environment(home, checkout, "staging", given(tmp_path), YOURS)
    assert places(variables) == (home.docker, home.docker / "buildx")


@pytest.mark.usefixtures("user")
def test_a_docker_configuration_that_was_moved_is_found(home: Home, checkout: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "config.json").write_text("{}")
    variables = environment(home, checkout, "staging", given(tmp_path, DOCKER_CONFIG=str(moved)), YOURS)
    assert places(variables) == (moved, moved / "buildx")


def test_the_users_configuration_is_found_again_after_that_of_another_stack(
    home: Home, checkout: Path, tmp_path: Path, user: Path
) -> None:
    dev = given(tmp_path) | environment(home, checkout, "dev", given(tmp_path))
    assert places(environment(home, checkout, "staging", dev, YOURS)) == (user, user / "buildx")
