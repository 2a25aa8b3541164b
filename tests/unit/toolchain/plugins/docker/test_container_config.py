"""A container's inputs in the words of the Docker API, and back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.base_values import Properties
from toolchain.plugins.docker import checking, container_config, container_state
from toolchain.plugins.docker.kinds import CONTAINER


def config(**inputs: Any) -> dict[str, Any]:
    return container_config.config(checking.filled(CONTAINER, {"image": "a", **inputs}), {"owner": "me"})


def host(**inputs: Any) -> dict[str, Any]:
    return config(**inputs)["HostConfig"]


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"memory": 512}, {"Memory": 512 * 1024 * 1024, "MemorySwap": 1024 * 1024 * 1024}),
        ({"memorySwap": -1}, {"MemorySwap": -1}),
        ({"memorySwap": 64}, {"MemorySwap": 64 * 1024 * 1024}),
        ({"cpus": "1.5"}, {"NanoCpus": 1_500_000_000}),
        ({"cpus": ".25", "cpuQuota": 5}, {"NanoCpus": 250_000_000}),
        ({"shmSize": 128}, {"ShmSize": 128 * 1024 * 1024}),
        ({"readOnly": True}, {"ReadonlyRootfs": True}),
        ({"tmpfs": {"/tmp": "rw,noexec"}}, {"Tmpfs": {"/tmp": "rw,noexec"}}),
        ({"capabilities": {"drops": ["ALL"]}}, {"CapDrop": ["ALL"]}),
        ({"securityOpts": ["no-new-privileges"]}, {"SecurityOpt": ["no-new-privileges"]}),
        ({"securityOpts": ["systempaths=unconfined"]}, {"MaskedPaths": [], "ReadonlyPaths": []}),
        ({"init": True}, {"Init": True}),
        ({"gpus": "all"}, {"DeviceRequests": [{"Capabilities": [["gpu"]], "Count": -1}]}),
        ({"gpus": "device=0,2"}, {"DeviceRequests": [{"Capabilities": [["gpu"]], "DeviceIDs": ["0", "2"]}]}),
        ({"logDriver": "json-file", "logOpts": {"max-size": "1m"}},
         {"LogConfig": {"Type": "json-file", "Config": {"max-size": "1m"}}}),
        ({"restart": "on-failure", "maxRetryCount": 3},
         {"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}}),
        ({"volumes": [{"volumeName": "d", "containerPath": "/data", "readOnly": True}]}, {"Binds": ["d:/data:ro"]}),
        ({"volumes": [{"hostPath": "/a", "containerPath": "/b", "selinuxRelabel": "Z"}]}, {"Binds": ["/a:/b:rw,Z"]}),
        ({"ports": [{"internal": 80, "external": 8080, "ip": "127.0.0.1"}]},
         {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}}),
        ({"ports": [{"internal": 53, "protocol": "udp"}]},
         {"PortBindings": {"53/udp": [{"HostIp": "0.0.0.0", "HostPort": ""}]}}),
        ({"ulimits": [{"name": "nproc", "soft": 64, "hard": 64}]},
         {"Ulimits": [{"Name": "nproc", "Soft": 64, "Hard": 64}]}),
        ({"mounts": [{"type": "tmpfs", "target": "/t", "tmpfsOptions": {"sizeBytes": 1024, "mode": 448}}]},
         {"Mounts": [{"Type": "tmpfs", "Target": "/t", "Source": "", "ReadOnly": False,
                      "TmpfsOptions": {"SizeBytes": 1024, "Mode": 448}}]}),
        ({"networkMode": "none"}, {"NetworkMode": "none"}),
        ({"networksAdvanced": [{"name": "front"}, {"name": "back"}]}, {"NetworkMode": "front"}),
    ],
)  # fmt: skip
def test_inputs_are_said_in_the_apis_words(inputs: Properties, said: dict[str, Any]) -> None:
    found = host(**inputs)
    assert {key: found.get(key) for key in said} == said


def test_nothing_is_said_that_was_not_asked_for() -> None:
    assert set(host()) == {"RestartPolicy", "NetworkMode"}


def test_the_owners_label_is_added_to_the_programs() -> None:
    assert config(labels=[{"label": "a", "value": "b"}])["Labels"] == {"a": "b", "owner": "me"}


def test_the_first_network_is_joined_from_the_beginning() -> None:
    networks = [{"name": "front", "aliases": ["web"], "ipv4Address": "10.0.0.5"}, {"name": "back"}]
    assert config(networksAdvanced=networks)["NetworkingConfig"] == {
        "EndpointsConfig": {"front": {"Aliases": ["web"], "IPAMConfig": {"IPv4Address": "10.0.0.5"}}}
    }


def test_a_health_check_has_its_durations_in_nanoseconds() -> None:
    check = {"tests": ["CMD", "a"], "interval": "1m30s", "timeout": "500ms", "startPeriod": "1h", "retries": 3}
    assert config(healthcheck=check)["Healthcheck"] == {
        "Test": ["CMD", "a"],
        "Interval": 90 * 10**9,
        "Timeout": 5 * 10**8,
        "StartPeriod": 3600 * 10**9,
        "Retries": 3,
    }


@given(st.integers(0, 10**6).map(lambda milliseconds: milliseconds * 10**6))
def test_a_duration_is_read_as_it_is_written(nanoseconds: int) -> None:
    assert container_config.nanoseconds(container_state.duration(nanoseconds)) == nanoseconds


LABELS = {"of": "image", "a": "b"}


def answer(running: bool = True, **host_config: Any) -> dict[str, Any]:
    return {
        "Id": "1" * 64,
        "Name": "/web",
        "State": {"Running": running, "Status": "running" if running else "exited"},
        "Config": {
            "Image": "a",
            "Hostname": "1" * 12,
            "Env": ["PATH=/bin", "A=b"],
            "Labels": {"of": "image", "a": "b"},
        },
        "HostConfig": {"NetworkMode": "default", "RestartPolicy": {"Name": "no"}, **host_config},
        "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}}, "Ports": {"80/tcp": None}},
    }


def test_an_import_says_nothing_that_the_image_or_docker_says_anyway() -> None:
    image = {"Config": {"Env": ["PATH=/bin"], "Labels": {"of": "image"}}}
    assert container_state.imported(answer(), image) == {
        "name": "web",
        "image": "a",
        "restart": "no",
        "envs": ["A=b"],
        "labels": [{"label": "a", "value": "b"}],
    }


@pytest.mark.parametrize(
    ("inputs", "found", "drifted"),
    [
        ({"memory": 32}, answer(Memory=32 * 1024 * 1024), {}),
        ({"memory": 32}, answer(Memory=64 * 1024 * 1024), {"memory": 64}),
        ({"cpus": "1.50"}, answer(NanoCpus=1_500_000_000), {}),
        ({"mustRun": True}, answer(running=False), {"mustRun": False}),
        ({"mustRun": False}, answer(), {}),
        ({}, answer(Memory=64 * 1024 * 1024), {}),
    ],
)
def test_only_what_was_asked_for_and_is_otherwise_by_now_has_drifted(
    inputs: Properties, found: dict[str, Any], drifted: Properties
) -> None:
    assert container_state.drifted(inputs, found) == drifted


def test_a_port_that_is_published_for_both_families_counts_once() -> None:
    found = answer()
    found["NetworkSettings"]["Ports"] = {
        "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}, {"HostIp": "::", "HostPort": "8080"}]
    }
    assert container_state.ports(found) == [{"internal": 80, "external": 8080, "protocol": "tcp", "ip": "0.0.0.0"}]
