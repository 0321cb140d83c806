"""The same formula in C++, as CUDA and any host compiler understand it.

A function keeps its name behind the prefix `hs_`, since C++ would take its own `exp` before one made here. Numbers are
of type `real`, which the including source defines as float or double; locals take the type of their first value. A tuple
of parameters is a structure with members p0, p1, ...; a tuple that a function returns is a `Reals` of its length.
"""

from __future__ import annotations

import ast

from heavysgd.compiling.formula import Formula, TranslationError, called_functions, formula
from heavysgd.compiling.single import SINGLE

PREFIX = "hs_"
_BINARY = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.BitAnd: "&", ast.BitOr: "|"}
_BINARY |= {ast.LShift: "<<", ast.RShift: ">>"}
_COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_NAMES = {"min": "least", "max": "most", "abs": "fabs", "int": "(long long)"}
_TYPES = {"float64": "double", "float32": "float", "int64": "(long long)", "int32": "int"}


def cpp_source(functions: dict, single: bool = False) -> str:
    """Definitions of `functions` (name: compiled function) and of all that they call, each after what it uses.

    Raises `TranslationError`, with function and line, for what is outside the translatable part of Python, and for two
    functions of one name.
    """
    written: dict[str, tuple] = {}
    for name, function in functions.items():
        _write(function, name, written, single)
    return "\n".join(text for _, text in written.values())


def _write(function, name: str, written: dict[str, tuple], single: bool) -> None:
    function = SINGLE.get(function, function) if single else function
    if name in written:
        if written[name][0] is not function:
            raise TranslationError(f"two functions are called {name!r}: rename one of them")
        return
    found = formula(function)
    for called_name, called in called_functions(found).items():
        _write(called, called_name, written, single)
    written[name] = function, _Writer(found).definition(f"{PREFIX}{name}")


class _Writer:
    """Writes one function. Its methods return C++ text for the node named after the underscore."""

    def __init__(self, found: Formula):
        self.tree, self.namespace = found
        self.declared = {argument.arg for argument in self.tree.args.args}
        self.ours = called_functions(found)
        self.spare = 0

    def definition(self, name: str) -> str:
        arguments = [argument.arg for argument in self.tree.args.args]
        types = ", ".join(f"class T{k}" for k in range(len(arguments)))
        declared = ", ".join(f"T{k} {argument}" for k, argument in enumerate(arguments))
        lines = [line for statement in self.tree.body for line in self.statement(statement)]
        return "\n".join([f"template <{types}>", f"DEVICE auto {name}({declared})", "{", *lines, "}", ""])

    def statement(self, node) -> list[str]:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return []  # the docstring
        if isinstance(node, ast.Return):
            return [f"    return {self.expression(node.value)};"]
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, value = node.targets[0], node.value
            if isinstance(target, ast.Name):
                return [self._set(target.id, self.expression(value))]
            parts = target.elts if isinstance(target, ast.Tuple) else []
            names = [part.id for part in parts if isinstance(part, ast.Name)]
            if names and len(names) == len(parts):
                return self._set_several(names, value)
        raise self._refused(node)

    def _set(self, name: str, value: str) -> str:
        new = name not in self.declared
        self.declared.add(name)
        return f"    {'auto ' if new else ''}{name} = {value};"

    def _set_several(self, names: list[str], value) -> list[str]:
        """All values are worked out before the first name changes, as in Python."""
        self.spare += 1
        if isinstance(value, ast.Tuple):
            spares = [f"_{self.spare}_{k}" for k in range(len(names))]
            made = [f"    const auto {spare} = {self.expression(part)};" for spare, part in zip(spares, value.elts)]
            return made + [self._set(name, spare) for name, spare in zip(names, spares)]
        made = f"    const auto _{self.spare} = {self.expression(value)};"
        return [made] + [self._set(name, f"_{self.spare}.at[{k}]") for k, name in enumerate(names)]

    def expression(self, node) -> str:
        writer = getattr(self, "_" + type(node).__name__, None)
        if writer is None:
            raise self._refused(node)
        return writer(node)

    def _Name(self, node) -> str:
        if node.id not in self.declared:
            raise self._refused(node)
        return node.id

    def _Constant(self, node) -> str:
        if isinstance(node.value, float):
            return f"real({node.value!r})"
        if isinstance(node.value, int) and not isinstance(node.value, bool):
            return f"{node.value}LL" if abs(node.value) >= 2**31 else str(node.value)
        raise self._refused(node)

    def _BinOp(self, node) -> str:
        left, right = self.expression(node.left), self.expression(node.right)
        if isinstance(node.op, ast.Pow):
            return f"pow({left}, {right})"
        if type(node.op) not in _BINARY:
            raise self._refused(node)
        return f"({left} {_BINARY[type(node.op)]} {right})"

    def _UnaryOp(self, node) -> str:
        if not isinstance(node.op, ast.USub):
            raise self._refused(node)
        return f"(-{self.expression(node.operand)})"

    def _Compare(self, node) -> str:
        parts = [self.expression(part) for part in (node.left, *node.comparators)]
        if any(type(op) not in _COMPARED for op in node.ops):
            raise self._refused(node)
        pairs = [f"({a} {_COMPARED[type(op)]} {b})" for a, op, b in zip(parts, node.ops, parts[1:])]
        return f"({' && '.join(pairs)})"

    def _IfExp(self, node) -> str:
        return f"({self.expression(node.test)} ? {self.expression(node.body)} : {self.expression(node.orelse)})"

    def _Subscript(self, node) -> str:
        if not isinstance(node.slice, ast.Constant) or not isinstance(node.slice.value, int):
            raise self._refused(node)
        return f"{self.expression(node.value)}.p{node.slice.value}"

    def _Tuple(self, node) -> str:
        parts = ", ".join(self.expression(part) for part in node.elts)
        return f"Reals<{len(node.elts)}>{{{{{parts}}}}}"

    def _Call(self, node) -> str:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr == "view":
            return f"as_{node.args[0].attr}({self.expression(function.value)})"
        arguments = ", ".join(map(self._argument, node.args))
        if isinstance(function, ast.Name):
            return f"{self._called(function)}({arguments})"
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            return f"{_TYPES.get(function.attr, function.attr)}({arguments})"
        raise self._refused(node)

    def _called(self, function) -> str:
        if function.id in self.ours:
            return PREFIX + function.id
        if function.id in _NAMES:
            return _NAMES[function.id]
        raise self._refused(function)

    def _argument(self, node) -> str:
        """A tuple among the arguments holds the coefficients of `fixed_power`, in a structure as in the parameters."""
        if not isinstance(node, ast.Tuple):
            return self.expression(node)
        return f"Coefficients{{{', '.join(map(self.expression, node.elts))}}}"

    def _refused(self, node) -> TranslationError:
        line = getattr(node, "lineno", 0)
        return TranslationError(f"{self.tree.name}, line {line}: {ast.unparse(node)!r} has no counterpart in C++")
