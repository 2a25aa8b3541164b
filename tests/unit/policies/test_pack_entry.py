"""The pack's entry, started as the engine starts it."""

import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2_grpc

from policies.catalogue import SINGLE_RULES, STACK_RULES, parameters

ROOT = Path(__file__).parents[3]


COMMON = {"profiles", "reportUnknown", "rules", "tier", "waivers", "waiverSources", "neverWaived"}


@contextmanager
def started(pack: Path, cwd: Path) -> Generator[Any]:
    """A client of the pack's service."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(pack)]
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
            yield analyzer_pb2_grpc.AnalyzerStub(channel)
    finally:
        process.kill()
        process.communicate()


def names(analyzer: Any) -> list[str]:
    return [policy.name for policy in analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=30).policies]


def test_a_copy_of_the_folder_serves_its_own_policies_wherever_it_is_started(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "policies", tmp_path / "copy" / "policies", ignore=shutil.ignore_patterns("__pycache__"))
    copied = tmp_path / "copy" / "policies" / "packs" / "production"
    # Where it is started there may be another package of that name.
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "__init__.py").write_text("raise ImportError('the wrong package')")
    with started(copied, tmp_path) as analyzer:
        assert names(analyzer) == ["workloads", "workloads-advisory", "workloads-mandatory", "stack"]


def test_the_engine_is_told_the_schema_of_the_configuration() -> None:
    with started(ROOT / "policies" / "packs" / "production", ROOT) as analyzer:
        info = analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=30)
    schemas = {policy.name: set(policy.configSchema.properties) for policy in info.policies}
    assert schemas["workloads"] == {"remediate", *parameters(SINGLE_RULES), *COMMON}
    assert schemas["stack"] == {*parameters(STACK_RULES), *COMMON}
    assert info.name == "slipway"


def test_the_split_pack_has_a_policy_for_each_rule() -> None:
    with started(ROOT / "policies" / "packs" / "split", ROOT) as analyzer:
        assert names(analyzer) == [*SINGLE_RULES, *STACK_RULES]


@pytest.mark.parametrize("profile", ["baseline", "restricted", "gpu", "release"])
def test_every_profile_has_a_pack_that_asks_its_rules(profile: str) -> None:
    source = (ROOT / "policies" / "packs" / profile / "__main__.py").read_text()
    assert f'policies(profiles=("{profile}",))' in source
    with started(ROOT / "policies" / "packs" / profile, ROOT) as analyzer:
        assert analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=30).name == f"slipway-{profile}"
