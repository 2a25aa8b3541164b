"""`slipway retention` keeps what runs or may run again, and removes the rest, wherever it is interrupted."""

from __future__ import annotations

import json
from collections.abc import Generator
from copy import deepcopy
from pathlib import Path

import pytest

from cli.retention import times
from tests.support import sixty_pushes
from tests.support.sixty_pushes import DAYS, PROMOTED, RELEASED, RUNS, Pushes
from tests.unit.cli.conftest import Desk
from tests.unit.toolchain.registry_site import Held, RegistrySite, registry_site
from toolchain import claims
from toolchain.claims import Claim
from toolchain.distribution import Remote
from toolchain.home import Home

REPOSITORY = "slipway/python-api"
STAYING = {*range(10), *RUNS.values(), RELEASED, *PROMOTED[-4:]}
"""Ages of what stays: the newest ten, what runs, the release, and the last four promotions."""


@pytest.fixture
def site() -> Generator[RegistrySite]:
    with registry_site() as site:
        yield site


@pytest.fixture(scope="module")
def filled() -> tuple[Pushes, dict[str, Held]]:
    """What was pushed, and what a registry holds after it."""
    with registry_site() as site:
        return sixty_pushes.push(Remote(site.address, insecure=True), REPOSITORY), site.repositories


@pytest.fixture
def pushed(desk: Desk, site: RegistrySite, filled: tuple[Pushes, dict[str, Held]]) -> Pushes:
    """Sixty pushes, and three environments."""
    pushes, repositories = filled
    desk.change("dev", lambda content: content["config"]["slipway:registry"].update(address=site.address))
    site.repositories = deepcopy(repositories)
    sixty_pushes.deploy(desk.checkout, pushes)
    return pushes


def keep(desk: Desk, **settings: object) -> None:
    desk.change("dev", lambda content: content["config"]["slipway:registry"].update(retention=settings))


def left(site: RegistrySite) -> set[str]:
    return set(site.held(REPOSITORY).manifests)


def test_what_runs_or_may_run_again_stays_whole_and_the_rest_goes(
    desk: Desk, site: RegistrySite, pushed: Pushes
) -> None:
    said = desk.slipway("retention", "apply")
    assert said.exit_code == 0, said.output
    assert left(site) == pushed.all_of(*STAYING)
    assert "stack prod runs it" in said.stdout
    assert "a promotion of prod can go back to it" in said.stdout
    assert "10 are newer, 10 stay" in said.stdout


def test_showing_tells_the_same_and_removes_nothing(desk: Desk, site: RegistrySite, pushed: Pushes) -> None:
    before = left(site)
    said = desk.slipway("retention", "show")
    assert said.exit_code == 0, said.output
    assert f"60 images: {len(STAYING)} stay, {DAYS - len(STAYING)} go" in said.stdout
    assert "slipway retention apply --stack dev" in said.stdout
    assert left(site) == before
    assert {asked.split()[0] for asked in site.asked[-100:]} == {"GET"}


@pytest.mark.parametrize("after", [1, 20])
def test_an_interrupted_run_is_gone_on_with(desk: Desk, site: RegistrySite, pushed: Pushes, after: int) -> None:
    site.deletes = after
    assert desk.slipway("retention", "apply").exit_code == 1
    assert left(site) >= pushed.all_of(*STAYING)
    site.deletes = 10**6
    assert desk.slipway("retention", "apply").exit_code == 0
    assert left(site) == pushed.all_of(*STAYING)


def test_a_second_run_finds_nothing_to_do(desk: Desk, site: RegistrySite, pushed: Pushes) -> None:
    desk.slipway("retention", "apply")
    site.asked.clear()
    said = desk.slipway("retention", "apply")
    assert "0 manifests removed" in said.stdout
    assert not [asked for asked in site.asked if asked.startswith(f"DELETE /v2/{REPOSITORY}/manifests/")]


def test_fewer_rollbacks_keep_fewer_promotions(desk: Desk, site: RegistrySite, pushed: Pushes) -> None:
    keep(desk, rollbacks=1)
    desk.slipway("retention", "apply")
    assert left(site) == pushed.all_of(*(STAYING - set(PROMOTED[-4:-2])))


def test_an_image_without_a_time_is_as_old_as_its_first_meeting(desk: Desk, site: RegistrySite) -> None:
    desk.change("dev", lambda content: content["config"]["slipway:registry"].update(address=site.address))
    digests = [site.image(REPOSITORY, "1970-01-01T00:00:00Z", f"main-{number}") for number in range(20)]
    desk.slipway("retention", "apply")
    assert left(site) == set(digests)
    remote = Remote(site.address, insecure=True)
    met = times.read(remote, REPOSITORY)
    assert set(met) == set(digests)
    times.write(remote, REPOSITORY, {each: time.replace(year=2020) for each, time in met.items()})
    desk.slipway("retention", "apply")
    assert left(site) == set()


def test_an_image_of_another_checkout_on_this_machine_stays(
    desk: Desk, site: RegistrySite, pushed: Pushes, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    file = other / ".state" / ".pulumi" / "stacks" / "slipway" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"checkpoint": {"latest": {"resources": [{"outputs": pushed.images[59]}]}}}))
    Claim(str(other / ".state"), "slipway", "dev", str(other)).write(Home(desk.home))
    said = desk.slipway("retention", "apply")
    assert f"stack dev of {other} runs it" in said.stdout
    assert left(site) == pushed.all_of(*STAYING, 59)


def test_nothing_goes_while_somebody_pushes(desk: Desk, site: RegistrySite, pushed: Pushes) -> None:
    before = left(site)
    with claims.pushing(f"{site.address}/slipway/", Home(desk.home)):
        said = desk.slipway("retention", "apply")
    assert (said.exit_code, left(site)) == (1, before)
    assert "another stack is being brought up" in said.stderr


def test_nothing_goes_when_somebodys_state_is_kept_elsewhere(desk: Desk, site: RegistrySite, pushed: Pushes) -> None:
    Claim("", "slipway", "dev", str(desk.checkout)).write(Home(desk.home))
    before = left(site)
    said = desk.slipway("retention", "apply")
    assert (said.exit_code, left(site)) == (1, before)
    assert "its state is kept elsewhere" in said.stderr


def test_nothing_goes_when_a_state_cannot_be_read(desk: Desk, site: RegistrySite, pushed: Pushes) -> None:
    (desk.checkout / ".state" / ".pulumi" / "stacks" / "slipway" / "prod.json").write_text("{")
    before = left(site)
    said = desk.slipway("retention", "apply")
    assert (said.exit_code, left(site)) == (1, before)
    assert "cannot be read" in said.stderr


def test_nothing_goes_when_the_history_of_promotions_is_cut_short(
    desk: Desk, site: RegistrySite, pushed: Pushes
) -> None:
    (desk.checkout / ".git" / "shallow").write_text("0" * 40 + "\n")
    before = left(site)
    said = desk.slipway("retention", "apply")
    assert (said.exit_code, left(site)) == (1, before)
    assert "git fetch --unshallow" in said.stderr


def test_a_stack_whose_state_is_not_here_is_warned_of(desk: Desk, site: RegistrySite, pushed: Pushes) -> None:
    (desk.checkout / ".state" / ".pulumi" / "stacks" / "slipway" / "staging.json").unlink()
    assert "stack staging has no state in this backend" in desk.slipway("retention", "show").stderr


def test_what_is_in_use_gets_a_tag_and_loses_it_with_its_use(desk: Desk, site: RegistrySite, pushed: Pushes) -> None:
    site.held(REPOSITORY).tags["in-use-000000000000"] = pushed.images[59]
    site.tags_go_alone = True
    said = desk.slipway("retention", "mark")
    assert said.exit_code == 0, said.output
    in_use = {*RUNS.values(), *PROMOTED[-4:]}
    assert f"python-api  {len(in_use)} in use" in said.stdout
    marks = {tag: digest for tag, digest in site.held(REPOSITORY).tags.items() if tag.startswith("in-use-")}
    assert marks == {f"in-use-{pushed.images[age][7:19]}": pushed.images[age] for age in in_use}


def test_a_registry_that_takes_no_tag_away_alone_keeps_an_image_too_many(
    desk: Desk, site: RegistrySite, pushed: Pushes
) -> None:
    site.held(REPOSITORY).tags["in-use-000000000000"] = pushed.images[59]
    assert desk.slipway("retention", "mark").exit_code == 0
    assert pushed.images[59] in left(site)
    assert "in-use-000000000000" in site.held(REPOSITORY).tags
