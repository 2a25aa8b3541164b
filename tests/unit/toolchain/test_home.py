"""Where things live follows from one variable."""

from pathlib import Path

from toolchain.home import Home


def test_the_variable_names_the_home(tmp_path: Path) -> None:
    assert Home.from_environment({"SLIPWAY_HOME": str(tmp_path)}).root == tmp_path


def test_a_tilde_in_the_variable_is_the_users_home() -> None:
    assert Home.from_environment({"SLIPWAY_HOME": "~/elsewhere"}).root == Path.home() / "elsewhere"


def test_a_relative_home_is_made_absolute() -> None:
    assert Home.from_environment({"SLIPWAY_HOME": "here"}).root == Path.cwd() / "here"


def test_without_the_variable_the_home_is_in_the_users_cache() -> None:
    assert Home.from_environment({"SLIPWAY_HOME": ""}).root == Path.home() / ".cache" / "slipway"


def test_a_plugin_is_where_the_engine_looks_for_it() -> None:
    program = Home(Path("/h")).plugin("random", "4.21.1")
    assert program == Path("/h/pulumi/plugins/resource-random-v4.21.1/pulumi-resource-random")


def test_asking_for_paths_creates_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    assert home.bin.parent == home.root
    assert not home.root.exists()
