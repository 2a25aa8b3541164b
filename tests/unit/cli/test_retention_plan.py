"""Which images stay and which go: what runs always stays, whole, and an interruption changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.retention.plan import Manifest, Plan, plan
from components.spec.retention import Retention

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def image(name: str, days: float = 0, *tags: str, **more: object) -> Manifest:
    return Manifest(name, frozenset(tags), NOW - timedelta(days=days), **more)  # pyright: ignore[reportArgumentType]


def planned(*manifests: Manifest, used: Mapping[str, str] | None = None, **limits: object) -> Plan:
    held = {each.digest: each for each in manifests}
    return plan(held, Retention.model_validate(limits), used or {}, NOW)


def why(result: Plan, name: str) -> str:
    (found,) = [each for each in result.decisions if each.image.digest == name]
    return f"{'stays' if found.stays else 'goes'}: {found.why}"


def test_the_newest_stay_and_the_others_go() -> None:
    result = planned(*(image(f"i{day}", day) for day in range(5)), versions=3)
    assert result.going == ("i3", "i4")
    assert why(result, "i3") == "goes: 3 are newer, 3 stay"
    assert why(result, "i2") == "stays: 2 days old, 2 are newer"


def test_what_is_too_old_goes_even_where_there_is_little() -> None:
    result = planned(image("new", 30), image("old", 31))
    assert result.going == ("old",)
    assert why(result, "old") == "goes: 31 days old, 30 may be"


def test_images_of_the_same_time_go_together_or_not_at_all() -> None:
    assert planned(*(image(f"i{number}") for number in range(20)), versions=3).going == ()


@pytest.mark.parametrize(
    ("tag", "stays"),
    [
        ("latest", True),
        ("stable", True),
        ("1.2.3", True),
        ("v1.2.3", True),
        ("1.2", False),
        ("1.2.3-rc.1", False),
        ("stable-1", False),
        ("main-abc123", False),
    ],
)
def test_tags_that_are_kept_keep_an_image_of_any_age(tag: str, stays: bool) -> None:
    result = planned(image("old", 400, tag, "main-0"))
    assert why(result, "old").startswith(f"stays: its tag {tag} is kept" if stays else "goes")


def test_what_a_stack_runs_stays_with_the_reason() -> None:
    result = planned(image("old", 400), used={"old": "stack prod"})
    assert (result.going, why(result, "old")) == ((), "stays: stack prod")


def test_children_and_evidence_go_before_what_they_belong_to() -> None:
    result = planned(
        image("index", 400, children=("amd64", "arm64")),
        Manifest("amd64"),
        Manifest("arm64"),
        Manifest("list", subject="index", children=("sbom",)),
        Manifest("sbom", subject="index"),
        Manifest("signature", subject="sbom"),
        Manifest("child-signature", subject="amd64"),
    )
    assert result.going == ("signature", "sbom", "list", "child-signature", "amd64", "arm64", "index")


def test_what_hangs_on_an_image_that_stays_stays_although_its_like_goes() -> None:
    result = planned(
        image("kept", 400, "1.0.0", children=("shared", "own")),
        image("gone", 400, children=("shared", "other")),
        *(Manifest(name) for name in ("shared", "own", "other")),
        Manifest("signature", subject="shared"),
    )
    assert result.going == ("other", "gone")


def test_an_index_stays_when_something_runs_one_of_its_images() -> None:
    result = planned(image("index", 400, children=("amd64",)), Manifest("amd64"), used={"amd64": "stack prod"})
    assert (result.going, why(result, "index")) == ((), "stays: holds amd64…: stack prod")


def test_evidence_without_an_image_goes() -> None:
    result = planned(Manifest("signature", frozenset({"sha256-1.sig"}), subject="gone"))
    assert (result.going, why(result, "signature")) == (("signature",), "goes: what it belongs to is gone")


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, Manifest]:
    """Images, indexes over them, and evidence about any of these."""
    held: dict[str, Manifest] = {}
    for number in range(draw(st.integers(0, 8))):
        known = sorted(held)
        kind = draw(st.sampled_from(("image", "index", "evidence") if known else ("image",)))
        digest, time = f"m{number}", NOW - timedelta(days=draw(st.integers(0, 50)))
        tags = draw(st.sets(st.sampled_from(("latest", "1.0.0", "main-a", "main-b")), max_size=1))
        some = st.lists(st.sampled_from(known), unique=True, max_size=3) if known else st.just(list[str]())
        children = tuple(draw(some)) if kind == "index" else ()
        subject = draw(st.sampled_from((*known, "gone"))) if kind == "evidence" else None
        held[digest] = Manifest(digest, frozenset(tags), time, children, subject)
    return held


@settings(max_examples=100, deadline=None)
@given(held=repositories(), data=st.data(), versions=st.integers(1, 3))
def test_what_is_used_stays_whole_and_any_interruption_is_made_good(
    held: dict[str, Manifest], data: st.DataObject, versions: int
) -> None:
    used = dict.fromkeys(data.draw(st.sets(st.sampled_from(sorted(held))) if held else st.just(set[str]())), "used")
    limits = Retention(versions=versions, days=20)
    whole = plan(held, limits, used, NOW)
    left = set(held) - set(whole.going)
    # What is used stays, and so does all that it is made of and all that is about it.
    assert set(used) <= left
    for digest in left:
        assert set(held[digest].children) & set(held) <= left
    assert not [each for each in whole.going if held[each].subject in left]
    # Stopped anywhere, the next run removes exactly the rest.
    done = whole.going[: data.draw(st.integers(0, len(whole.going)))]
    rest = {digest: each for digest, each in held.items() if digest not in done}
    assert set(plan(rest, limits, used, NOW).going) == set(whole.going) - set(done)
