"""Reading a compiled function back: its syntax tree, with every number it refers to by name put in its place."""

from __future__ import annotations

import ast
import builtins
import hashlib
import inspect
import linecache
import numbers
import textwrap
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class TranslationError(ValueError):
    """A function uses something that has no counterpart in the other language."""


class Formula(NamedTuple):
    """A function's tree, numbers inlined and constant arithmetic done, and what else its names stand for."""

    tree: ast.FunctionDef
    namespace: dict


def function_from_source(source: str, name: str, namespace: dict) -> Callable[..., Any]:
    """The plain Python function `name` defined by generated `source`, which stays readable for `inspect`."""
    file = f"<heavysgd {name} {hashlib.sha256(source.encode()).hexdigest()[:16]}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    scope = dict(namespace)
    exec(compile(source, file, "exec"), scope)
    return scope[name]


def formula(function: Any) -> Formula:
    """The formula of a function or of a Numba dispatcher. Raises `TranslationError` where its source cannot be found."""
    plain = getattr(function, "py_func", function)
    try:
        text = textwrap.dedent(inspect.getsource(plain))
    except (OSError, TypeError) as error:
        raise TranslationError(f"{plain.__qualname__}: its source cannot be read, so it cannot be translated") from error
    tree = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    tree.decorator_list, tree.returns = [], None
    seen = inspect.getclosurevars(plain)
    namespace = {**vars(builtins), **plain.__globals__, **seen.nonlocals}
    own = {argument.arg for argument in tree.args.args} | _assigned(tree)
    known = {name: value for name, value in namespace.items() if name not in own}
    return Formula(ast.fix_missing_locations(_Numbers(known).visit(tree)), known)


def called_functions(found: Formula) -> dict:
    """Name: compiled function, for every function the formula calls that is itself a formula."""
    names = {
        node.func.id for node in ast.walk(found.tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return {name: found.namespace[name] for name in sorted(names) if hasattr(found.namespace.get(name), "py_func")}


def _assigned(tree) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


class _Numbers(ast.NodeTransformer):
    """Names of numbers become numbers (`math.pi` too), and arithmetic on numbers is done, once, in double precision."""

    def __init__(self, namespace: dict):
        self.namespace = namespace

    def visit_Name(self, node):
        return self._inlined(node, self.namespace.get(node.id)) if isinstance(node.ctx, ast.Load) else node

    def visit_Attribute(self, node):
        owner = self.namespace.get(node.value.id) if isinstance(node.value, ast.Name) else None
        return self._inlined(self.generic_visit(node), getattr(owner, node.attr, None))

    def visit_BinOp(self, node):
        return self._folded(self.generic_visit(node))

    def visit_UnaryOp(self, node):
        return self._folded(self.generic_visit(node))

    def visit_Expr(self, node):
        return node  # the docstring

    @staticmethod
    def _inlined(node, value):
        if isinstance(value, np.integer):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            return node
        return ast.copy_location(ast.Constant(value if isinstance(value, int) else float(value)), node)

    @staticmethod
    def _folded(node):
        if any(isinstance(part, (ast.Name, ast.Call, ast.Subscript, ast.Attribute, ast.IfExp)) for part in ast.walk(node)):
            return node
        return ast.copy_location(ast.Constant(eval(compile(ast.Expression(node), "", "eval"))), node)
