"""The scanners that ours is measured against, each built or installed once, in `$SLIPWAY_HOME/bench`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from toolchain import gobuild
from toolchain.commands import run
from toolchain.home import Home
from toolchain.progress import Progress

KUBE_SCORE = "1.20.0"
CHECKOV = "3.3.30"
_MEND = "check that the registry is within reach, and run again"


def kube_score(home: Home) -> list[str]:
    """The command that scores manifest files: kube-score, built from its Go module."""
    folder = home.root / "bench" / f"kube-score-{KUBE_SCORE}"
    program = folder / "kube-score"
    if not program.is_file():
        progress = Progress()
        go = gobuild.find_go(home, progress)
        environ = gobuild.environment(home) | {"GOBIN": str(folder)}
        with progress.step(f"building kube-score {KUBE_SCORE} from the Go module"):
            package = f"github.com/zegl/kube-score/cmd/kube-score@v{KUBE_SCORE}"
            run([go, "install", package], home.logs / "go-kube-score.log", _MEND, environ=environ)
    return [str(program), "score", "--output-format", "ci"]


def checkov(home: Home) -> list[str]:
    """The command that checks a folder of manifests: checkov, from PyPI, in an environment of its own."""
    folder = home.root / "bench" / f"checkov-{CHECKOV}"
    program = folder / "bin" / "checkov"
    if not program.is_file():
        uv = gobuild.uv(home)
        environ = {"UV_CACHE_DIR": str(home.uv_cache)}
        log = home.logs / "checkov.log"
        with Progress().step(f"installing checkov {CHECKOV}"):
            run([uv, "venv", "--quiet", "--clear", str(folder)], log, _MEND, environ=environ)
            python = str(folder / "bin" / "python")
            run(
                [uv, "pip", "install", "--quiet", "--python", python, f"checkov=={CHECKOV}"],
                log,
                _MEND,
                environ=environ,
            )
    return [str(program), "--framework", "kubernetes", "--quiet", "--compact", "--directory"]


def versions(home: Home) -> str:
    """What is measured against, for the report."""
    checks = subprocess.run([kube_score(home)[0], "list"], capture_output=True, text=True, check=True).stdout
    return f"kube-score {KUBE_SCORE} ({len(checks.splitlines())} checks), checkov {CHECKOV}"


def manifests(folder: Path, files: int) -> Path:
    """Writes files of two documents each, a Deployment of two containers and its Service, as people write them.

    Args:
        folder: Where to.
        files: How many.

    Returns:
        The folder.
    """
    folder.mkdir(parents=True)
    text = Path(__file__).with_name("manifest.yaml").read_text("utf-8")
    for number in range(files):
        (folder / f"{number:06}.yaml").write_text(text.replace("NUMBER", str(number)), "utf-8")
    return folder
