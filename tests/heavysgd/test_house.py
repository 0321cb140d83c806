"""The house: imports point one way, and the library needs neither Jupyter nor a GPU."""

import ast
import subprocess
import sys

import pytest
from companion import paths

LIBRARY = paths.ROOT / "lib" / "heavysgd"
ROOMS = ["checks", "elementary", "compiling", "philox", "expression", "noise", "landscape", "recursion", "inference"]
ROOMS += ["simulate", "exact", "theory", "deep"]


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
    code = f"import sys, heavysgd\nsys.exit(str({unwanted} & set(sys.modules)) if {unwanted} & set(sys.modules) else 0)"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(paths.ROOT / "lib")})
