"""An image is used as long as any state on this machine names it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from toolchain import claims
from toolchain.checkpoint import Checkpoint
from toolchain.claims import Claim
from toolchain.home import Home

DIGEST = f"sha256:{'a' * 64}"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def stack(checkout: Path, name: str = "dev", content: str | None = None) -> Claim:
    """A stack in a checkout, with this text as its state."""
    checkpoint = Checkpoint(checkout / ".state", "slipway", name)
    folder = checkpoint.state / ".pulumi" / "stacks" / "slipway"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(naming() if content is None else content)
    return Claim.of(checkpoint, "slipway", name, checkout)


def naming(digest: str = DIGEST) -> str:
    return json.dumps({"checkpoint": {"latest": {"resources": [{"outputs": {"digest": digest}}]}}})


def test_a_stack_that_is_alone_leaves_its_image_without_a_user(home: Home, tmp_path: Path) -> None:
    own = stack(tmp_path / "one")
    own.write(home)
    assert claims.users(DIGEST, own, home) == []


def test_a_checkout_whose_state_names_the_digest_uses_it(home: Home, tmp_path: Path) -> None:
    own, other = stack(tmp_path / "one"), stack(tmp_path / "two")
    other.write(home)
    assert claims.users(DIGEST, own, home) == [other]


def test_a_stack_of_the_same_backend_needs_no_claim(home: Home, tmp_path: Path) -> None:
    own, other = stack(tmp_path / "one"), stack(tmp_path / "one", "staging")
    assert claims.users(DIGEST, own, home) == [other]


def test_a_state_that_names_another_digest_uses_nothing(home: Home, tmp_path: Path) -> None:
    own, other = stack(tmp_path / "one"), stack(tmp_path / "two", content=naming(f"sha256:{'b' * 64}"))
    other.write(home)
    assert claims.users(DIGEST, own, home) == []


def test_a_stack_that_was_destroyed_uses_nothing(home: Home, tmp_path: Path) -> None:
    own, other = stack(tmp_path / "one"), stack(tmp_path / "two", content='{"checkpoint": {}}')
    other.write(home)
    assert claims.users(DIGEST, own, home) == []


def test_a_damaged_state_may_name_anything(home: Home, tmp_path: Path) -> None:
    own, other = stack(tmp_path / "one"), stack(tmp_path / "two", content='{"check')
    other.write(home)
    assert claims.users(DIGEST, own, home) == [other]


def test_a_state_that_is_kept_elsewhere_may_name_anything(home: Home, tmp_path: Path) -> None:
    own = stack(tmp_path / "one")
    (tmp_path / "two").mkdir()
    other = Claim.of(None, "slipway", "dev", tmp_path / "two")
    other.write(home)
    assert claims.users(DIGEST, own, home) == [other]


def test_the_claim_of_a_checkout_that_is_gone_goes_too(home: Home, tmp_path: Path) -> None:
    own = stack(tmp_path / "one")
    Claim.of(None, "slipway", "dev", tmp_path / "gone").write(home)
    assert claims.users(DIGEST, own, home) == []
    assert list(home.claims.glob("*.json")) == []


def test_a_file_that_is_no_claim_is_passed_over(home: Home, tmp_path: Path) -> None:
    own = stack(tmp_path / "one")
    home.claims.mkdir(parents=True)
    (home.claims / "x.json").write_text("[]")
    assert claims.users(DIGEST, own, home) == []


def test_nothing_is_removed_while_somebody_pushes(home: Home) -> None:
    with claims.pushing("registry/shop", home), claims.removing("registry/shop", home) as alone:
        assert not alone


def test_a_push_to_another_repository_is_no_hindrance(home: Home) -> None:
    with claims.pushing("registry/other", home), claims.removing("registry/shop", home) as alone:
        assert alone


def test_stacks_push_side_by_side_and_are_forgotten_when_they_are_done(home: Home) -> None:
    with claims.pushing("registry/shop", home), claims.pushing("registry/shop", home):
        pass
    with claims.removing("registry/shop", home) as alone:
        assert alone
