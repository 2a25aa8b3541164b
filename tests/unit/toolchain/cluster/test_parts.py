from pathlib import Path

import pytest

from toolchain.cluster.layout import Layout
from toolchain.cluster.parts import STAGES, Part, parts
from toolchain.cluster.programs import MODULES, targets
from toolchain.home import Home

LAYOUT = Layout(Home(Path("/home")))
ALL = parts(LAYOUT)


def test_every_part_waits_only_for_parts_named_before_it() -> None:
    seen: set[str] = set()
    for part in ALL:
        assert seen.issuperset(part.after), part.name
        seen.add(part.name)


def test_every_program_that_a_part_runs_is_built() -> None:
    built = {str(path) for module in MODULES for path in targets(LAYOUT, module).values()}

    assert {part.command[0] for part in ALL} <= built


@pytest.mark.parametrize("part", ALL, ids=lambda part: part.name)
def test_no_secret_stands_in_a_command(part: Part) -> None:
    # A command can be read by every user of the machine: secrets are named by file.
    assert not any("token" in word and not word.endswith(".csv") for word in part.command)


def test_nothing_is_written_outside_the_home() -> None:
    paths = [word.partition("=")[2] or word for part in ALL for word in part.command]
    absolute = [path for path in paths if path.startswith("/") and path != str(STAGES)]

    assert all(path.startswith(("/home/cluster/", "/run/")) for path in absolute), absolute


def test_there_is_a_cluster_without_what_is_added_to_it() -> None:
    assert [part.name for part in ALL if not part.vital] == ["firewall", "kwok", "metrics-server", "volumes"]
