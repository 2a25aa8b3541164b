"""Tags go on the digest that runs: nothing is built or deployed for them, and a version never moves."""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from typing import Any

import pytest

from cli import image_tags, settings
from cli.failures import CommandError
from cli.workspace import Workspace
from tests.support.sixty_pushes import commit
from tests.unit.cli.conftest import Desk
from tests.unit.toolchain.registry_site import RegistrySite, registry_site

REPOSITORY = "slipway/python-api"
NEW = "2026-11-22T00:00:00Z"


@pytest.fixture
def site() -> Generator[RegistrySite]:
    with registry_site() as site:
        yield site


def ask(desk: Desk, stack: str = "dev", **tags: str) -> None:
    def change(content: dict[str, Any]) -> None:
        content["config"]["slipway:workloads"]["python-api"]["image"]["build"]["tags"] = tags

    desk.change(stack, change)


def put(desk: Desk, site: RegistrySite, digest: str) -> None:
    """What `slipway up` does when the stack is up with this digest."""
    desk.change("dev", lambda content: content["config"]["slipway:registry"].update(address=site.address))
    workspace = Workspace.open("dev")
    reference = f"{site.address}/{REPOSITORY}@{digest}"
    image_tags.put(workspace, settings.load(workspace).settings, {"python-api": reference})


def test_a_stack_that_asks_for_no_tags_asks_the_registry_nothing(desk: Desk, site: RegistrySite) -> None:
    put(desk, site, site.image(REPOSITORY, NEW, "dev"))
    assert site.asked == []


def test_a_version_goes_on_the_digest_with_its_family(
    desk: Desk, site: RegistrySite, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (site.image(REPOSITORY, NEW, tag) for tag in ("1.0.0", "dev"))
    site.held(REPOSITORY).tags |= {"1": old, "latest": old}
    ask(desk, version="1.1.0")
    put(desk, site, new)
    tags = site.held(REPOSITORY).tags
    assert tags == {"1.0.0": old, "dev": new, **dict.fromkeys(("1.1.0", "1.1", "1", "latest"), new)}
    assert "Tags  python-api  1.1.0 1.1 1 latest" in capsys.readouterr().out


def test_a_second_run_puts_nothing(desk: Desk, site: RegistrySite) -> None:
    digest = site.image(REPOSITORY, NEW, "dev")
    ask(desk, version="1.1.0")
    put(desk, site, digest)
    site.asked.clear()
    put(desk, site, digest)
    assert {asked.split()[0] for asked in site.asked} == {"GET"}


def test_a_version_of_another_image_is_refused_and_nothing_moves(desk: Desk, site: RegistrySite) -> None:
    site.image(REPOSITORY, NEW, "1.1.0", "latest")
    digest = site.image(REPOSITORY, NEW, "dev")
    before = dict(site.held(REPOSITORY).tags)
    ask(desk, version="1.1.0")
    with pytest.raises(CommandError, match=r"version 1\.1\.0 is another image already"):
        put(desk, site, digest)
    assert site.held(REPOSITORY).tags == before


def test_a_new_commit_of_the_same_source_is_one_more_tag_on_the_same_digest(desk: Desk, site: RegistrySite) -> None:
    digest = site.image(REPOSITORY, NEW, "dev")
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main"], cwd=desk.checkout, check=True)
    ask(desk, git="sha")
    for name in ("one", "two"):
        (desk.checkout / name).write_text(name)
        commit(desk.checkout, name)
        put(desk, site, digest)
    tags = site.held(REPOSITORY).tags
    assert len(tags) == 3
    assert set(tags.values()) == {digest}
    assert not [asked for asked in site.asked if "blobs" in asked]


def test_an_image_that_is_gone_is_told(desk: Desk, site: RegistrySite) -> None:
    ask(desk, version="1.1.0")
    with pytest.raises(CommandError, match="is not in the registry"):
        put(desk, site, f"sha256:{'0' * 64}")


def test_staging_is_not_built_from_what_no_commit_holds(desk: Desk) -> None:
    source = desk.checkout / "images" / "python-api" / "app.py"
    source.parent.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet"], cwd=desk.checkout, check=True)
    commit(desk.checkout, "Pulumi.yaml")
    source.write_text("1")
    said = desk.slipway("up", "--stack", "staging")
    assert said.exit_code == 2
    assert "found:   python-api: images/python-api/app.py" in said.stderr
    assert (desk.started, desk.calls()) == ([], [])
