"""Seeds in the sources of the book: named and not added, a name for each draw, no number in a seed's place."""

import ast
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import nbformat as nbf
import pytest
from companion import paths
from companion.press import toc

CHAPTERS = toc.chapters()
STUDIES = sorted((paths.ROOT / "lib" / "companion").rglob("*.py"))
RECORDED = {"label_seed"}  # seeds of what recorded runs were made with
TAKES_A_SEED = {"manual_seed", "default_rng", "SeedSequence"}


def code(chapter: Path) -> ast.Module:
    cells = [cell.source for cell in nbf.read(chapter, 4).cells if cell.cell_type == "code"]
    return ast.parse("\n".join(cells))


def seeds_of(tree: ast.AST) -> Callable[[ast.AST], bool]:
    """Whether a node of the tree is a seed: the call that names one, what is called so, and what was assigned one."""
    assigned = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and is_named(n.value)]
    known = {target.id for n in assigned for target in n.targets if isinstance(target, ast.Name)} | {"seed", "root"}

    def is_seed(node: ast.AST) -> bool:
        name = getattr(node, "id", getattr(node, "attr", ""))
        return is_named(node) or name in known or name.endswith("_seed")

    return is_seed


def is_named(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and called(node) in ("seeds", "derived")


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def added(tree: ast.AST) -> list[str]:
    """Arithmetic on seeds."""
    is_seed = seeds_of(tree)
    pairs = [(n.left, n.right) for n in ast.walk(tree) if isinstance(n, ast.BinOp)]
    pairs += [(n.target, n.value) for n in ast.walk(tree) if isinstance(n, ast.AugAssign)]
    pairs += [(n.operand,) for n in ast.walk(tree) if isinstance(n, ast.UnaryOp)]
    return [ast.unparse(operands[0]) for operands in pairs if any(map(is_seed, operands))]


def unnamed(tree: ast.AST) -> list[str]:
    """What stands in a seed's place and is no seed: arguments, and defaults of what the book defines."""
    found, is_seed = [], seeds_of(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            given = [k.value for k in node.keywords if k.arg and (k.arg == "seed" or k.arg.endswith("_seed"))]
            given += node.args[:1] if called(node) in TAKES_A_SEED else []
            found += [ast.unparse(value) for value in given if not is_seed(value)]
        elif isinstance(node, ast.arguments):
            last = [*node.posonlyargs, *node.args][-len(node.defaults) or None :] if node.defaults else []
            pairs = [*zip(last, node.defaults), *zip(node.kwonlyargs, node.kw_defaults)]
            found += [ast.unparse(value) for name, value in pairs if name.arg == "seed" and value is not None]
    return found


def names(tree: ast.AST, function: str) -> list[tuple[str, bool]]:
    """The names asked for, with whether the draws are shared on purpose."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and called(node) == function]
    parts = [call.args if function == "seeds" else call.args[1:] for call in calls]
    return [(", ".join(map(ast.unparse, part)), bool(call.keywords)) for part, call in zip(parts, calls)]


SOURCES = [pytest.param(code(c), id=c.stem) for c in CHAPTERS]
SOURCES += [pytest.param(ast.parse(s.read_text()), id=paths.places([s]).pop()) for s in STUDIES]


@pytest.mark.parametrize("tree", SOURCES)
def test_seeds_are_not_added_and_not_numbers(tree):
    assert added(tree) == [] and unnamed(tree) == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_a_chapter_names_each_seed_once(chapter):
    asked = names(code(chapter), "seeds")
    assert asked and all(name.startswith("'") for name, _ in asked)
    assert [name for name, count in Counter(name for name, shared in asked if not shared).items() if count > 1] == []
    assert {name for name, shared in asked if shared} & {name for name, shared in asked if not shared} == set()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem)
def test_a_chapter_has_one_root(chapter):
    parameters = set(toc.parameters(chapter.stem))
    assert "root" in parameters and {name for name in parameters if name.endswith("seed")} <= RECORDED


def test_a_function_of_a_study_names_each_seed_once():
    functions = [n for s in STUDIES for n in ast.walk(ast.parse(s.read_text())) if isinstance(n, ast.FunctionDef)]
    asked = {f"{f.name} {f.lineno}": [name for name, _ in names(f, "derived")] for f in functions}
    assert [f for f, given in asked.items() if len(set(given)) < len(given)] == []
    assert sum(map(len, asked.values())) > 10


@pytest.mark.parametrize(
    "line, wrong",
    [
        ("run(seed=seeds('a', k))", 0),
        ("run(seed=derived(seed, 'a') % 7)", 2),
        ("run(seed=seed + k)", 2),
        ("run(first_seed=3)", 1),
        ("x = default_rng(0)", 1),
        ("x = seeds('a') + 1", 1),
        ("x = seeds('a'); run(seed=x)", 0),
        ("x = 3; run(seed=x)", 1),
        ("def f(seed=0): ...", 1),
        ("def f(a, seed, b=1): ...", 0),
        ("seed += 1", 1),
    ],
)
def test_what_is_wrong_is_noticed(line, wrong):
    tree = ast.parse(line)
    assert len(added(tree)) + len(unnamed(tree)) == wrong
