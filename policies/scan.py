"""`python -m policies scan`: the rules over files, streaming, on all cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, islice
from typing import NamedTuple, cast

from policies.asking import Questions
from policies.docker_words import CONTAINER, IMAGE
from policies.dockerfile import DockerfileError
from policies.documents import DockerfileText, Document, Unreadable, files, read_file
from policies.entry import Entry, entry
from policies.evaluate import join, looks_at
from policies.facts import fact
from policies.finding import Finding
from policies.image_build import BUILDS
from policies.plain import plain
from policies.resources import Resource, brings_objects, is_preview, resources
from policies.rule import Rule, SingleRule, StackRule
from policies.settings import Override, Settings
from policies.summary import Summary
from policies.together import Together
from policies.view import Manifest, manifests, resource_manifests
from policies.waivers import carries_waivers

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
        notes: What is to be said of the waivers on objects.
        used_waivers: The numbers of the configuration's waivers that were about something.
        placed: What joins keep of each object, and where it is.
        incomplete: Whether there is known to be more: a Helm release's objects, what a preview leaves as it is.
    """

    entries: list[Entry] = field(default_factory=list[Entry])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    files: int = 0
    documents: int = 0
    objects: int = 0
    notes: list[str] = field(default_factory=list[str])
    used_waivers: set[int] = field(default_factory=set[int])
    placed: list[Placed] = field(default_factory=list["Placed"])
    incomplete: bool = False


class Placed(NamedTuple):
    """An object and where it is.

    Attributes:
        manifest: What joins keep of it.
        file: Its file.
        document: Its document's number there.
        urn: Its URN, or nothing.
    """

    manifest: Manifest
    file: str
    document: int
    urn: str


@dataclass(frozen=True)
class Asked:
    """Rules to ask, and how.

    Attributes:
        rules: The rules that are asked.
        settings: Their parameters and levels.
        default: The level of rules that have the level of their policy.
    """

    rules: tuple[Rule, ...]
    settings: Settings
    default: Override

    @cached_property
    def levels(self) -> dict[str, Override]:
        """The level of each rule, by its id."""
        return {rule.about.id: self.settings.level(rule.about) or self.default for rule in self.rules}


class Scanner:
    """The rules over files.

    Args:
        single: The rules over one thing.
        joins: The rules over all objects together.
    """

    def __init__(self, single: Asked, joins: Asked) -> None:
        self._single = single
        self._joins = joins
        self._rules = tuple(rule for rule in single.rules if single.settings.asked(rule.about))
        self._joined = tuple(
            rule for rule in joins.rules if isinstance(rule, StackRule) and joins.settings.asked(rule.about)
        )
        self._questions = Questions(
            (rule for rule in self._rules if not isinstance(rule, StackRule)), single.settings.parameters
        )

    def scan(self, paths: Iterable[str], summary: Summary) -> Iterator[Entry]:
        """Asks the rules about every object in files and folders.

        Args:
            paths: Files, folders, or `-` for standard input.
            summary: Counts what is found; complete once all entries have been taken.

        Yields:
            The findings, in the order of files, documents and rules.
        """
        used: set[int] = set()
        placed: list[Placed] = []
        incomplete = False
        for part in self._parts(files(paths)):
            summary.files += part.files
            summary.documents += part.documents
            summary.objects += part.objects
            summary.unreadable += part.unreadable
            summary.notes += part.notes
            used |= part.used_waivers
            placed += part.placed
            incomplete = incomplete or part.incomplete or bool(part.unreadable)
            yield from part.entries
        summary.notes += self._single.settings.waivers.notes(used)
        yield from self._together(placed, incomplete=incomplete)
        summary.notes += self._joins.settings.waivers.notes(self._joins.settings.waivers.used)

    def _together(self, placed: list[Placed], *, incomplete: bool) -> Iterator[Entry]:
        """Asks the rules that join objects, once all have been seen."""
        if not self._joined:
            return
        settings = self._joins.settings
        where = {id(each.manifest): each for each in placed}
        objects = Together((each.manifest for each in placed), settings.parameters, part=incomplete)
        for finding in join(self._joined, objects):
            at = where.get(id(finding.manifest), _NOWHERE)
            answer = settings.waivers.answer(finding, at.urn)
            level = self._joins.levels[finding.about.id]
            yield entry(finding, at.file, at.document, level, at.urn.rpartition("::")[2], answer)

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
        part.used_waivers = self._single.settings.waivers.used
        return part

    def _document(self, document: Document, part: Part) -> None:
        if isinstance(document.body, DockerfileText):
            part.objects += 1
            try:
                findings = list(self._questions.of_dockerfile(document.body.text))
            except DockerfileError as error:
                part.unreadable.append(Unreadable(document.file, str(error)))
                return
            self._add(findings, Placed(Manifest("", "Dockerfile", (), {}, ()), document.file, document.index, ""), part)
            return
        found = resources(document.body)
        if found is None:
            body, secrets = plain(document.body)
            if isinstance(body, dict):
                for manifest in manifests(cast("dict[str, object]", body), secrets):
                    place = Placed(manifest, document.file, document.index, "")
                    part.objects += bool(manifest.kind)
                    self._add(self._questions.of_object(manifest), place, part)
                    self._waivers_of(manifest, part)
                    self._keep(place, part)
            return
        # A preview leaves out what stays as it is.
        part.incomplete = part.incomplete or is_preview(document.body)
        for index, resource in found:
            self._resource(resource, Placed(_NO_MANIFEST, document.file, index, resource.urn), part)

    def _resource(self, resource: Resource, place: Placed, part: Part) -> None:
        body, secrets = plain(resource.inputs)
        inputs = cast("dict[str, object]", body)
        part.incomplete = part.incomplete or brings_objects(resource.type)
        if resource.type.startswith("kubernetes:"):
            for manifest in resource_manifests(resource.type, inputs, secrets):
                if manifest.kind:
                    part.objects += 1
                    self._waivers_of(manifest, part)
                    self._keep(place._replace(manifest=manifest), part)
        else:
            part.objects += resource.type in BUILDS or resource.type in (CONTAINER, IMAGE)
        self._add(self._questions.of_resource(resource.type, inputs, secrets, resource.options), place, part)

    def _waivers_of(self, manifest: Manifest, part: Part) -> None:
        """Says which of the waivers on an object nothing needs, and which are none."""
        if not carries_waivers(manifest):
            return
        found = {finding.about.id for finding in self._questions.of_object(manifest)}
        looking = {
            rule.about.id: rule.about.id in found
            for rule in self._rules
            if isinstance(rule, SingleRule) and looks_at(rule, manifest.group_kind, bool(manifest.pods))
        }
        part.notes += self._single.settings.waivers.of_object(manifest, looking)

    def _keep(self, place: Placed, part: Part) -> None:
        if self._joined:
            kept = fact(place.manifest)
            if kept is not None:
                part.placed.append(place._replace(manifest=kept))

    def _add(self, findings: Iterable[Finding], place: Placed, part: Part) -> None:
        name = place.urn.rpartition("::")[2]
        for finding in findings:
            level = self._single.levels[finding.about.id]
            answer = self._single.settings.waivers.answer(finding, place.urn)
            part.entries.append(entry(finding, place.file, place.document, level, name, answer))


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


_NO_MANIFEST = Manifest("", "", (), {}, ())
_NOWHERE = Placed(_NO_MANIFEST, "", 0, "")
_scanner: Scanner | None = None


def _begin(scanner: Scanner) -> None:
    global _scanner  # a worker's own: what it was started for
    _scanner = scanner


def _work(names: list[str]) -> Part:
    return cast("Scanner", _scanner).part(names)
