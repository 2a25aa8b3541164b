from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes import kubeconfig
from toolchain.plugins.kubernetes.live import access
from toolchain.plugins.kubernetes.live.access import Access, NoClusterError

SERVER: Properties = {"server": "https://127.0.0.1:6443/base/"}


def script(folder: Path, printed: str, code: int = 0) -> Properties:
    """A user whose credentials a program prints."""
    program = folder / "login"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{printed}\nEND\nexit {code}\n")
    program.chmod(0o755)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": str(program)}}


def credential(**status: str) -> str:
    return json.dumps({"kind": "ExecCredential", "status": status})


def test_the_address_is_taken_apart() -> None:
    found = Access(SERVER, {})

    assert (found.host, found.port, found.prefix, found.address) == (
        "127.0.0.1",
        6443,
        "/base",
        "https://127.0.0.1:6443/base",
    )


@pytest.mark.parametrize("server", ["", "127.0.0.1:6443", "ftp://a"])
def test_what_is_no_address_is_refused(server: str) -> None:
    with pytest.raises(ProviderError, match="no http or https address"):
        Access({"server": server}, {})


def test_a_token_a_password_or_nothing_says_who_speaks(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file\n")
    basic = base64.b64encode(b"me:word").decode()

    assert Access(SERVER, {"token": "t"}).headers() == {"Authorization": "Bearer t"}
    assert Access(SERVER, {"tokenFile": str(tmp_path / "token")}).headers() == {"Authorization": "Bearer from-file"}
    assert Access(SERVER, {"username": "me", "password": "word"}).headers() == {"Authorization": f"Basic {basic}"}
    assert Access(SERVER, {}).headers() == {}


def test_a_program_prints_the_token_once_until_it_is_renewed(tmp_path: Path) -> None:
    found = Access(SERVER, script(tmp_path, credential(token="first")))
    assert found.headers() == {"Authorization": "Bearer first"}

    script(tmp_path, credential(token="second"))
    assert found.headers() == {"Authorization": "Bearer first"}
    assert found.renew()
    assert found.headers() == {"Authorization": "Bearer second"}


def test_a_token_that_has_ended_is_printed_anew(tmp_path: Path) -> None:
    found = Access(SERVER, script(tmp_path, credential(token="old", expirationTimestamp="2020-01-01T00:00:00Z")))
    found.headers()

    script(tmp_path, credential(token="new"))

    assert found.headers() == {"Authorization": "Bearer new"}


@pytest.mark.parametrize(
    ("printed", "code", "words"),
    [
        ("planted-output", 3, "ended with exit code 3"),
        ("planted-output", 0, "which printed none"),
        ('{"status": {}}', 0, "which printed none"),
    ],
)
def test_a_program_that_fails_is_named_and_not_quoted(tmp_path: Path, printed: str, code: int, words: str) -> None:
    with pytest.raises(ProviderError, match=words) as refused:
        Access(SERVER, script(tmp_path, printed, code)).headers()

    assert "planted" not in refused.value.message


def test_a_program_that_is_not_installed_is_named() -> None:
    with pytest.raises(ProviderError, match=r"'absent-login', which is not installed. Get it"):
        Access(SERVER, {"exec": {"command": "absent-login", "installHint": "Get it"}}).headers()


def test_credentials_that_cannot_be_read_are_not_quoted() -> None:
    bad = {**SERVER, "certificate-authority-data": base64.b64encode(b"planted").decode()}

    with pytest.raises(ProviderError, match="certificate or key in the kubeconfig is not readable") as refused:
        Access(bad, {}).context()

    assert "planted" not in refused.value.message


def test_the_context_in_use_is_found(tmp_path: Path) -> None:
    # given a kubeconfig file with two contexts and a relative path
    (tmp_path / "token").write_text("two")
    config = tmp_path / "config"
    config.write_text(
        json.dumps(
            {
                "clusters": [{"name": n, "cluster": {"server": f"https://{n}.example"}} for n in ("one", "two")],
                "users": [{"name": "u", "user": {"tokenFile": "token"}}],
                "contexts": [{"name": n, "context": {"cluster": n, "user": "u"}} for n in ("one", "two")],
                "current-context": "one",
            }
        )
    )

    # when the way is looked for, then it is the current context's, or the one that is asked for
    parsed = kubeconfig.parse(str(config))
    assert access.find(parsed).host == "one.example"
    assert access.find(parsed, "two").host == "two.example"
    assert access.find(parsed).headers() == {"Authorization": "Bearer two"}
    with pytest.raises(NoClusterError, match="no context 'three'"):
        access.find(parsed, "three")


def test_no_kubeconfig_is_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)

    with pytest.raises(NoClusterError, match="there is no kubeconfig"):
        access.find({})
