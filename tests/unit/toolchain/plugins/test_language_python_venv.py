"""A program runs with the Python that its options name, else with the active one."""

import os
import platform
import sys
from pathlib import Path

import pytest

from toolchain.plugins.base_rpc import PluginError
from toolchain.plugins.language_python_venv import Interpreter, find_interpreter


def make_venv(folder: Path, config: str = "version = 3.11.9\n") -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").symlink_to(sys.executable)
    (folder / "pyvenv.cfg").write_text(config)
    return folder


def test_the_virtualenv_option_is_relative_to_the_projects_folder(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "env")

    found = find_interpreter({"virtualenv": "../env"}, tmp_path / "project", {})

    assert found == Interpreter(str(venv / "bin" / "python"), venv)


def test_the_virtualenv_option_may_be_absolute(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "env")

    assert find_interpreter({"virtualenv": str(venv)}, tmp_path / "project", {}).venv == venv


def test_the_virtualenv_option_goes_before_the_active_environment(tmp_path: Path) -> None:
    named, active = make_venv(tmp_path / "named"), make_venv(tmp_path / "active")

    assert find_interpreter({"virtualenv": "named"}, tmp_path, {"VIRTUAL_ENV": str(active)}).venv == named


def test_uv_means_the_dot_venv_of_the_project(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / ".venv")

    assert find_interpreter({"toolchain": "uv"}, tmp_path, {}).venv == venv


def test_without_options_the_active_environment_is_used(tmp_path: Path) -> None:
    venv = make_venv(tmp_path / "active")

    assert find_interpreter({}, tmp_path, {"VIRTUAL_ENV": str(venv)}).venv == venv


def test_without_any_environment_python3_on_path_is_used(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.symlink_to(sys.executable)

    assert find_interpreter({}, tmp_path, {"PATH": str(tmp_path)}) == Interpreter(str(python), None)


@pytest.mark.parametrize(
    ("options", "env", "words"),
    [
        ({"virtualenv": "gone"}, {}, "'virtualenv' of {root} is 'gone', but {root}/gone does not exist"),
        (
            {"virtualenv": "plain"},
            {},
            "'virtualenv' of {root} is 'plain', but {root}/plain is not a virtual environment",
        ),
        ({}, {"VIRTUAL_ENV": "/gone"}, "VIRTUAL_ENV is '/gone', but /gone does not exist"),
        ({"toolchain": "poetry"}, {}, "knows the toolchains pip and uv, not 'poetry'"),
        ({}, {"PATH": ""}, "no Python found"),
    ],
)
def test_what_cannot_be_used_is_said_with_a_remedy(
    tmp_path: Path, options: dict[str, object], env: dict[str, str], words: str
) -> None:
    (tmp_path / "plain").mkdir()

    with pytest.raises(PluginError) as refused:
        find_interpreter(options, tmp_path, env)

    assert words.format(root=tmp_path) in refused.value.message


def test_the_environment_is_as_after_activation(tmp_path: Path) -> None:
    interpreter = Interpreter("", tmp_path)

    env = interpreter.environment({"PATH": "/usr/bin", "PYTHONHOME": "/x", "HOME": "/root"})

    assert env == {"PATH": f"{tmp_path}/bin{os.pathsep}/usr/bin", "HOME": "/root", "VIRTUAL_ENV": str(tmp_path)}


@pytest.mark.parametrize("config", ["home = /usr\nversion = 3.11.9\n", "version_info = 3.11.9\n"])
def test_the_version_is_read_from_the_environment(tmp_path: Path, config: str) -> None:
    make_venv(tmp_path / "env", config)

    assert find_interpreter({"virtualenv": "env"}, tmp_path, {}).version() == "3.11.9"


def test_a_python_without_environment_is_asked_for_its_version() -> None:
    assert Interpreter(sys.executable, None).version() == platform.python_version()
