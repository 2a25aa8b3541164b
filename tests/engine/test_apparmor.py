"""AppArmor profiles through Debian's own parser, which needs no kernel to read them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from components.manifests.profiles import apparmor_files
from components.spec.apparmor import wrongs
from components.spec.profiles import OwnProfiles
from tests.support.workbench import CHECKOUT
from toolchain import debian
from toolchain.home import Home
from toolchain.progress import Progress

SCRIPT = CHECKOUT / "images" / "profile-loader" / "load.sh"
PROFILE = r"""# A brace { in a comment, and one in a name.
abi <abi/3.0>,
@{APP}=/app /srv/app

profile api flags=(attach_disconnected, mediate_deleted) {
  network inet stream,
  /{usr/,}bin/{sh,api} ix,
  owner "/data/with \{ space/**" rw, # the brace is a name's
  @{APP}/** r,
  deny /data/sealed w,
}
"""


@pytest.fixture(scope="module")
def parser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a parser that does everything but load; the forms of the kernel are those that Debian pins."""
    folder = tmp_path_factory.mktemp("apparmor")
    real, pinned = folder / "real", folder / "features"
    places = dict.fromkeys(("sbin/apparmor_parser", "usr/sbin/apparmor_parser"), real)
    forms = {"etc/apparmor.d/abi/3.0": folder / "abi" / "3.0", "usr/share/apparmor-features/features": pinned}
    debian.unpack_all("apparmor", {**places, **forms}, Home.from_environment(), Progress())
    (folder / "parser.conf").write_text(f"policy-features={pinned}\n")
    program = folder / "apparmor_parser"
    program.write_text(
        f'#!/bin/sh\nexec {real} --config-file {folder}/parser.conf --base {folder} --skip-kernel-load "$@"\n'
    )
    program.chmod(0o755)
    return folder


def loaded(parser: Path, folder: Path, files: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the image's script says of these files."""
    store = folder / "store"
    store.mkdir()
    for name, text in files.items():
        (store / name).write_text(text)
    script = SCRIPT.read_text().replace("/store", str(store)).replace("sleep infinity", "true")
    environment = {**os.environ, "PATH": f"{parser}:{os.environ['PATH']}"}
    return subprocess.run(
        ["sh", "-c", script, "load.sh", "load"],
        env=environment,
        check=False,
        timeout=60,
        capture_output=True,
        text=True,
    )


def test_the_parser_reads_a_profile_under_the_name_that_pods_ask_for(parser: Path, tmp_path: Path) -> None:
    files = apparmor_files({"api": OwnProfiles(apparmor=PROFILE)})
    assert list(wrongs(PROFILE)) == []

    said = loaded(parser, tmp_path, files)

    assert said.returncode == 0, said.stderr


@pytest.mark.parametrize(
    "text", ["profile other {\n}\n", "profile api {\n}\nprofile other {\n}\n", "profile api {\n  /app/** \n}\n"]
)
def test_a_file_that_is_not_one_sound_profile_of_its_name_is_not_loaded(
    parser: Path, tmp_path: Path, text: str
) -> None:
    said = loaded(parser, tmp_path, {"api": text})

    assert said.returncode == 1
    assert "store/api: not one profile of this name" in said.stderr
