"""The comment: what it says, in which order, how long it gets, and that its content stays content."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.comment.comment import LIMIT, MARKER, render
from cli.comment.preview import Preview
from tests.unit.cli.comment.builder import (
    COMMIT,
    SECRET,
    UNKNOWN,
    deployment,
    diagnostic,
    finding,
    preview,
    step,
    urn,
)

Golden = Callable[[str, str], None]

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SERVICE = "kubernetes:core/v1:Service"

DIGEST = "registry.example.com/slipway/api@sha256:" + "1" * 64
NEW_DIGEST = "registry.example.com/slipway/api@sha256:" + "2" * 64


def changed_prod() -> Preview:
    selector = {"metadata": {"name": "api", "namespace": "shop"}, "spec": {"selector": {"app": "api"}}}
    return preview(
        step("create", DEPLOYMENT, "worker", new=deployment("worker", image=UNKNOWN)),
        step(
            "update",
            DEPLOYMENT,
            "api",
            old=deployment("api", image=DIGEST),
            new=deployment("api", image=NEW_DIGEST),
            diff={"spec.template.spec.containers[0].image": "update"},
        ),
        step("delete", CLAIM, "data", old={"metadata": {"name": "data", "namespace": "shop"}}, protect=True),
        step("delete", SERVICE, "old", old={"metadata": {"name": "old", "namespace": "shop"}}),
        step(
            "replace",
            SERVICE,
            "api",
            old=selector,
            new={**selector, "spec": {"selector": {"app": "api-2"}}},
            diff={"spec.selector": "update-replace"},
        ),
        finding(
            "mandatory",
            'image-digest (high): Deployment shop/worker, container "worker": spec.template.spec.containers[0].image '
            f"must name a digest. Mend: add @sha256:…. [{urn(DEPLOYMENT, 'worker')}]",
        ),
        finding(
            "advisory",
            'cpu-limit (medium): Deployment shop/api, container "api": spec.template.spec.containers[0].resources '
            f"must have limits.cpu. Mend: set it. [{urn(DEPLOYMENT, 'api')}]",
        ),
    )


def failed_staging() -> Preview:
    return preview(
        diagnostic(
            "error", "unable to load Kubernetes client configuration\nsee ~/.kube/config", urn(DEPLOYMENT, "api")
        ),
        diagnostic("error", "preview failed"),
        stack="staging",
        error="The Kubernetes cluster does not answer.\n  mend: check the context",
    )


@pytest.mark.parametrize(
    ("name", "previews"),
    [
        ("changes.md", (preview(stack="dev"), changed_prod())),
        ("failed.md", (failed_staging(), changed_prod())),
        ("nothing.md", (preview(stack="dev"), preview(stack="prod"))),
    ],
)
def test_the_comment_reads_as_recorded(name: str, previews: tuple[Preview, ...], golden: Golden) -> None:
    golden(name, render(previews, link="https://example.com/run/1"))


def test_the_marker_comes_first_so_that_the_next_run_finds_the_comment() -> None:
    assert render([preview()]).startswith(MARKER)


def test_replaced_and_deleted_resources_are_named_before_any_created_one() -> None:
    text = render([changed_prod()])
    assert text.index("**delete** `PersistentVolumeClaim shop/data`") < text.index("Deployment shop/worker")


def test_what_holds_data_comes_first_among_the_losses_with_a_warning() -> None:
    losses = [line for line in render([changed_prod()]).splitlines() if line.startswith("- ") and "**" in line]
    assert losses[0].startswith("- ⚠️ **delete** `PersistentVolumeClaim shop/data`")
    assert "protected" in losses[0]


def test_a_finding_names_rule_resource_and_mend() -> None:
    (line,) = [line for line in render([changed_prod()]).splitlines() if "image-digest" in line]
    assert line.startswith("- ❌ `image-digest` (mandatory) in `prod`: Deployment shop/worker, container")
    assert "**Mend:** add" in line


def test_a_finding_of_another_pack_names_the_resource_too() -> None:
    text = render([preview(finding("mandatory", "must not be public"))])
    assert "(mandatory) `Deployment api` in `prod`: Workload" in text


def test_a_preview_that_only_a_policy_stopped_says_so() -> None:
    text = render([preview(diagnostic("error", "preview failed"), finding("mandatory", "no"), error="")])
    assert "A mandatory policy is violated; see above." in text
    assert "preview failed\n" not in text.split("### Why")[1]


def test_what_could_not_be_checked_yet_is_no_violation() -> None:
    waiting = "not checked yet, since the update has to make the values first: Deployment shop/api: image-digest"
    text = render([preview(finding("advisory", waiting))])
    assert "| 1 not checked yet |" in text
    assert "1 advisory" not in text


def test_warnings_are_told() -> None:
    text = render([preview(diagnostic("warning", "this digest is unknown"))])
    assert "### Warnings" in text
    assert "`prod`: this digest is unknown" in text


def test_a_preview_without_changes_says_so() -> None:
    assert "## No changes" in render([preview()])


def test_a_failed_preview_shows_its_diagnostics() -> None:
    text = render([failed_staging()])
    assert "❌" in text
    assert "Deployment api: unable to load Kubernetes client configuration" in text


def test_a_preview_that_never_started_shows_why() -> None:
    text = render([preview(error="The configuration has one problem; nothing was changed.")])
    assert "The configuration has one problem" in text


def test_a_replacement_counts_once_although_the_engine_tells_it_in_three_steps() -> None:
    three = [step(op, SERVICE, "api", old={}, new={}) for op in ("create-replacement", "replace", "delete-replaced")]
    (row,) = [line for line in render([preview(*three)]).splitlines() if line.startswith("| `prod`")]
    assert row.split("|")[3:7] == [" 0 ", " 0 ", " **1** ", " 0 "]


def test_the_given_commit_is_shown_instead_of_the_recorded_one() -> None:
    text = render([preview()], commit="f" * 40)
    assert "f" * 12 in text
    assert COMMIT[:12] not in text


@pytest.mark.parametrize(
    "inputs",
    [
        {"password": "hunter2canary"},
        {"kind": "Secret", "data": {"a": "hunter2canary"}},
        {"kind": "Secret", "stringData": {"a": "hunter2canary"}},
        {"env": [{"name": "DB_PASSWORD", "value": "hunter2canary"}]},
        {"url": "postgres://user:hunter2canary@db/shop"},
        {"text": "-----BEGIN PRIVATE KEY-----\nhunter2canary"},
        {"a": {**SECRET, "ciphertext": "hunter2canary"}},
    ],
)
def test_what_looks_like_a_secret_is_masked_in_object_diffs(inputs: dict[str, Any]) -> None:
    text = render([preview(step("create", DEPLOYMENT, "api", new=inputs))])
    assert "hunter2canary" not in text
    assert "What changes" in text


@pytest.mark.parametrize(
    "message",
    [
        "login failed: password=hunter2canary",
        'config: {"api_key": "hunter2canary"}',
        "clone https://user:hunter2canary@example.com/x",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2canary\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_looks_like_a_secret_is_masked_in_messages(message: str) -> None:
    text = render([preview(diagnostic("error", message), finding("mandatory", message), error=message)])
    assert "hunter2canary" not in text


def test_a_changed_secret_is_told_although_its_value_is_not() -> None:
    update = step(
        "update", "kubernetes:core/v1:Secret", "s", old={"data": SECRET}, new={"data": SECRET}, diff={"data": "update"}
    )
    assert "! data changes; its value is a secret" in render([preview(update)])


def test_nobody_is_mentioned_by_a_message() -> None:
    text = render([preview(finding("advisory", "ask @everyone"), error="x")])
    assert "@everyone" not in text


def many(count: int, lines: int) -> Preview:
    inputs = {f"key{index:04}": "value" for index in range(lines)}
    steps = [
        step("create", DEPLOYMENT, f"api-{number:05}", new=deployment(f"a{number}", env=inputs))
        for number in range(count)
    ]
    return preview(*steps)


@pytest.mark.parametrize(("count", "lines"), [(1, 50_000), (60, 300), (3000, 5)])
def test_a_large_preview_fits_and_says_what_is_left_out(count: int, lines: int) -> None:
    text = render([many(count, lines), preview(stack="dev")])
    assert len(text) <= LIMIT
    assert "left out" in text
    assert_fences_close(text)


def test_a_large_stack_leaves_a_small_one_whole() -> None:
    small = preview(step("create", SERVICE, "tiny", new={"spec": {"clusterIP": "None"}}), stack="dev")
    text = render([many(60, 300), small])
    assert "+ spec:\n+   clusterIP: None" in text


def assert_fences_close(text: str) -> None:
    """Every fence that opens is closed by one of the same length, and nothing inside is as long."""
    open_ticks = 0
    for line in text.splitlines():
        ticks = re.match(r"^(`{3,})(\w*)$", line)
        if ticks and not open_ticks:
            open_ticks = len(ticks[1])
        elif ticks and len(ticks[1]) >= open_ticks and not ticks[2]:
            open_ticks = 0
    assert not open_ticks


texts = st.text(alphabet=st.sampled_from("`ab|<>@\n~#-+ é"), max_size=60)
values = st.recursive(
    texts | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["create", "update", "replace", "delete"]),
            texts,
            st.dictionaries(texts, values, max_size=4),
        ),
        max_size=6,
    ),
    texts,
)
def test_whatever_an_object_holds_the_comment_stays_well_formed(
    drawn: list[tuple[str, str, dict[str, Any]]], message: str
) -> None:
    events = [
        step(op, DEPLOYMENT, f"{index}{name}", old={"a": message, **inputs}, new={**inputs, "b": 1})
        for index, (op, name, inputs) in enumerate(drawn)
    ]
    text = render([preview(*events, diagnostic("error", message), finding("mandatory", message), error=message)])
    assert len(text) <= LIMIT
    assert_fences_close(text)
    assert text.count("<details>") == text.count("</details>")


def test_the_cost_of_a_month_is_told_where_somebody_states_prices() -> None:
    told = render([preview(cost="Cost of a month: 6.02 EUR, +3.01"), preview(stack="dev")])
    assert "### Cost\n\n- `prod`: Cost of a month: 6.02 EUR, +3.01\n" in told
    assert "### Cost" not in render([preview()])
