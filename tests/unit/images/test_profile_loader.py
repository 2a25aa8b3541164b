"""The script of `images/profile-loader`: it is ready once the kernel keeps containers to every profile."""

import subprocess
from pathlib import Path

import pytest

from tests.support.workbench import CHECKOUT

SCRIPT = CHECKOUT / "images" / "profile-loader" / "load.sh"


@pytest.mark.parametrize(
    ("listed", "ready"),
    [
        ("docker-default (enforce)\nslipway-api-1 (enforce)\nslipway-store-1 (enforce)\n", True),
        ("slipway-api-1 (enforce)\n", False),
        ("slipway-api-1 (enforce)\nslipway-store-1 (complain)\n", False),
        ("slipway-api-1 (enforce)\nslipway-store-12 (enforce)\n", False),
        (None, False),
    ],
)
def test_the_check_sees_a_profile_that_the_kernel_does_not_enforce(
    tmp_path: Path, listed: str | None, ready: bool
) -> None:
    store, kernel, script = tmp_path / "store", tmp_path / "profiles", tmp_path / "load.sh"
    store.mkdir()
    for name in ("slipway-api-1", "slipway-store-1"):
        (store / name).touch()
    if listed is not None:
        kernel.write_text(listed)
    text = SCRIPT.read_text().replace("/store", str(store))
    script.write_text(text.replace("/sys/kernel/security/apparmor/profiles", str(kernel)))

    assert (subprocess.run(["sh", str(script), "check"], check=False, timeout=30).returncode == 0) == ready
