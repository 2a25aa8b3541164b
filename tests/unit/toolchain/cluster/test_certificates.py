import subprocess
from pathlib import Path

import pytest

from toolchain.cluster.certificates import Subject, alternative, make, make_authority, make_key, request
from toolchain.errors import ToolchainError


@pytest.fixture
def authority(tmp_path: Path) -> tuple[Path, Path]:
    files = tmp_path / "authority.crt", tmp_path / "authority.key"
    make_authority(Subject("test"), *files)
    return files


def openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=True).stdout


def test_a_certificate_is_accepted_for_its_names_by_who_trusts_the_authority(
    tmp_path: Path, authority: tuple[Path, Path]
) -> None:
    certificate = tmp_path / "api.crt"
    make(Subject("api", addresses=("localhost", "10.0.0.1")), certificate, tmp_path / "api.key", authority=authority)

    for check in (["-verify_hostname", "localhost"], ["-verify_ip", "10.0.0.1"]):
        assert openssl("verify", "-CAfile", str(authority[0]), *check, str(certificate)).endswith("OK\n")


def test_a_certificate_cannot_sign_others(tmp_path: Path, authority: tuple[Path, Path]) -> None:
    certificate = tmp_path / "api.crt"
    make(Subject("api"), certificate, tmp_path / "api.key", authority=authority)

    assert "CA:FALSE" in openssl("x509", "-in", str(certificate), "-noout", "-text")


def test_keys_are_readable_by_their_owner_only(tmp_path: Path, authority: tuple[Path, Path]) -> None:
    make_key(tmp_path / "account.key", tmp_path / "account.pub")

    assert [path.stat().st_mode & 0o777 for path in (authority[1], tmp_path / "account.key")] == [0o600, 0o600]


def test_the_group_of_a_client_is_its_organisation() -> None:
    assert "O = system:nodes\nCN = system:node:x\n" in request(
        Subject("system:node:x", "system:nodes"), authority=False
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [("10.0.0.1", "IP:10.0.0.1"), ("::1", "IP:::1"), ("kubernetes.default", "DNS:kubernetes.default")],
)
def test_an_address_is_named_by_its_kind(address: str, expected: str) -> None:
    assert alternative(address) == expected


def test_a_missing_openssl_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(ToolchainError, match="openssl cannot be started"):
        make_key(tmp_path / "x.key", tmp_path / "x.pub")
