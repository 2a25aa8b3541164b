"""Which Python runs a program or policy pack, and with which environment."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain.plugins.base_rpc import PluginError


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python to run programs with.

    Attributes:
        path: The executable.
        venv: The virtual environment it belongs to, if any.
    """

    path: str
    venv: Path | None

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Returns `base` as activating the virtual environment would change it."""
        env = dict(base)
        if self.venv is not None:
            env["VIRTUAL_ENV"] = str(self.venv)
            env["PATH"] = f"{self.venv / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
            env.pop("PYTHONHOME", None)
        return env

    def version(self) -> str:
        """Returns the version, such as `3.11.2`: from `pyvenv.cfg` if it is there, since asking takes 20 ms."""
        if self.venv is not None:
            for line in (self.venv / "pyvenv.cfg").read_text().splitlines():
                key, _, value = line.partition("=")
                if key.strip() in {"version", "version_info"}:
                    return value.strip()
        script = "import platform; print(platform.python_version())"
        return subprocess.run([self.path, "-I", "-S", "-c", script], capture_output=True, text=True).stdout.strip()


def find_interpreter(options: Mapping[str, object], root: Path, env: Mapping[str, str]) -> Interpreter:
    """Returns the Python that `options` ask for.

    Args:
        options: `runtime.options` of `Pulumi.yaml`, `PulumiPolicy.yaml` or `PulumiPlugin.yaml`: `virtualenv`, a folder,
            relative to `root`; without it `toolchain: uv` means `.venv` there. Without either: the active virtual
            environment, else `python3` on PATH.
        root: The folder of that file.
        env: The environment to look for an active virtual environment and for PATH in.

    Raises:
        PluginError: The folder is no virtual environment, there is no Python, or the options ask for what only the
            official language host does.
    """
    toolchain = str(options.get("toolchain") or "pip").lower()
    if toolchain not in {"pip", "uv"}:
        raise PluginError(
            f"the stand-in language host for Python knows the toolchains pip and uv, not {toolchain!r}: set "
            f"'toolchain: pip' and 'virtualenv' in the runtime options of {root}"
        )
    named = str(options.get("virtualenv") or ("" if toolchain == "pip" else ".venv"))
    if named:
        venv = Path(os.path.normpath(root / Path(named).expanduser()))
        return Interpreter(_python_in(venv, f"runtime option 'virtualenv' of {root} is {named!r}"), venv)
    active = env.get("VIRTUAL_ENV", "")
    if active:
        return Interpreter(_python_in(Path(active), f"VIRTUAL_ENV is {active!r}"), Path(active))
    path = shutil.which("python3", path=env.get("PATH"))
    if path is None:
        raise PluginError("no Python found: set the runtime option 'virtualenv' or put python3 on PATH")
    return Interpreter(path, None)


def _python_in(venv: Path, said: str) -> str:
    python = venv / "bin" / "python"
    if (venv / "pyvenv.cfg").is_file() and os.access(python, os.X_OK):
        return str(python)
    what = "is not a virtual environment" if venv.exists() else "does not exist"
    raise PluginError(
        f"{said}, but {venv} {what}: create it with 'python3 -m venv {venv}' and install the dependencies"
    )
