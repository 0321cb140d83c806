"""The house: imports point one way, and the library needs neither Jupyter nor a GPU."""

import ast
import subprocess
import sys

import pytest
from companion import paths

LIBRARY = paths.ROOT / "lib" / "heavysgd"
ROOMS = ["bars", "checks", "elementary", "compiling", "philox", "expression", "noise", "landscape", "recursion"]
ROOMS += ["inference", "simulate", "exact", "theory", "deep"]


def imported_rooms(file):
    for node in ast.walk(ast.parse(file.read_text())):
        modules = [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in getattr(node, "names", [])]
        for module in modules if isinstance(node, (ast.Import, ast.ImportFrom)) else []:
            if module and module.startswith("heavysgd."):
                yield module.split(".")[1]
            assert not (module or "").startswith("companion"), f"{file} imports the book"


@pytest.mark.parametrize("room", ROOMS)
def test_imports_point_down_the_list(room):
    place = LIBRARY / room
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    for file in files:
        assert set(imported_rooms(file)) <= allowed, file


def test_every_room_is_listed():
    found = {p.stem for p in LIBRARY.iterdir() if p.name != "py.typed" and not p.name.startswith("__")}
    assert found == set(ROOMS)


def test_importing_the_library_brings_in_nothing_of_the_book_and_no_gpu():
    unwanted = {"IPython", "jupyter_core", "papermill", "matplotlib", "cupy", "torch", "companion"}
    every = "import heavysgd\nfor name in heavysgd.__all__: getattr(heavysgd, name)"
    assert not brought_in(every) & unwanted


def brought_in(code):
    """What is imported after some code in a new process, and nothing of it before."""
    told = f"{code}\nimport sys\nprint(*sys.modules)"
    environment = {"PYTHONPATH": str(paths.ROOT / "lib")}
    done = subprocess.run([sys.executable, "-c", told], check=True, env=environment, capture_output=True, text=True)
    return set(done.stdout.split())


HEAVY = {"numba", "llvmlite", "sympy", "networkx", "scipy", "sklearn", "curvlinops", "pooch", "tqdm", "PIL", "torchvision"}


def test_networks_need_nothing_heavy_but_pytorch():
    own = brought_in("import torch, heavysgd.deep") - brought_in("import torch, numpy")
    assert {name for name in own if not name.startswith("heavysgd")} & HEAVY == set()
    assert {name.split(".")[1] for name in own if name.startswith("heavysgd.")} == {"bars", "checks", "deep"}
    assert not brought_in("import heavysgd") & HEAVY and brought_in("import heavysgd.noise") & HEAVY


def test_every_name_is_there_when_it_is_asked_for_and_listed_before():
    import heavysgd

    assert set(heavysgd.__all__) <= set(dir(heavysgd))
    found = {name: getattr(heavysgd, name) for name in heavysgd.__all__}
    assert all(found[name] is getattr(sys.modules[home], name) for name, home in heavysgd._WHERE.items())
    assert set(heavysgd.__all__) == {*heavysgd._WHERE, "exact", "inference", "landscapes", "theory"}
    assert {name for name in ROOMS if name != "deep"} <= {*heavysgd._ROOMS}
    with pytest.raises(AttributeError, match="module 'heavysgd' has no attribute 'gamma'"):
        heavysgd.gamma  # noqa: B018


def test_what_type_checkers_read_is_what_there_is():
    tree = ast.parse((LIBRARY / "__init__.py").read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    told = {alias.asname or alias.name: node.module for node in block.body for alias in node.names}
    import heavysgd

    assert set(told) == set(heavysgd.__all__)
    assert {name: home for name, home in told.items() if name in heavysgd._WHERE} == heavysgd._WHERE
