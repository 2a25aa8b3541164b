"""`python -m policies scan`: the rules over files, streaming, on all cores."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
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
        workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        # Forking is the one way in which a process begins with all its modules loaded; not from among threads.
        can_fork = "fork" in multiprocessing.get_all_start_methods() and threading.active_count() == 1
        if not rest or workers < 2 or not can_fork or "-" in (*first, *rest):
            for name in (*first, *rest, *names):
                yield self.part([name])
            return
        chunks = iter([first, rest])
        with ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _begin, (self,)) as pool:
            waiting: deque[Future[Part]] = deque()
            while True:
                while len(waiting) < workers * _AHEAD:
                    chunk = next(chunks, None) or list(islice(names, _FILES_AT_ONCE))
                    if not chunk:
                        break
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


_scanner: Scanner | None = None


def _begin(scanner: Scanner) -> None:
    global _scanner  # a worker's own: what it was started for
    _scanner = scanner


def _work(names: list[str]) -> Part:
    return cast("Scanner", _scanner).part(names)
