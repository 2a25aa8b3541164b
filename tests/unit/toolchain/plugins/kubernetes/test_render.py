import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties, Secret, Value
from toolchain.plugins.kubernetes.render import RenderFolder


def obj(api_version: str, kind: str, name: str, namespace: str | None = None, **fields: Value) -> Properties:
    metadata: Properties = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def secret(value: str = "Y2FuYXJ5") -> Properties:
    return obj("v1", "Secret", "creds", "ai", data={"password": value, "user": value})


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("it", "file"),
    [
        (obj("apps/v1", "Deployment", "web", "ai"), "1-manifest/apps_v1-deployment-ai-web.yaml"),
        (obj("v1", "Namespace", "ai"), "1-manifest/v1-namespace-default-ai.yaml"),
        (
            obj("rbac.authorization.k8s.io/v1", "ClusterRole", "system:foo"),
            "1-manifest/rbac.authorization.k8s.io_v1-clusterrole-default-system:foo.yaml",
        ),
        (
            obj("monitoring.coreos.com/v1", "ServiceMonitor", "a.b", "ai"),
            "1-manifest/monitoring.coreos.com_v1-servicemonitor-ai-a.b.yaml",
        ),
        (
            obj("apiextensions.k8s.io/v1", "CustomResourceDefinition", "things.example.com"),
            "0-crd/apiextensions.k8s.io_v1-customresourcedefinition-default-things.example.com.yaml",
        ),
        (
            obj("example.com/v1", "CustomResourceDefinition", "a"),
            "1-manifest/example.com_v1-customresourcedefinition-default-a.yaml",
        ),
    ],
)
def test_files_have_the_official_names(tmp_path: Path, it: Properties, file: str) -> None:
    RenderFolder(tmp_path).write(it, it)
    assert files(tmp_path) == [file]


@pytest.mark.parametrize(
    "it",
    [
        obj("v1", "Pod", "../../evil", "ai"),
        obj("v1", "Pod", "a", "../b"),
        obj("v1", "../Pod", "a"),
        obj("v1", "Pod", "a\0b"),
        obj("v1", "Pod", ""),
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, it: Properties) -> None:
    with pytest.raises(ProviderError, match="a manifest cannot be rendered with"):
        RenderFolder(tmp_path).write(it, it)
    assert files(tmp_path) == []


def test_only_the_owner_can_read_what_was_rendered(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "rendered"
    RenderFolder(folder).write(secret(), secret())
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder.parent, folder, *folder.rglob("*")]}
    assert modes == {
        "new": 0o700,
        "rendered": 0o700,
        "0-crd": 0o700,
        "1-manifest": 0o700,
        "v1-secret-ai-creds.yaml": 0o600,
    }


def test_writing_again_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    first = RenderFolder(tmp_path)
    first.write(secret("b25l"), secret("b25l"))
    RenderFolder(tmp_path).write(secret("dHdv"), secret("dHdv"))
    assert files(tmp_path) == ["1-manifest/v1-secret-ai-creds.yaml"]
    assert "dHdv" in (tmp_path / "1-manifest" / "v1-secret-ai-creds.yaml").read_text()


def test_a_reader_of_the_old_file_keeps_it_whole(tmp_path: Path) -> None:
    folder = RenderFolder(tmp_path)
    folder.write(secret("b25l"), secret("b25l"))
    with (tmp_path / "1-manifest" / "v1-secret-ai-creds.yaml").open() as old:
        folder.write(secret("dHdv"), secret("dHdv"))
        assert "b25l" in old.read()


def test_removing_twice_is_no_error(tmp_path: Path) -> None:
    folder = RenderFolder(tmp_path)
    folder.write(secret(), secret())
    folder.remove(secret())
    folder.remove(secret())
    assert files(tmp_path) == []


def test_what_a_killed_plugin_left_is_removed_and_what_a_running_one_writes_is_not(tmp_path: Path) -> None:
    (tmp_path / "1-manifest").mkdir()
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    (tmp_path / "1-manifest" / f".tmp-{ended.pid}-0").touch()
    (tmp_path / "1-manifest" / f".tmp-{os.getppid()}-0").touch()
    (tmp_path / "1-manifest" / ".tmp-").touch()
    RenderFolder(tmp_path).write(secret(), secret())
    assert files(tmp_path) == [f"1-manifest/.tmp-{os.getppid()}-0", "1-manifest/v1-secret-ai-creds.yaml"]


def test_a_folder_that_cannot_be_written_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "rendered").write_text("a file in the folder's place")
    with pytest.raises(ProviderError, match=r"cannot write .*v1-secret-ai-creds\.yaml: Not a directory\. Mend that"):
        RenderFolder(tmp_path / "rendered").write(secret(), secret())


def test_a_full_disk_leaves_the_old_file_and_no_temporary_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = RenderFolder(tmp_path)
    folder.write(secret("b25l"), secret("b25l"))

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ProviderError, match="No space left on device"):
        folder.write(secret("dHdv"), secret("dHdv"))
    assert files(tmp_path) == ["1-manifest/v1-secret-ai-creds.yaml"]
    assert "b25l" in (tmp_path / "1-manifest" / "v1-secret-ai-creds.yaml").read_text()


def test_a_file_that_cannot_be_removed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "1-manifest" / "v1-secret-ai-creds.yaml" / "in the way").mkdir(parents=True)
    with pytest.raises(ProviderError, match=r"cannot remove .*v1-secret-ai-creds\.yaml"):
        RenderFolder(tmp_path).remove(secret())


def test_values_of_secrets_can_be_left_out_with_their_keys_kept(tmp_path: Path) -> None:
    it: Properties = {**secret(), "stringData": {"token": "canary"}}
    RenderFolder(tmp_path, omit_secrets=True).write(it, it)
    assert (tmp_path / "1-manifest" / "v1-secret-ai-creds.yaml").read_text() == (
        "# Values left out (SLIPWAY_RENDER_SECRETS=omit): supply them where this manifest is applied.\n"
        "apiVersion: v1\n"
        "data:\n"
        '  password: ""\n'
        '  user: ""\n'
        "kind: Secret\n"
        "metadata:\n"
        "  name: creds\n"
        "  namespace: ai\n"
        "stringData:\n"
        '  token: ""\n'
    )


def test_a_secret_value_elsewhere_is_refused_where_values_are_left_out(tmp_path: Path) -> None:
    pod = obj("v1", "Pod", "a", "ai", spec={"token": "canary"})
    inputs = obj("v1", "Pod", "a", "ai", spec={"token": Secret("canary")})
    with pytest.raises(ProviderError, match="Put the value into a Secret") as refused:
        RenderFolder(tmp_path, omit_secrets=True).write(pod, inputs)
    assert "canary" not in str(refused.value)
    assert files(tmp_path) == []
