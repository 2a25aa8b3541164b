import json
import tomllib
from pathlib import Path
from typing import Any, cast

import yaml

from toolchain.cluster import configurations
from toolchain.cluster.layout import Layout
from toolchain.home import Home

LAYOUT = Layout(Home(Path("/home")))


def test_containerd_finds_runtime_network_and_pause_image() -> None:
    plugins = tomllib.loads(configurations.containerd(LAYOUT, "/usr/sbin/runc", "pause:1"))["plugins"]

    runtime = plugins["io.containerd.cri.v1.runtime"]
    assert runtime["containerd"]["runtimes"]["runc"]["options"]["BinaryName"] == "/usr/sbin/runc"
    assert runtime["cni"]["bin_dirs"] == ["/home/cluster/bin"]
    assert plugins["io.containerd.cri.v1.images"]["pinned_images"]["sandbox"] == "pause:1"


def test_containerd_asks_for_no_negative_oom_score() -> None:
    plugins = tomllib.loads(configurations.containerd(LAYOUT, "runc", "pause"))["plugins"]

    assert plugins["io.containerd.cri.v1.runtime"]["restrict_oom_score_adj"] is True


def test_the_embedded_registry_is_reached_across_the_link_only() -> None:
    hosts = tomllib.loads(configurations.registry(5001))

    assert hosts["server"] == "http://10.243.0.1:5001"
    assert hosts["host"] == {"http://10.243.0.1:5001": {"capabilities": ["pull", "resolve"]}}


def test_pods_get_addresses_of_the_range_that_the_node_is_given() -> None:
    bridge = cast(dict[str, Any], json.loads(configurations.network()))["plugins"][0]

    assert bridge["ipam"]["ranges"] == [[{"subnet": "10.244.0.0/24"}]]


def test_the_kubelet_lets_nobody_in_unnamed() -> None:
    kubelet = cast(dict[str, Any], yaml.safe_load(configurations.kubelet(LAYOUT)))

    assert kubelet["authentication"]["anonymous"] == {"enabled": False}
    assert kubelet["authorization"] == {"mode": "Webhook"}


def test_names_outside_the_cluster_are_passed_on_only_where_somebody_answers() -> None:
    assert "forward" not in configurations.corefile(53)
    assert "forward . 192.0.2.53 192.0.2.54\n" in configurations.corefile(53, ("192.0.2.53", "192.0.2.54"))


def test_containers_of_one_home_run_in_a_group_of_their_own() -> None:
    kubelet = cast(dict[str, Any], yaml.safe_load(configurations.kubelet(LAYOUT)))

    assert kubelet["cgroupRoot"] == f"/{LAYOUT.group}"
    assert LAYOUT.group != Layout(Home(Path("/another"))).group
