"""What git knows of the checkout; nothing where there is no git, no repository or no commit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from components.spec.tags import Commit

# A CI job checks out a commit, not a branch, and says in a variable which branch it is of: GitHub (pull request, else
# branch), GitLab.
BRANCHES = ("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "CI_COMMIT_REF_NAME")


def git(folder: Path, *arguments: str) -> str | None:
    """What a git command prints; None if it fails, or cannot be run."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def head(folder: Path) -> str | None:
    """The commit that is checked out; None before the first one, too."""
    return (git(folder, "rev-parse", "--verify", "--quiet", "HEAD") or "").strip() or None


def commit(checkout: Path, sources: Sequence[str], environ: Mapping[str, str] | None = None) -> Commit | None:
    """The commit that is checked out, and what differs from it in some folders.

    Args:
        checkout: The checkout.
        sources: The folders with an image's source, below it.
        environ: Where CI names the branch; this process's by default.
    """
    given = os.environ if environ is None else environ
    sha = head(checkout)
    if sha is None:
        return None
    branch = git(checkout, "symbolic-ref", "--quiet", "--short", "HEAD") or ""
    named = branch.strip() or next((given[name] for name in BRANCHES if given.get(name)), "")
    status = git(checkout, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *sources) or ""
    return Commit(named, sha, tuple(entry[3:] for entry in status.split("\0") if entry))
