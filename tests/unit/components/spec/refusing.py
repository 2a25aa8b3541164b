"""Refusals one by one: where each is made in the code, which bad stack meets it, and how to take it out."""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
from collections import defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

HIT = "__slipway_refusal_was_reached__"
"""The built-in by which instrumented code tells that it came to a refusal."""


@dataclass(frozen=True)
class Site:
    """A statement that refuses something."""

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{Path(self.file).stem}.{self.function}:{self.line}"


def sites(modules: Sequence[ModuleType]) -> list[Site]:
    """Every statement of these modules that makes a refusal."""
    return [site for module in modules for site, _ in _statements(_tree(module), _file(module))]


@contextlib.contextmanager
def without(site: Site) -> Generator[None]:
    """The code without one refusal: as if nobody had written it."""
    tree = _parsed(site.file)
    for found, statement in _statements(tree, site.file):
        if found == site:
            _replace(tree, statement, [_never(statement)])
    with _swapped({site.file: tree}):
        yield


@contextlib.contextmanager
def watched(modules: Sequence[ModuleType]) -> Generator[set[Site]]:
    """The refusals that are reached, while this lasts: clear the set between one run and the next."""
    reached: set[Site] = set()
    numbered: list[Site] = []
    trees: dict[str, ast.Module] = {}
    for module in modules:
        tree = _tree(module)
        for site, statement in _statements(tree, _file(module)):
            call = ast.parse(f"{HIT}({len(numbered)})").body[0]
            numbered.append(site)
            _replace(tree, statement, [ast.copy_location(call, statement), statement])
        trees[_file(module)] = tree
    setattr(builtins, HIT, lambda number: reached.add(numbered[number]))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
    try:
        with _swapped(trees):
            yield reached
    finally:
        delattr(builtins, HIT)


def _file(module: ModuleType) -> str:
    assert module.__file__
    return module.__file__


def _tree(module: ModuleType) -> ast.Module:
    return _parsed(_file(module))


def _parsed(file: str) -> ast.Module:
    return ast.parse(Path(file).read_text(encoding="utf-8"))


def _statements(tree: ast.AST, file: str, function: str = "") -> Iterator[tuple[Site, ast.stmt]]:
    for node in list(ast.iter_child_nodes(tree)):
        inside = node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else function
        if isinstance(node, ast.stmt) and _refuses(node):
            yield Site(file, node.lineno, function), node
        else:
            yield from _statements(node, file, inside)


def _refuses(node: ast.stmt) -> bool:
    """Whether a statement is `yield Refusal(…)`, `return Refusal(…)`, `raise refused(…)` or yields a check's own."""
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id="refused"))):
            return True
        case ast.Return(value=ast.Call(func=ast.Name(id="Refusal"))):
            return True
        case ast.Expr(value=ast.Yield(value=ast.Call(func=ast.Name(id="Refusal" | "exactly_one")))):
            return True
        case ast.Expr(value=ast.Yield(value=ast.Call(func=ast.Name(id="_no_node" | "_too_many" | "_stuck")))):
            return True
        case _:
            return False


def _never(statement: ast.stmt) -> ast.stmt:
    """The statement where it is not reached: generators stay generators, and closures keep their variables."""
    return ast.copy_location(ast.If(test=ast.Constant(value=False), body=[statement], orelse=[]), statement)


def _replace(tree: ast.AST, statement: ast.stmt, others: list[ast.stmt]) -> None:
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            body = getattr(node, field, None)
            if isinstance(body, list) and statement in body:
                at = body.index(statement)
                body[at : at + 1] = others
                return


@contextlib.contextmanager
def _swapped(trees: Mapping[str, ast.Module]) -> Generator[None]:
    """The functions of these files run other code: also those that pydantic has kept as validators."""
    codes = {
        (file, code.co_qualname): code
        for file, tree in trees.items()
        for code in _codes(compile(ast.fix_missing_locations(tree), file, "exec", dont_inherit=True))
    }
    changed: list[tuple[FunctionType, CodeType]] = []
    for place, code in codes.items():
        for function in _functions()[place]:
            changed.append((function, function.__code__))
            function.__code__ = code
    try:
        yield
    finally:
        for function, code in changed:
            function.__code__ = code


@cache
def _functions() -> Mapping[tuple[str, str], list[FunctionType]]:
    """Every function there is, closures too, by its file and its name in it."""
    found: defaultdict[tuple[str, str], list[FunctionType]] = defaultdict(list)
    for each in gc.get_objects():
        if type(each) is FunctionType:
            found[each.__code__.co_filename, each.__code__.co_qualname].append(each)
    return found


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
