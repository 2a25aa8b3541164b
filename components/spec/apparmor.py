"""AppArmor profiles: which files, capabilities and networks a container may use, in the form of `apparmor_parser`.

A profile is loaded into the kernel of every node, beside those of the node itself: so a file holds one, which is
confined to the container that names it. What the rules in it mean, the parser says when it is loaded.
"""

import re
from collections.abc import Iterator

from components.spec.problem import Wrong, listed
from components.spec.seccomp import LARGEST

FLAGS = ("attach_disconnected", "mediate_deleted")
"""What a profile may say of itself. `complain` and `unconfined` would forbid nothing; the others are the kernel's
own business, or no longer there."""

INCLUDED = ("<tunables/…>", "<abstractions/…>")
"""What Debian's package `apparmor` brings. Files of a node, such as `<local/…>`, may be there or not."""

# A comment begins after white space: within a path `#` is a character. `#include` is none.
_HIDDEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|(?:^|(?<=\s))#(?!include\b).*', re.MULTILINE)
# A brace after other characters is a choice within a path, as in `/{usr,}/bin`, or a variable, as in `@{HOME}`.
_BLOCK = re.compile(r"(?:^|(?<=[\s)]))\{")
_HEADER = re.compile(
    r"^[ \t]*profile[ \t]+(?P<name>[A-Za-z][\w.-]*)\s+(?:flags\s*=\s*\((?P<flags>[^()]*)\)\s*)?(?P<block>\{)",
    re.MULTILINE,
)
# `#include` needs no white space around it, `include` does.
_INCLUDE = re.compile(r"(?:#include\b\s*|(?:^|(?<=\s))include\s+)(?P<file>(?:if\s+exists\s+)?\S+)")
_KNOWN = re.compile(r"<(?:tunables|abstractions)/(?!.*\.\.)[\w./-]+>")


def wrongs(text: str) -> Iterator[Wrong]:
    """What is wrong with the text of a profile, as far as can be told without the parser."""
    size = len(text.encode())
    if size > LARGEST:
        yield "", f"{size} bytes", f"at most {LARGEST} bytes", "allow whole folders by `/folder/**`"
        return
    shown = _without_comments(text)
    blocks = list(_BLOCK.finditer(shown))
    if len(blocks) != 1:
        yield (
            "",
            f"{len(blocks)} blocks in braces" if blocks else "no profile",
            "one profile, without others in it",
            "keep the workload's own" if blocks else f"write for example {_EXAMPLE}",
        )
        return
    header = _header(shown)
    if not header or header.start("block") != blocks[0].start():
        begins = text[: blocks[0].end()].rpartition("\n")[2].strip()
        yield (
            _line(shown, blocks[0].start()),
            f"`{begins}`",
            "`profile <name> {`, or `profile <name> flags=(…) {`",
            "remove paths: by them it would confine programs of the node, too",
        )
        return
    strange = [flag for flag in re.split(r"[\s,]+", (header["flags"] or "").strip()) if flag not in ("", *FLAGS)]
    if strange:
        yield (
            _line(shown, header.start("flags")),
            listed(strange, "and"),
            f"the flags {listed(FLAGS, 'and')}",
            "remove it: a profile is there to be kept to",
        )
    if not shown.rstrip().endswith("}"):
        yield "", "a profile without an end", "`}` at the end of the file, and nothing after it", "close it there"
    for include in _INCLUDE.finditer(shown):
        # What stands in quotes is a file of the node's, and hidden here.
        if not _KNOWN.fullmatch(include["file"].rstrip(",")):
            yield (
                _line(shown, include.start("file")),
                f"`include {' '.join(text[slice(*include.span('file'))].rstrip(',').split())}`",
                f"of other files {listed(INCLUDED, 'and')}, which every node gets",
                "write its rules into the profile",
            )


_EXAMPLE = "`profile api {`, the rules each in a line, and `}`"


def renamed(text: str, name: str) -> str:
    """The text of a sound profile under another name: the one that the kernel will list."""
    header = _header(_without_comments(text))
    if header is None:
        raise ValueError("no profile")
    return text[: header.start("name")] + name + text[header.end("name") :]


def _header(shown: str) -> re.Match[str] | None:
    return _HEADER.search(shown)


def _without_comments(text: str) -> str:
    """The text with white space for comments, and quotes for what stands in quotes, so that each place is kept."""
    return _HIDDEN.sub(lambda found: (" " if found[0].startswith("#") else '"') * len(found[0]), text)


def _line(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}"
