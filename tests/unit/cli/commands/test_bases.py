"""`slipway bases` writes what the tags of bases stand for, and says which have moved."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

import pytest
from click.testing import Result

from cli import bases
from components.spec.base_lock import FILE, read_base_lock
from tests.support.ports import free_port
from tests.unit.cli.conftest import Desk
from tests.unit.toolchain.registry_site import INDEX, MANIFEST, RegistrySite, digest_of, registry_site
from toolchain.bases import PYTHON
from toolchain.distribution import Remote

REPOSITORY = "library/shop"


@pytest.fixture
def site() -> Generator[RegistrySite]:
    with registry_site() as site:
        yield site


@pytest.fixture
def reference(desk: Desk, site: RegistrySite) -> str:
    """The one base that the checkout's Dockerfiles name."""
    (desk.checkout / "images" / "shop").mkdir(parents=True)
    name = f"{site.address}/{REPOSITORY}:1"
    (desk.checkout / "images" / "shop" / "Dockerfile").write_text(f"ARG BASE={name}\nFROM ${{BASE}}\nFROM scratch\n")
    return name


def image(site: RegistrySite, content: str) -> str:
    """An image for one platform, under the tag."""
    config = json.dumps({"os": "linux", "architecture": "amd64", "of": content}).encode()
    site.held(REPOSITORY).blobs[digest_of(config)] = config
    return site.put(REPOSITORY, {"mediaType": MANIFEST, "config": {"digest": digest_of(config)}}, "1")


def refreshed(desk: Desk, reference: str) -> tuple[Result, dict[str, Any]]:
    done = desk.slipway("bases", "refresh")
    return done, read_base_lock(desk.checkout)[reference].model_dump(exclude_none=True)


def test_a_base_is_locked_with_its_platforms_and_the_check_agrees(
    desk: Desk, site: RegistrySite, reference: str
) -> None:
    # given an index for three platforms, and a statement about one of them
    digests = {name: f"sha256:{digit * 64}" for name, digit in (("amd64", "1"), ("arm64", "2"), ("s390x", "3"))}
    listed = [{"digest": each, "platform": {"os": "linux", "architecture": name}} for name, each in digests.items()]
    listed.append({"digest": f"sha256:{'4' * 64}", "platform": {"os": "unknown", "architecture": "unknown"}})
    index = site.put(REPOSITORY, {"mediaType": INDEX, "manifests": listed}, "1")
    # when it is refreshed, then those that images are built for are recorded
    done, base = refreshed(desk, reference)
    assert (done.exit_code, base.pop("since")[:2]) == (0, "20"), done.output
    assert base == {"digest": index, "platforms": {f"linux/{name}": digests[name] for name in ("amd64", "arm64")}}
    assert desk.slipway("bases", "check").exit_code == 0


def test_a_second_refresh_writes_nothing(desk: Desk, site: RegistrySite, reference: str) -> None:
    digest = image(site, "a")
    _, base = refreshed(desk, reference)
    assert base["platforms"] == {"linux/amd64": digest}
    # given a day long gone, which a second refresh would write anew
    file = desk.checkout / FILE
    file.write_text(file.read_text().replace(base["since"], "2001-01-01"))
    before = file.read_text()
    done = desk.slipway("bases", "refresh")
    assert (done.exit_code, file.read_text()) == (0, before)
    assert "Recorded" not in done.output


def test_a_tag_that_moved_is_told_and_the_lock_stays_until_it_is_refreshed(
    desk: Desk, site: RegistrySite, reference: str
) -> None:
    first = image(site, "a")
    refreshed(desk, reference)
    second = image(site, "b")
    checked = desk.slipway("bases", "check")
    assert checked.exit_code == 1
    assert f"{reference}  stands for another image than the one locked: {first} → {second}" in checked.output
    assert read_base_lock(desk.checkout)[reference].digest == first
    assert refreshed(desk, reference)[1]["digest"] == second


def test_a_tag_that_is_gone_keeps_its_digest_and_fails_both_commands(
    desk: Desk, site: RegistrySite, reference: str
) -> None:
    digest = image(site, "a")
    refreshed(desk, reference)
    del site.held(REPOSITORY).tags["1"]
    assert desk.slipway("bases", "check").exit_code == 1
    done, base = refreshed(desk, reference)
    assert (done.exit_code, base["digest"]) == (1, digest)
    assert f"{reference}  does not exist any more" in done.output


def test_a_registry_that_is_gone_holds_up_no_other(
    desk: Desk, site: RegistrySite, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("toolchain.oci.PAUSES_S", ())
    other = f"127.0.0.1:{free_port()}/shop:1"
    (desk.checkout / "images" / "shop" / "Dockerfile.other").write_text(f"FROM {other}\n")
    digest = image(site, "a")
    done, base = refreshed(desk, reference)
    assert (done.exit_code, base["digest"]) == (1, digest)
    assert f"{other}  cannot be read" in done.output
    checked = desk.slipway("bases", "check")
    assert checked.exit_code == 1
    assert "1 of 2 bases cannot be read" in checked.output


@pytest.mark.parametrize("kind", ["text/html", INDEX, MANIFEST])
def test_what_is_no_image_is_not_locked(desk: Desk, site: RegistrySite, reference: str, kind: str) -> None:
    digest = image(site, "a")
    refreshed(desk, reference)
    site.put(REPOSITORY, {"mediaType": kind}, "1")
    done, base = refreshed(desk, reference)
    assert (done.exit_code, base["digest"]) == (1, digest)
    assert f"{reference}  cannot be read: {site.address} answers with something else than an image" in done.output


def test_what_no_dockerfile_begins_from_is_taken_out(desk: Desk, site: RegistrySite, reference: str) -> None:
    image(site, "a")
    (desk.checkout / FILE).write_text("docker.io/library/old:1: {}\n")
    assert (
        "docker.io/library/old:1  is locked, and no Dockerfile begins from it" in desk.slipway("bases", "check").output
    )
    refreshed(desk, reference)
    assert list(read_base_lock(desk.checkout)) == [reference]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("images/shop/Dockerfile", "FROM A!\n", "images/shop/Dockerfile cannot be read"),
        ("images/shop/Dockerfile", "INSTALL x\n", "images/shop/Dockerfile cannot be read"),
        (FILE, "- a\n", FILE),
    ],
)
def test_what_cannot_be_read_is_told_by_its_file(desk: Desk, reference: str, file: str, text: str, told: str) -> None:
    del reference
    (desk.checkout / file).write_text(text)
    done = desk.slipway("bases", "refresh")
    assert done.exit_code == 2
    assert told in done.output


def test_a_base_that_has_a_stand_in_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with registry_site() as hub:

        def remote_of(*_: object) -> Remote:
            return Remote(hub.address, insecure=True)

        monkeypatch.setattr(bases, "remote_of", remote_of)
        hub.image(PYTHON.repository, "2026-11-22T00:00:00Z", PYTHON.tag)
        (desk.checkout / "images").mkdir()
        (desk.checkout / "images" / "Dockerfile").write_text(f"FROM {PYTHON.name}\n")
        assert desk.slipway("bases", "refresh").exit_code == 0
    base = read_base_lock(desk.checkout)[PYTHON.name]
    assert base.stand_in == "Debian bookworm"
    assert base.digest


def test_docker_hub_is_asked_where_it_answers_and_this_machine_without_tls() -> None:
    asked = {registry: bases.remote_of(registry, {}) for registry in ("docker.io", "ghcr.io", "127.0.0.1:5000")}
    assert {name: (each.address, each.insecure) for name, each in asked.items()} == {
        "docker.io": ("registry-1.docker.io", False),
        "ghcr.io": ("ghcr.io", False),
        "127.0.0.1:5000": ("127.0.0.1:5000", True),
    }
