"""The baseline: what was wrong before. With one, a scan fails on what is new only, and says what was mended."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast

from policies.entry import Entry
from policies.summary import Summary


def write(file: str, entries: Iterable[Entry], summary: Summary) -> Iterator[Entry]:
    """Passes findings on, and writes their fingerprints once all have passed.

    Args:
        file: Where to.
        entries: The findings.
        summary: The scan's summary; nothing that is in a fresh baseline makes it fail.

    Yields:
        The findings.
    """
    found: list[dict[str, object]] = []
    for entry in entries:
        if entry.verdict == "violation" and entry.waived is None:
            found.append({"fingerprint": entry.fingerprint(), "rule": entry.rule, "what": _what(entry)})
        yield entry
    found.sort(key=lambda each: (str(each["what"]), str(each["fingerprint"])))
    Path(file).write_text(json.dumps({"version": 1, "findings": found}, indent=1) + "\n", "utf-8")
    summary.notes.append(f"{len(found)} findings are written to the baseline {file}")
    summary.mandatory = 0


def apply(file: str, entries: Iterable[Entry], summary: Summary) -> Iterator[Entry]:
    """Leaves out what a baseline has, and says what is in it and no longer found.

    Args:
        file: The baseline.
        entries: The findings.
        summary: The scan's summary.

    Yields:
        What is new.

    Raises:
        ValueError: The file is no baseline.
    """
    known, what = _read(file)
    for entry in entries:
        fingerprint = entry.fingerprint()
        if entry.verdict == "violation" and entry.waived is None and known[fingerprint] > 0:
            known[fingerprint] -= 1
            summary.known += 1
        else:
            yield entry
    summary.notes += [
        f"mended, and still in the baseline: {what[fingerprint]}"
        for fingerprint, number in sorted(known.items(), key=lambda item: what[item[0]])
        for _ in range(number)
    ]


def _read(file: str) -> tuple[Counter[str], dict[str, str]]:
    try:
        document: object = json.loads(Path(file).read_bytes())
        entries = cast("list[dict[str, str]]", cast("dict[str, object]", document)["findings"])
        return Counter(e["fingerprint"] for e in entries), {e["fingerprint"]: e["what"] for e in entries}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{file}: this is no baseline; write one with --write-baseline") from error


def _what(entry: Entry) -> str:
    name = f"{entry.namespace}/{entry.name}" if entry.namespace else entry.name or f"in {entry.file}"
    container = f" container {entry.container}" if entry.container else ""
    return f"{entry.rule} {entry.kind} {name}{container} {entry.place}"
