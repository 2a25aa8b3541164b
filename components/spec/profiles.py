"""Profiles that workloads have of their own, for the kernel to hold their containers to."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from components.spec import apparmor, seccomp
from components.spec.problem import Problem, SpecError, Wrong
from components.spec.workload import Workload


@dataclass(frozen=True)
class OwnProfiles:
    """The texts of a workload's own profiles; None where it has the runtime's default.

    Attributes:
        seccomp: in JSON, as `components.spec.seccomp` takes it.
        apparmor: as `components.spec.apparmor` takes it.
    """

    seccomp: str | None = None
    apparmor: str | None = None


NO_PROFILES = OwnProfiles()
"""Those of most workloads."""


def read_profiles(project: FilePath, workloads: Mapping[str, Workload]) -> dict[str, OwnProfiles]:
    """The profiles of workloads that have some.

    Args:
        project: the folder that the files are below.
        workloads: the workloads that run, by name.

    Raises:
        SpecError: some are not there, or are no profiles.
    """
    problems: list[Problem] = []
    found: dict[str, OwnProfiles] = {}
    for name, workload in workloads.items():
        at = f"slipway:workloads.{name}"
        own = OwnProfiles(
            _read(project, workload.seccomp_profile, f"{at}.seccompProfile", seccomp.wrongs, problems),
            _read(project, workload.app_armor_profile, f"{at}.appArmorProfile", apparmor.wrongs, problems),
        )
        if own != NO_PROFILES:
            found[name] = own
    if problems:
        raise SpecError(problems)
    return found


def _read(
    project: FilePath, file: str | None, path: str, wrongs: Callable[[str], Iterator[Wrong]], problems: list[Problem]
) -> str | None:
    """The text of a file, and among the problems what is wrong with it."""
    if file is None:
        return None
    try:
        text = (project / file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "bytes that are not text"
        problems.append(
            Problem(
                f"workload {path.split('.')[1]}",
                path,
                f"{file}: {why}",
                "a file of the project that can be read",
                "correct the path; it begins at the project's folder",
            )
        )
        return None
    problems += (Problem(file, *wrong) for wrong in wrongs(text))
    return text
