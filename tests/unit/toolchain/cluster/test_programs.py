from collections.abc import Mapping
from pathlib import Path

import pytest

from toolchain import gobuild
from toolchain.cluster import programs
from toolchain.cluster.layout import Layout
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import GoPackage, pins
from toolchain.progress import Progress


class Builder:
    """Stands where Go is called; keeps what was asked for."""

    def __init__(self, broken: str = "") -> None:
        self.built: list[str] = []
        self.broken = broken

    def __call__(self, module: str, packages: Mapping[GoPackage, Path], home: Home, progress: Progress) -> None:
        self.built.append(module)
        if module == self.broken:
            raise ToolchainError("no", "mend")
        for target in packages.values():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(target.name)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(Home(tmp_path))


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> Builder:
    stand_in = Builder()
    monkeypatch.setattr(gobuild, "build", stand_in)
    return stand_in


def ensure(layout: Layout) -> None:
    programs.ensure(layout, "amd64", Progress())


def test_every_module_is_pinned_and_has_flags_for_the_linker() -> None:
    for module in programs.MODULES:
        assert (gobuild.MODULES / module / "go.sum").is_file()
        assert "-s" in pins().ldflags[module]


def test_no_two_programs_have_one_name(layout: Layout) -> None:
    names = [path.name for module in programs.MODULES for path in programs.targets(layout, module).values()]

    assert len(names) == len(set(names))


def test_all_is_built_once(layout: Layout, builder: Builder) -> None:
    ensure(layout)
    ensure(layout)

    assert builder.built == ["cluster", "containerd"]
    assert layout.images.is_file()
    assert (layout.home.bin / "kubectl").read_text() == "kubectl"


def test_a_changed_pin_builds_its_module_again(
    layout: Layout, builder: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure(layout)
    builder.built.clear()
    real = gobuild.key

    def key(module: str) -> str:
        return "changed" if module == "cluster" else real(module)

    monkeypatch.setattr(gobuild, "key", key)

    ensure(layout)

    assert builder.built == ["cluster"]


def test_a_missing_program_is_built_again(layout: Layout, builder: Builder) -> None:
    ensure(layout)
    builder.built.clear()
    (layout.bin / "ctr").unlink()

    ensure(layout)

    assert builder.built == ["containerd"]


def test_what_was_built_before_a_failure_is_not_built_again(layout: Layout, builder: Builder) -> None:
    builder.broken = "containerd"
    with pytest.raises(ToolchainError):
        ensure(layout)
    builder.broken = ""
    builder.built.clear()

    ensure(layout)

    assert builder.built == ["containerd"]
    assert layout.images.is_file()
