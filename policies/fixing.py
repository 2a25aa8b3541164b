"""`python -m policies scan --fix`: mends files in place."""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from policies.documents import Document, Unreadable, files, read_file
from policies.finding import Finding
from policies.mending import Mender, with_part
from policies.plain import plain
from policies.resources import resources
from policies.rewriting import RewriteError, rewrite
from policies.rule import SingleRule
from policies.settings import Settings
from policies.view import manifests


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file and what can be mended in it.

    Attributes:
        file: The file, as it was named or found.
        before: Its text.
        after: Its text with everything mended that can be.
        mended: A line for each finding that is gone.
        left: A line for each document that could have been mended, but for the way it is written.
    """

    file: str
    before: str
    after: str
    mended: list[str] = field(default_factory=list[str])
    left: list[str] = field(default_factory=list[str])

    def diff(self) -> str:
        """What changes, as `diff -u` says it."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), self.file, self.file
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)

    def write(self) -> None:
        """Puts the new text in the old one's place, whole or not at all; a link stays a link."""
        target = os.path.realpath(self.file)
        with tempfile.NamedTemporaryFile("wb", dir=os.path.dirname(target), delete=False) as stream:
            try:
                stream.write(self.after.encode())
                stream.close()
                shutil.copymode(target, stream.name)
                os.replace(stream.name, target)
            except BaseException:
                os.unlink(stream.name)
                raise


class Fixer:
    """The mendings of rules over files.

    Args:
        rules: The rules, by id.
        settings: Their parameters, levels and waivers; what is waived is not mended.
    """

    def __init__(self, rules: dict[str, SingleRule], settings: Settings) -> None:
        self._waivers = settings.waivers
        self._mender = Mender((rule for rule in rules.values() if settings.asked(rule.about)), settings.parameters)

    def fix(self, paths: Iterable[str]) -> Iterator[Fixed]:
        """Mends what files and folders hold; nothing is written yet.

        States and previews are left alone: they say what a program said, and it is the program that needs mending.

        Args:
            paths: Files and folders.

        Yields:
            Each file in which something is mended, or could be.

        Raises:
            ValueError: Standard input is asked for: there is no place to write to.
        """
        for name in files(paths):
            if name == "-":
                raise ValueError("standard input cannot be mended in place; name files or folders")
            fixed = self._file(name)
            if fixed is not None:
                yield fixed

    def _file(self, name: str) -> Fixed | None:
        documents: dict[int, tuple[object, object]] = {}
        gone: dict[int, list[Finding]] = {}
        for item in read_file(name):
            if isinstance(item, Unreadable):
                return None
            self._document(item, documents, gone)
        if not documents:
            return None
        try:
            text = Path(name).read_bytes().decode()
        except UnicodeDecodeError:
            return Fixed(name, "", "", [], [f"{name} is not mended: it is not written in UTF-8"])
        mended: list[str] = []
        left: list[str] = []
        as_json = name.lower().endswith(".json")
        try:
            after = rewrite(text, documents, as_json=as_json)
            mended = [_line(name, index, finding) for index in gone for finding in gone[index]]
        except RewriteError:
            after = text
            for index, bodies in documents.items():
                try:
                    after = rewrite(after, {index: bodies}, as_json=as_json)
                    mended += [_line(name, index, finding) for finding in gone[index]]
                except RewriteError as error:
                    left.append(f"{name}[{index}] is not mended: {error}")
        return Fixed(name, text, after, mended, left)

    def _document(
        self, document: Document, documents: dict[int, tuple[object, object]], gone: dict[int, list[Finding]]
    ) -> None:
        body, secrets = plain(document.body)
        if resources(document.body) is not None or not isinstance(body, dict):
            return
        old = new = cast("dict[str, object]", body)
        for manifest in manifests(old, secrets):
            changed, mended = self._mender.mend(manifest, lambda finding: self._waivers.answer(finding).waiver is None)
            if mended:
                new = cast("dict[str, object]", with_part(new, manifest.path, changed.body))
                documents[document.index] = (old, new)
                gone.setdefault(document.index, []).extend(mended)


def _line(file: str, document: int, finding: Finding) -> str:
    return f"{file}[{document}] mended {finding.about.id}: {finding.address()}: {finding.where()}"
