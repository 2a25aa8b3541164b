"""Functions with one thing wrong in them: a condition dropped or always taken, a list shorter by one.

Rules that are data are broken as data (`mutants`). This is for those parts of rules that are Python.
"""

import __future__

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType, FunctionType
from typing import Any, cast

Function = Callable[..., Any]

_SHARED = "policies.rules.build"
"""What all rules share, which has tests of its own."""


def broken_functions(function: Function) -> Iterator[tuple[str, Function]]:
    """Each way to break a function by a little, or one of its own module that it calls, or a list that these read.

    Args:
        function: A function, or a closure over others (what it wraps is broken then).

    Yields:
        What was done, and the broken function.
    """
    made = cast("FunctionType", function)
    for index, cell in enumerate(made.__closure__ or ()):
        inner = cell.cell_contents
        if isinstance(inner, FunctionType):
            for what, broken in broken_functions(inner):
                yield what, _with_cell(made, index, broken)
    reached = _reached(made)
    for name, part in reached.items():
        for what, code in _broken_code(part):
            yield f"{name}: {what}", _with_globals(made, reached, {name: code}, {})
    for name, value in _constants(reached).items():
        for what, shorter in _shorter(value):
            yield f"{name} {what}", _with_globals(made, reached, {}, {name: shorter})


def _reached(function: FunctionType) -> dict[str, FunctionType]:
    """A function and those of its module that it calls, by name; none of what all rules share."""
    found: dict[str, FunctionType] = {}
    waiting = [function] if function.__module__ != _SHARED else []
    while waiting:
        each = waiting.pop()
        if each.__name__ not in found:
            found[each.__name__] = each
            named = (each.__globals__.get(name) for name in _names(each.__code__))
            waiting += [n for n in named if isinstance(n, FunctionType) and n.__module__ == function.__module__]
    return found


def _names(code: CodeType) -> set[str]:
    inner = (each for each in code.co_consts if isinstance(each, CodeType))
    return set(code.co_names).union(*(_names(each) for each in inner))


def _constants(reached: dict[str, FunctionType]) -> dict[str, Any]:
    """The lists, tables and patterns of a module that some functions read."""
    found: dict[str, Any] = {}
    for function in reached.values():
        for name in sorted(_names(function.__code__)):
            value = function.__globals__.get(name)
            if isinstance(value, tuple | frozenset | dict | re.Pattern) and name.isupper():
                found[name] = value
    return found


def _shorter(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        table = cast("dict[Any, Any]", value)
        for key in table if len(table) > 1 else ():
            yield f"without {key}", {k: v for k, v in table.items() if k != key}
    elif isinstance(value, tuple | frozenset):
        items = cast("tuple[Any, ...]", value)
        for item in sorted(items, key=str) if len(items) > 1 else ():
            yield f"without {item}", type(items)(each for each in items if each != item)


def _with_globals(
    function: FunctionType, reached: dict[str, FunctionType], codes: dict[str, CodeType], values: dict[str, Any]
) -> Function:
    """A function whose module has other code and other values."""
    module: dict[str, Any] = {**function.__globals__, **values}
    for each in reached.values():
        # What a closure knew, its broken code looks for in its module.
        module |= {**each.__globals__, **inspect.getclosurevars(each).nonlocals, **module}
    for name, each in reached.items():
        code, known = codes.get(name, each.__code__), None if name in codes else each.__closure__
        made = FunctionType(code, module, name, each.__defaults__, known)
        made.__kwdefaults__ = each.__kwdefaults__
        module[name] = made
    return cast("Function", module[function.__name__])


def _with_cell(function: FunctionType, index: int, inner: Function) -> Function:
    def cell(value: Any) -> Any:
        return (lambda: value).__closure__[0]  # type: ignore[index] # it has one: the value

    cells = list(function.__closure__ or ())
    cells[index] = cell(inner)
    return cast(
        "Function",
        FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, tuple(cells)),
    )


@cache
def _broken_code(function: FunctionType) -> tuple[tuple[str, CodeType], ...]:
    """The code of a function, broken in each way."""
    text = textwrap.dedent(inspect.getsource(function))
    found: list[tuple[str, CodeType]] = []
    for number in range(len(list(_ways(ast.parse(text))))):
        tree = ast.parse(text)
        what, change = list(_ways(tree))[number]
        change()
        whole = compile(ast.fix_missing_locations(tree), function.__code__.co_filename, "exec", _FLAGS)
        codes = (each for each in whole.co_consts if isinstance(each, CodeType))
        found.append((what, next(code for code in codes if code.co_name == function.__name__)))
    return tuple(found)


_FLAGS = __future__.annotations.compiler_flag
_BOUNDS: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Lt: ast.LtE, ast.LtE: ast.Lt}


def _ways(tree: ast.AST) -> Iterator[tuple[str, Callable[[], None]]]:
    """What can be broken in a tree, and how to do it there."""
    for node in ast.walk(tree):
        match node:
            case ast.BoolOp(values=terms):
                for what, rest in _without(terms):
                    # One term alone is no longer `and`, or `or`: it stands there twice.
                    yield what, _set(node, "values", rest if len(rest) > 1 else [*rest, *rest])
            case ast.If(test=test) | ast.IfExp(test=test):
                for always in (True, False):
                    yield f"{test.lineno} {ast.unparse(test)} is {always}", _set(node, "test", ast.Constant(always))
            case ast.comprehension(ifs=tests):
                for what, rest in _without(tests):
                    yield what, _set(node, "ifs", rest)
            case ast.Compare(ops=bounds):
                for index, ops in _other_bounds(bounds):
                    yield f"bound {index} of {ast.unparse(node)}", _set(node, "ops", ops)
            case ast.Tuple(elts=items) | ast.Set(elts=items) if len(items) > 1 and all(map(_text, items)):
                for what, rest in _without(items):
                    yield what, _set(node, "elts", rest)
            case _:
                pass


def _other_bounds(bounds: list[ast.cmpop]) -> Iterator[tuple[int, list[ast.cmpop]]]:
    for index, bound in enumerate(bounds):
        other = _BOUNDS.get(type(bound))
        if other is not None:
            yield index, [*bounds[:index], other(), *bounds[index + 1 :]]


def _without(parts: list[ast.expr]) -> Iterator[tuple[str, list[ast.expr]]]:
    for index, part in enumerate(parts):
        yield f"without {ast.unparse(part)}", [*parts[:index], *parts[index + 1 :]]


def _text(item: ast.expr) -> bool:
    return isinstance(item, ast.Constant) and isinstance(item.value, str)


def _set(node: ast.AST, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(node, name, value)
