"""The build on a book of two tiny chapters: a failing one stops nothing else and is named; mended, it alone reruns."""

import json
import os
import shutil
import subprocess
import sys

import nbformat as nbf
import pytest
from companion import paths
from companion.press import toc
from companion.press.render import missing_pages

CLAIM = """from companion.ledger.claims import Control
from companion.ledger.rules import Covers
from heavysgd.inference import Measured
from companion.press import chapter
(ledger, seeds), found, other = chapter.begin("{name}", root=0), Measured(1.0, 0.1), Measured(9.0, 0.1)
ledger.check("{name}", "s", "t", Covers(), {value}, found, Control("c", other))"""


def write_chapter(root, name, extra=""):
    parameters = nbf.v4.new_code_cell("value = 1.0", metadata={"tags": ["parameters"]})
    title, code = (
        nbf.v4.new_markdown_cell(f"# {name}"),
        nbf.v4.new_code_cell(CLAIM.format(name=name, value="value") + extra),
    )
    notebook = nbf.v4.new_notebook(cells=[title, parameters, code])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbf.write(notebook, root / "chapters" / f"{name}.ipynb")


@pytest.fixture
def book(tmp_path):
    shutil.copytree(paths.ROOT / "lib", tmp_path / "lib", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    for name in ("_config.yml", "references.bib", "requirements.lock", "requirements-torch.lock"):
        shutil.copy(paths.ROOT / name, tmp_path / name)
    (tmp_path / "README.md").write_text("# A book\n")
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: README\nchapters:\n- file: chapters/one\n- file: chapters/two\n"
    )
    (tmp_path / "profiles").mkdir(), (tmp_path / "chapters").mkdir()
    (tmp_path / "profiles" / "smoke.yml").write_text("")
    (tmp_path / "chapters" / "crosswalk.yml").write_text("[]")
    write_chapter(tmp_path, "one"), write_chapter(tmp_path, "two")
    return tmp_path


def companion(root, *told):
    environment = os.environ | {"PYTHONPATH": str(root / "lib")}
    command = [sys.executable, "-m", "companion", *told, "--profile", "smoke"]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)


def build(root):
    return companion(root, "build")


def test_a_failing_chapter_is_named_and_stops_nothing_else(book):
    write_chapter(book, "one", "\nraise RuntimeError('the well is dry')")
    broken = build(book)
    assert broken.returncode == 1
    assert "chapter one failed" in broken.stderr and "RuntimeError: the well is dry" in broken.stderr
    assert "two: failed" not in broken.stdout, broken.stderr
    assert "one: failed" in broken.stdout and (book / "_build/html/chapters/two.html").exists()
    assert "chapters:" in broken.stderr and "left" in broken.stderr  # the bar

    write_chapter(book, "one")
    mended = build(book)
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert "1 of 2 chapters to run" in mended.stdout, json.loads((book / "_build/executed/smoke/two.json").read_text())
    assert "of 2 claims 2 hold" in mended.stdout
    for place in ("press/book.css", "subjects/plane/figures.py"):
        (book / "lib/companion" / place).write_text("/* changed */" if place.endswith("css") else "# changed")
    assert "0 of 2 chapters to run" in build(book).stdout


def test_a_warning_fails_the_build(book):
    (book / "README.md").write_text("# A book\n\n{doc}`nowhere`\n")
    warned = build(book)
    assert warned.returncode == 1 and "nowhere" in warned.stderr


def test_a_profile_with_an_unknown_parameter_is_refused(book):
    (book / "profiles" / "smoke.yml").write_text("one:\n  valeu: 2\n")
    refused = build(book)
    assert refused.returncode != 0 and "no parameters ['valeu']" in refused.stderr


def test_a_profile_with_a_mapping_is_refused(book):
    (book / "profiles" / "smoke.yml").write_text("one:\n  value: {1: 2}\n")
    refused = build(book)
    assert refused.returncode != 0 and "['value'] of one must be numbers" in refused.stderr


def test_parameters_reach_the_chapter_and_change_its_claim(book):
    (book / "profiles" / "smoke.yml").write_text("one:\n  value: 9.0\n")
    surprised = build(book)
    assert surprised.returncode == 1 and "claim one of one: not met, on file as: holds" in surprised.stderr
    record = json.loads((book / "_build/claims/smoke/one.json").read_text())[0]
    assert record["predicted"] == 9.0 and record["verdict"] == "not met" and record["run"]["parameters"] == {"value": 9.0}


def test_one_chapter_runs_alone_and_nothing_is_rendered(book):
    write_chapter(book, "02_two")
    toc = book / "_toc.yml"
    toc.write_text(toc.read_text().replace("two", "02_two"))
    ran = companion(book, "chapter", "two")
    claims = book / "_build/claims/smoke/02_two.json"
    assert ran.returncode == 0 and "of 1 claims 1 hold, 0 are not met, 0 are undecided; " in ran.stdout, ran.stderr
    assert ran.stdout.rstrip().endswith(str(claims)) and json.loads(claims.read_text())[0]["verdict"] == "holds"
    assert {place.name for place in (book / "_build").iterdir()} == {"claims", "executed"}
    assert [place.name for place in claims.parent.iterdir()] == [claims.name]


def test_a_chapter_alone_says_what_is_not_as_it_was_expected(book):
    (book / "profiles" / "smoke.yml").write_text("one:\n  value: 9.0\n")
    surprised = companion(book, "chapter", "one")
    assert surprised.returncode == 1 and "claim one of one: not met, on file as: holds" in surprised.stderr
    write_chapter(book, "one", "\nraise RuntimeError('the well is dry')")
    broken = companion(book, "chapter", "one")
    assert broken.returncode == 1 and "chapter one failed" in broken.stderr and "the well is dry" in broken.stderr
    (book / "chapters" / "two.ipynb").rename(book / "chapters" / "one.ipynb")
    (book / "_build/claims/smoke/one.json").unlink()
    misnamed = companion(book, "chapter", "one")
    assert misnamed.returncode == 1 and "chapter one: has left no claims under its own name" in misnamed.stderr


def test_an_unknown_chapter_is_refused_in_one_line(book):
    refused = companion(book, "chapter", "three")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "chapter = 'three': must be one of one, two\n" and not (book / "_build").exists()


def test_a_page_without_html_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "HTML", tmp_path)
    monkeypatch.setattr(toc, "pages", lambda: ["README", "chapters/one"])
    (tmp_path / "README.html").write_text("<h1>A book</h1>")
    assert missing_pages() == ["chapters/one"]
