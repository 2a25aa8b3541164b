"""What the provider answers without an engine: comparisons, previews, refusals."""

import io
import tarfile
from pathlib import Path

import pytest

from toolchain.plugins.base import (
    CheckRequest,
    ConfigureRequest,
    CreateRequest,
    DiffKind,
    DiffRequest,
    DiffResult,
    InvokeRequest,
    ProviderError,
)
from toolchain.plugins.base_values import UNKNOWN, Properties, Secret
from toolchain.plugins.docker import settings
from toolchain.plugins.docker.ownership import is_ours, owner
from toolchain.plugins.docker.provider import Docker
from toolchain.plugins.docker.uploads import archives

URN = "urn:pulumi:dev::shop::docker:index/container:Container::web"


def diff(old: Properties, new: Properties, *ignored: str) -> DiffResult:
    request = DiffRequest(
        urn=URN, id="1", old_state=old, old_inputs=old, new_inputs={"name": "web", **new}, ignore_changes=ignored
    )
    return Docker().diff(request)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"envs": ["A=1", "B=2"]}, {"envs": ["B=2", "A=1"]}),
        ({"restart": "no"}, {}),
        ({}, {"securityOpts": [], "user": ""}),
        ({"envs": ["A=1"]}, {"envs": Secret(["A=1"])}),
        ({"ports": [{"internal": 80}]}, {"ports": [{"internal": 80, "protocol": "tcp"}]}),
    ],
    ids=["order", "default", "empty", "secret", "default-in-block"],
)
def test_what_means_the_same_is_no_change(old: Properties, new: Properties) -> None:
    assert diff({"name": "web", **old}, new).changes is False


@pytest.mark.parametrize(
    ("old", "new", "kinds"),
    [
        ({"memory": 1}, {"memory": 2}, {"memory": DiffKind.UPDATE}),
        ({}, {"memory": 2}, {"memory": DiffKind.ADD}),
        ({"restart": "no"}, {"restart": "always"}, {"restart": DiffKind.UPDATE}),
        ({"image": "a"}, {"image": UNKNOWN}, {"image": DiffKind.UPDATE_REPLACE}),
        ({"command": ["a", "b"]}, {"command": ["a", "c"]}, {"command[1]": DiffKind.UPDATE_REPLACE}),
        ({"envs": ["A=1"]}, {"envs": ["A=2"]}, {"envs": DiffKind.UPDATE_REPLACE}),
        ({"envs": ["A=1"]}, {}, {"envs": DiffKind.DELETE_REPLACE}),
        ({"tmpfs": {"/tmp": "a"}}, {"tmpfs": {"/tmp": "b"}}, {"tmpfs./tmp": DiffKind.UPDATE_REPLACE}),
        ({"healthcheck": {"retries": 1}}, {"healthcheck": {"retries": 2}},
         {"healthcheck.retries": DiffKind.UPDATE_REPLACE}),
        ({"memory": 2}, {}, {"memory": DiffKind.DELETE_REPLACE}),
        ({"memoryReservation": 2}, {"memoryReservation": 0}, {"memoryReservation": DiffKind.UPDATE_REPLACE}),
        ({"restart": "always"}, {}, {"restart": DiffKind.UPDATE}),
        ({"wait": False}, {"wait": True}, {"wait": DiffKind.UPDATE}),
    ],
)  # fmt: skip
def test_a_change_is_said_by_its_path_and_by_what_it_does(
    old: Properties, new: Properties, kinds: dict[str, DiffKind]
) -> None:
    found = diff({"name": "web", **old}, new)
    assert {path: one.kind for path, one in (found.detailed or {}).items()} == kinds
    assert bool(found.replaces) is any(kind.name.endswith("_REPLACE") for kind in kinds.values())


def test_a_container_with_a_name_of_its_own_goes_before_its_successor_comes() -> None:
    assert diff({"name": "web", "image": "a"}, {"image": "b"}).delete_before_replace
    assert not diff({"name": "web", "image": "a"}, {"image": "b", "__defaults": ["name"]}).delete_before_replace
    assert not diff({"name": "web", "image": "a"}, {"image": "b", "name": "other"}).delete_before_replace


def test_changes_that_are_to_be_ignored_are_none() -> None:
    assert diff({"name": "web", "memory": 1}, {"memory": 2}, "memory").changes is False


def test_a_preview_knows_what_is_declared_and_no_more() -> None:
    inputs: Properties = {"image": "a", "name": "web", "ports": [{"internal": 80}], "envs": Secret(["A=b"])}
    shown = Docker().create(CreateRequest(urn=URN, properties=inputs, preview=True)).properties
    assert shown["networkDatas"] == UNKNOWN
    assert shown["ports"] == [{"internal": 80, "external": UNKNOWN}]
    assert isinstance(shown["envs"], Secret)


def test_mistakes_are_found_before_the_engine_is_asked() -> None:
    request = CheckRequest(urn=URN, new_inputs={"image": "a", "restart": "maybe"}, random_seed=b"seed")
    assert [failure.property for failure in Docker().check(request).failures] == ["restart"]


def test_what_the_stand_in_has_not_is_refused_with_what_it_has() -> None:
    urn = "urn:pulumi:dev::shop::docker:index/service:Service::web"
    with pytest.raises(ProviderError, match=r"has no 'docker:index/service:Service', only docker:index/container"):
        Docker().check(CheckRequest(urn=urn, new_inputs={}))
    with pytest.raises(ProviderError, match="cannot Invoke"):
        Docker().invoke(InvokeRequest("docker:index/getNetwork:getNetwork", {}))


def test_another_engine_replaces_the_provider() -> None:
    old: Properties = {"host": "unix:///a"}
    request = DiffRequest(urn=URN, id="1", old_state=old, old_inputs=old, new_inputs={"host": "unix:///b"})
    assert Docker().diff_config(request).replaces == ["host"]


def test_settings_come_from_the_configuration_then_from_the_environment() -> None:
    auth = '[{"address": "https://r.example.com/", "username": "u", "password": "p"}]'
    args: Properties = {"registryAuth": Secret(auth)}
    read = settings.read(args, {"docker:config:context": "team"}, {"DOCKER_HOST": "unix:///theirs"})
    assert (read.host, read.context) == ("unix:///theirs", "team")
    assert read.logins["r.example.com"].username == "u"
    assert "'p'" not in repr(read)


def test_keys_as_texts_are_refused_with_the_way_that_works() -> None:
    with pytest.raises(ProviderError, match="name it in `certPath`"):
        Docker().configure(ConfigureRequest(args={"keyMaterial": Secret("key")}))


def test_a_resource_knows_its_own_and_no_others() -> None:
    assert is_ours(owner(URN), URN)
    assert not is_ours(owner(URN), f"{URN}-2")
    assert not is_ours(None, URN)


def test_files_go_to_the_volume_that_they_lie_in(tmp_path: Path) -> None:
    (tmp_path / "cert").write_bytes(b"\x00cert")
    inputs: Properties = {
        "volumes": [{"volumeName": "d", "containerPath": "/data"}, {"volumeName": "e", "containerPath": "/data/a"}],
        "uploads": [
            {"file": "/data/a/key", "content": "k", "permissions": "0440", "owner": "65532", "group": "7"},
            {"file": "/etc/run", "contentBase64": "cg==", "executable": True},
            {"file": "etc/cert", "source": str(tmp_path / "cert")},
        ],
    }  # fmt: skip
    made = archives(inputs)
    assert set(made) == {"/data/a", "/"}
    with tarfile.open(fileobj=io.BytesIO(made["/data/a"])) as tar:
        key = tar.getmember("key")
        assert (key.mode, key.uid, key.gid, key.size) == (0o440, 65532, 7, 1)
    with tarfile.open(fileobj=io.BytesIO(made["/"])) as tar:
        assert tar.getmember("etc/run").mode == 0o744
        cert = tar.extractfile("etc/cert")
        assert cert is not None
        assert cert.read() == b"\x00cert"


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        ({"file": "/a", "source": "/nowhere/at/all"}, "cannot be read"),
        ({"file": "/a", "contentBase64": "?"}, "is not in base64"),
        ({"file": "/a", "content": "x", "owner": "nobody-of-that-name"}, "there is no owner"),
    ],
)
def test_a_file_that_cannot_be_had_is_said(upload: Properties, words: str) -> None:
    with pytest.raises(ProviderError, match=words):
        archives({"uploads": [upload]})
