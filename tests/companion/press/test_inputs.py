"""A chapter's inputs are what its process loaded and read, and nothing else: a change elsewhere leaves it current."""

import json
import subprocess
import sys

import pytest
from companion import paths
from companion.ledger import recorded
from companion.press import execute, inputs, loaded

CODE = """import sys
from companion.ledger import recorded
from companion.press import loaded
recorded.recorded("bench/space"), recorded.recorded("deep/nowhere")
from companion.subjects.plane import figures
print("\\n".join(loaded.used()))"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A root with a notebook, a study and a figure of it, a stylesheet, a result and the locks."""
    for place in ("chapters/one.ipynb", "lib/a/study.py", "lib/a/figures.py", "lib/a/book.css", "results/r.json"):
        (tmp_path / place).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / place).write_text(place)
    for lock in inputs.LOCKS:
        (tmp_path / lock).write_text("numpy")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "BUILD", tmp_path / "_build")
    monkeypatch.setattr(recorded, "RESULTS", tmp_path / "results")
    return tmp_path


def ran(book, told):
    """A run of the notebook whose process told this, with its outputs in place."""
    chapter = book / "chapters" / "one.ipynb"
    before = inputs.digests(chapter)
    if told is not None:
        (book / "told").write_text(json.dumps(told))
    record = {"error": None, "parameters": {"n": 1}, "inputs": inputs.of_run(chapter, before, book / "told")}
    for file, text in (
        (paths.run_record("one", "smoke"), json.dumps(record)),
        (paths.executed("smoke") / "one.ipynb", ""),
        (paths.claims("smoke") / "one.json", "[]"),
    ):
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(text)
    return chapter


TOLD = ["lib/a/study.py", "results/r.json"]


@pytest.mark.parametrize(
    "changed, told, current",
    [
        (None, TOLD, True),
        ("chapters/one.ipynb", TOLD, False),
        ("lib/a/study.py", TOLD, False),
        ("lib/a/figures.py", TOLD, True),  # another chapter draws it
        ("lib/a/figures.py", [*TOLD, "lib/a/figures.py"], False),
        ("lib/a/book.css", TOLD, True),
        ("lib/a/book.css", None, True),
        ("results/r.json", TOLD, False),
        ("results/r.json", ["lib/a/study.py"], True),
        ("results/new.json", TOLD, True),
        ("results/new.json", [*TOLD, "results"], False),  # one that lists what there is
        ("results/new.json", [*TOLD, "results/new.json"], False),  # one that asked for it and found nothing
        ("requirements.lock", TOLD, False),
        ("requirements-torch.lock", TOLD, False),
        ("lib/a/figures.py", None, False),  # a process that told nothing depends on everything
    ],
)
def test_a_chapter_is_current_until_what_it_used_changes(book, changed, told, current):
    chapter = ran(book, told)
    if changed:
        (book / changed).write_text("changed")
    assert execute.is_current(chapter, "smoke", {"n": 1}) is current


def test_other_parameters_and_lost_outputs_are_not_current(book):
    chapter = ran(book, TOLD)
    assert execute.is_current(chapter, "smoke", {"n": 1}) and not execute.is_current(chapter, "smoke", {"n": 2})
    (paths.claims("smoke") / "one.json").unlink()
    assert not execute.is_current(chapter, "smoke", {"n": 1})


def test_what_changes_while_a_chapter_runs_counts_as_changed(book):
    chapter = book / "chapters" / "one.ipynb"
    before = inputs.digests(chapter)
    (book / "lib/a/study.py").write_text("changed meanwhile")
    (book / "told").write_text(json.dumps(TOLD))
    assert not inputs.are_current(inputs.of_run(chapter, before, book / "told"))


def test_a_process_tells_what_it_loaded_and_read():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    used = set(done.stdout.split())
    assert {"lib/companion/subjects/plane/figures.py", "lib/companion/subjects/plane/__init__.py"} <= used
    assert {"lib/heavysgd/theory/__init__.py", "lib/heavysgd/simulate/cuda/kernels.cu"} <= used
    assert {"results/bench/space.json", "results/deep/nowhere.json"} <= used
    others = ("lib/companion/subjects/exits", "lib/heavysgd/deep", "results/space")
    assert not any(place.startswith(others) for place in used)
    assert not any(place.endswith((".css", ".svg", "execute.py")) for place in used)


def test_imports_within_functions_are_followed(tmp_path):
    for place, text in (
        ("p/__init__.py", ""),
        ("p/a.py", "def f():\n    from p.q import b\n"),
        ("p/q/__init__.py", "import numpy"),
        ("p/q/b.py", "from p import c, none"),
        ("p/c.py", ""),
        ("p/d.py", "import p.a"),
    ):
        (tmp_path / place).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / place).write_text(text)
    found = loaded.with_imports({tmp_path / "p/a.py"}, tmp_path)
    assert {file.relative_to(tmp_path).as_posix() for file in found} == {
        "p/__init__.py", "p/a.py", "p/q/__init__.py", "p/q/b.py", "p/c.py",
    }  # fmt: skip


def test_progress_counts_a_running_chapter_for_what_it_was_expected_to_take():
    expected, begun = {"a": 10.0, "b": 60.0, "c": 30.0}, {"a": 0.0, "b": 5.0}
    assert execute.progress(expected, begun, {}, now=8.0) == 8 + 3
    assert execute.progress(expected, begun, {"a": 10.0}, now=100.0) == 10 + 60
