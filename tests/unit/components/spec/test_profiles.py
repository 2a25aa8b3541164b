"""Profiles of workloads are read with all that is wrong with them, before anything runs."""

import json
from pathlib import Path

import pytest

from components.spec.addons import Addons
from components.spec.problem import SpecError
from components.spec.profiles import OwnProfiles, read_profiles
from components.spec.workload import Workload

SECCOMP = json.dumps(
    {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["ptrace"], "action": "SCMP_ACT_KILL"}]}
)
APPARMOR = "profile api {\n  /app/** r,\n}\n"


def workload(**files: str) -> Workload:
    return Workload.model_validate({"image": {"build": {"folder": "images/api"}}, **files}, by_alias=True, by_name=True)


def test_files_are_read_and_who_has_none_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(SECCOMP)
    (tmp_path / "api.apparmor").write_text(APPARMOR)
    both = workload(seccompProfile="api.json", appArmorProfile="api.apparmor")

    found = read_profiles(tmp_path, {"both": both, "one": workload(appArmorProfile="api.apparmor"), "none": workload()})

    assert found == {"both": OwnProfiles(SECCOMP, APPARMOR), "one": OwnProfiles(apparmor=APPARMOR)}


@pytest.mark.parametrize(
    ("fields", "images"),
    [
        ((), set[str]()),
        (("seccompProfile",), {"file-keeper"}),
        (("appArmorProfile",), {"profile-loader"}),
        (("seccompProfile", "appArmorProfile"), {"file-keeper", "profile-loader"}),
    ],
)
def test_an_image_that_brings_profiles_is_wanted_only_for_a_workload_that_has_one(
    fields: tuple[str, ...], images: set[str]
) -> None:
    addons = Addons.model_validate({"until": "2027-01-31", "profiles": {}}, by_alias=True, by_name=True)

    assert set(addons.images({"api": workload(**dict.fromkeys(fields, "file"))})) == images


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    (tmp_path / "bad.apparmor").write_text("/usr/bin/api {\n}\n")
    (tmp_path / "latin").write_bytes(b"\xff")

    with pytest.raises(SpecError) as caught:
        read_profiles(
            tmp_path,
            {
                "api": workload(seccompProfile="bad.json", appArmorProfile="bad.apparmor"),
                "store": workload(seccompProfile="latin"),
                "worker": workload(appArmorProfile="none.apparmor"),
            },
        )

    assert [(each.place, each.path) for each in caught.value.problems] == [
        ("bad.apparmor", "line 1"),
        ("bad.json", "defaultAction"),
        ("workload store", "slipway:workloads.store.seccompProfile"),
        ("workload worker", "slipway:workloads.worker.appArmorProfile"),
    ]
