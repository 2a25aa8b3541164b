"""`python -m policies scan`: the rules over files, streaming, on all cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import cast

from policies.documents import Document, Unreadable, files, read_file
from policies.entry import Entry, entry
from policies.evaluate import CompiledRules, compile_rules, evaluate
from policies.plain import plain
from policies.resources import resources
from policies.rule import SingleRule
from policies.settings import Override, Settings
from policies.summary import Summary
from policies.view import Manifest, manifests, resource_manifests

# Small enough that every core has something to do in a scan of a few hundred files.
_FILES_AT_ONCE = 16
_AHEAD = 4


@dataclass(slots=True)
class Part:
    """What some files come to.

    Attributes:
        entries: The findings, in order.
        unreadable: What could not be read.
        files: How many files held a document.
        documents: How many documents there were.
        objects: How many objects.
        used_waivers: The numbers of the configuration's waivers that were about something.
    """

    entries: list[Entry] = field(default_factory=list[Entry])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    files: int = 0
    documents: int = 0
    objects: int = 0
    used_waivers: set[int] = field(default_factory=set[int])


class Scanner:
    """The rules over files.

    Args:
        rules: The rules, by id.
        settings: Their parameters and levels.
        default: The level of rules that have the level of their policy.
    """

    def __init__(self, rules: dict[str, SingleRule], settings: Settings, default: Override) -> None:
        active = [rule for rule in rules.values() if settings.asked(rule.about)]
        self._settings = settings
        self._default: Override = default
        self._rules: CompiledRules = compile_rules(active, settings.parameters)

    def scan(self, paths: Iterable[str], summary: Summary) -> Iterator[Entry]:
        """Asks the rules about every object in files and folders.

        Args:
            paths: Files, folders, or `-` for standard input.
            summary: Counts what is found; complete once all entries have been taken.

        Yields:
            The findings, in the order of files, documents and rules.
        """
        used: set[int] = set()
        for part in self._parts(files(paths)):
            summary.files += part.files
            summary.documents += part.documents
            summary.objects += part.objects
            summary.unreadable += part.unreadable
            used |= part.used_waivers
            yield from part.entries
        summary.notes += self._settings.waivers.notes(used)

    def _parts(self, names: Iterator[str]) -> Iterator[Part]:
        first = list(islice(names, _FILES_AT_ONCE))
        rest = list(islice(names, _FILES_AT_ONCE))
        workers = _workers() if rest and "-" not in (*first, *rest) else 1
        if workers > 1:
            yield from self._parts_of_many(chain([first, rest], _chunks(names)), workers)
        else:
            for name in chain(first, rest, names):
                yield self.part([name])

    def _parts_of_many(self, chunks: Iterator[list[str]], workers: int) -> Iterator[Part]:
        """The parts in order, a few of them on the way at any time: what is ahead of its reader is bounded."""
        import multiprocessing
        from concurrent.futures import Future, ProcessPoolExecutor

        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _begin, (self,)) as pool:
            waiting: deque[Future[Part]] = deque()
            while True:
                for chunk in islice(chunks, workers * _AHEAD - len(waiting)):
                    waiting.append(pool.submit(_work, chunk))
                if not waiting:
                    return
                yield waiting.popleft().result()

    def part(self, names: Iterable[str]) -> Part:
        """Asks the rules about some files.

        Args:
            names: The files, or `-` for standard input.

        Returns:
            What they come to.
        """
        part = Part()
        for name in names:
            seen = part.documents
            for item in read_file(name):
                if isinstance(item, Unreadable):
                    part.unreadable.append(item)
                else:
                    part.documents += 1
                    self._document(item, part)
            part.files += part.documents > seen
        part.used_waivers = self._settings.waivers.used
        return part

    def _document(self, document: Document, part: Part) -> None:
        found = resources(document.body)
        if found is None:
            body, secrets = plain(document.body)
            if isinstance(body, dict):
                for manifest in manifests(cast("dict[str, object]", body), secrets):
                    self._object(manifest, document.file, document.index, "", part)
            return
        for index, resource in found:
            body, secrets = plain(resource.inputs)
            for manifest in resource_manifests(resource.type, cast("dict[str, object]", body), secrets):
                if manifest.kind:
                    self._object(manifest, document.file, index, resource.urn, part)

    def _object(self, manifest: Manifest, file: str, document: int, urn: str, part: Part) -> None:
        name = urn.rpartition("::")[2]
        part.objects += bool(manifest.kind)
        for finding in evaluate(manifest, self._rules):
            level = self._settings.level(finding.about) or self._default
            answer = self._settings.waivers.answer(finding, urn)
            part.entries.append(entry(finding, file, document, level, name, answer))


def _chunks(names: Iterator[str]) -> Iterator[list[str]]:
    while chunk := list(islice(names, _FILES_AT_ONCE)):
        yield chunk


def _workers() -> int:
    """How many processes may share the work; 1 where none can be forked."""
    import multiprocessing
    import threading

    # Forking is the one way in which a process begins with all its modules loaded; not from among threads.
    if "fork" not in multiprocessing.get_all_start_methods() or threading.active_count() > 1:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_scanner: Scanner | None = None


def _begin(scanner: Scanner) -> None:
    global _scanner  # a worker's own: what it was started for
    _scanner = scanner


def _work(names: list[str]) -> Part:
    return cast("Scanner", _scanner).part(names)
