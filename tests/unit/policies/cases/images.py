"""Images: where they come from, and that they stay what they were."""

from typing import Any

from policies.plain import SENTINELS
from tests.unit.policies.cases.case import ALL_LISTS, Case, Json, fails, passes, pod_of, with_container

DIGEST = "sha256:" + "0123456789abcdef" * 4


def images(rule: str, good: tuple[str, ...], bad: tuple[str, ...], **settings: Any) -> list[Case]:
    def bodies(where: str, names: tuple[str, ...]) -> list[Json]:
        return [with_container(where, image=name) for name in names]

    made: list[Case] = []
    for where in ALL_LISTS:
        made += passes(rule, *bodies(where, good), **settings) + fails(rule, *bodies(where, bad), **settings)
    return made


def pulled(where: str, image: object, policy: str) -> Json:
    return with_container(where, image=image, imagePullPolicy=policy)


_WITHOUT = pod_of(containers=[{"name": "app"}])
CASES: list[Case] = [
    *images("image-tag", ("a:1", f"a@{DIGEST}", f"a:latest@{DIGEST}"), ("a", "a:latest", "host:5000/a", "A")),
    *images("image-digest", (f"a@{DIGEST}", f"a:1@{DIGEST}"), ("a", "a:1", "a@sha256:ab")),
    *(
        case
        for where in ALL_LISTS
        for case in (
            *fails("image-pull-policy", with_container(where, image="a:1"), pulled(where, "a:1", "IfNotPresent")),
            *fails("image-pull-policy", pulled(where, "a", "Never")),
            *passes("image-pull-policy", with_container(where), pulled(where, "a:1", "Always")),
            *passes("image-pull-policy", *(pulled(where, image, "Never") for image in ("A!", 7))),
            *passes(
                "image-pull-secrets",
                *(with_container(where, image=image) for image in ("A!", 7)),
                privateRegistries=["r.io"],
            ),
            *passes("image-pull-secrets", with_container(where, image=min(SENTINELS))),
            *passes("image-pull-policy", pulled(where, f"a:1@{DIGEST}", "IfNotPresent")),
            *fails("image-pull-secrets", with_container(where, image="r.io/a"), privateRegistries=["r.io"]),
            *passes("image-pull-secrets", with_container(where, image="r.io.evil/a"), privateRegistries=["r.io"]),
        )
    ),
    *passes(
        "image-pull-secrets",
        pod_of({"imagePullSecrets": [{"name": "r"}]}, [{"name": "a", "image": "r.io/a"}]),
        privateRegistries=["r.io"],
    ),
    *passes("image-pull-secrets", with_container(image="r.io/a")),
    *images("image-registry", ("r.io/a",), ("old.io/a", "old.io/team/a"), deniedRegistries=["old.io"]),
    *images(
        "image-registry",
        ("r.io/team/a", "r.io/team:1"),
        ("r.io/team-evil/a", "a", "A!"),
        allowedRegistries=["r.io/team"],
    ),
    *passes("image-registry", with_container(image="A!")),
    *fails("image-registry", _WITHOUT, allowedRegistries=["r.io"]),
    *fails("image-tag", _WITHOUT),
    *fails("image-digest", _WITHOUT),
    *passes("image-pull-policy", _WITHOUT),
    *passes("image-pull-secrets", _WITHOUT, privateRegistries=["r.io"]),
]
