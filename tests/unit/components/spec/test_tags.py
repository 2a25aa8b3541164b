"""The tags of a built image: what is asked for, from a clean tree; and nothing of a dirty one outside dev."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.defaults import Tier
from components.spec.tags import Commit, DirtyTreeError, Tags, image_tags
from policies.values.tag import is_tag

SHA = "0123456789abcdef0123456789abcdef01234567"
CLEAN = Commit("main", SHA)
DIRTY = Commit("main", SHA, ("images/api/app.py",))


@pytest.mark.parametrize(
    ("asked", "tier", "commit", "tags"),
    [
        ({}, "prod", CLEAN, ""),
        ({"git": "sha"}, "staging", CLEAN, "main-0123456789ab"),
        ({"git": "sha256"}, "staging", CLEAN, "main-sha256-0123456789ab"),
        ({"git": "sha"}, "dev", DIRTY, "main-0123456789ab-dirty"),
        ({"git": "sha"}, "dev", Commit("", SHA), "detached-0123456789ab"),
        ({"git": "sha"}, "dev", None, ""),
        ({"version": "1.2.3"}, "prod", None, "1.2.3 1.2 1 latest"),
        ({"version": "1.2.3", "git": "sha"}, "prod", CLEAN, "1.2.3 1.2 1 latest main-0123456789ab"),
        ({"version": "1.2.3-rc.1", "git": "sha"}, "staging", CLEAN, "1.2.3-rc.1 main-0123456789ab"),
        ({"version": "1.2.3", "git": "sha"}, "dev", DIRTY, "main-0123456789ab-dirty"),
        ({"version": "1.2.3"}, "dev", DIRTY, ""),
    ],
)
def test_an_image_gets_the_tags_that_are_asked_for(
    asked: dict[str, str], tier: Tier, commit: Commit | None, tags: str
) -> None:
    assert " ".join(image_tags(Tags.model_validate(asked), tier, commit)) == tags


@pytest.mark.parametrize("tier", ["staging", "prod"])
@pytest.mark.parametrize("asked", [{}, {"git": "sha"}, {"version": "1.2.3"}])
def test_a_dirty_tree_is_refused_where_prod_may_get_it(asked: dict[str, str], tier: Tier) -> None:
    with pytest.raises(DirtyTreeError, match=r"^images/api/app\.py$"):
        image_tags(Tags.model_validate(asked), tier, DIRTY)


@given(branch=st.text(max_size=200), git=st.sampled_from(["sha", "sha256"]), dirty=st.booleans())
def test_every_tag_of_a_commit_is_one_that_registries_take(branch: str, git: str, dirty: bool) -> None:
    (tag,) = image_tags(Tags.model_validate({"git": git}), "dev", Commit(branch, SHA, ("x",) if dirty else ()))
    assert is_tag(tag)
    assert SHA[:12] in tag
