"""Renders the executed chapters with Jupyter Book: execution off, warnings as errors, every page accounted for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Container
from pathlib import Path

import nbformat as nbf

from companion import paths
from companion.press import preview, toc, wide
from companion.press.explorer import page as explorer
from companion.press.folding import fold
from companion.press.pages import crosswalk, front, scorecard, status
from companion.press.reference import library
from companion.press.reference import page as reference
from companion.press.reference.linking import link, link_cells
from companion.press.words import terms

SOURCE = paths.BUILD / "source"
_INCLUDED = {  # by the pages of these names, where the book has them
    "scorecard": scorecard.markdown,
    "crosswalk": crosswalk.markdown,
    "status": status.markdown,
    "explorer": explorer.markdown,
}
_STATIC = ("book.css", "favicon.svg", "folding.js", "scorecard.js", "words/search.js", "words/terms.js")


def render(profile: str) -> list[str]:
    """Builds `_build/html` from the chapters executed under `profile`; returns what went wrong, nothing if all is well."""
    stage(profile)
    shutil.rmtree(paths.HTML, ignore_errors=True)
    jupyter_book = str(Path(sys.executable).with_name("jupyter-book"))
    command = [jupyter_book, "build", str(SOURCE), "--path-output", str(paths.ROOT)]
    log = paths.BUILD / "render.log"
    with log.open("w") as sink:
        code = subprocess.call([*command, "--all", "-W", "--keep-going", "-q"], stdout=sink, stderr=subprocess.STDOUT)
    problems = [] if code == 0 else [f"jupyter-book ended with {code}:", *warnings_in(log)]
    problems += [f"no HTML for {page}" for page in missing_pages()]
    undefined = terms.write_definitions(
        paths.HTML / "chapters" / "notation.html", paths.HTML / "_static" / "definitions.js"
    )
    return problems + [f"no definition of {name} to show" for name in undefined]


def stage(profile: str) -> None:
    """Lays out the book's source in the build: the checkout's pages, executed notebooks, generated tables."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    (SOURCE / "_static").mkdir(parents=True)
    for name in ("_config.yml", "_toc.yml", "references.bib"):
        shutil.copy(paths.ROOT / name, SOURCE / name)
    for name in _STATIC:
        shutil.copy(Path(__file__).parent / name, SOURCE / "_static")
    for name, text in scorecard.downloads(profile).items():
        (SOURCE / "_static" / name).write_text(text)
    shutil.copytree(paths.CHAPTERS, SOURCE / "chapters", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    known = library.listed()
    _stage_chapters(profile, known)
    _stage_generated(profile, known)


def _stage_chapters(profile: str, known: Container[str]) -> None:
    """Executed notebooks, code folded, names of the library and words of the glossary linked, with a picture first."""
    glossary = terms.of_the_book()
    for chapter in toc.chapters():
        executed = paths.executed(profile) / chapter.name
        if executed.exists():
            notebook = terms.index(fold(nbf.read(executed, 4)), chapter.stem, glossary)
            notebook = terms.link(link_cells(notebook, known), chapter.stem, glossary)
            picture = f"first/{chapter.stem}.svg"
            notebook = preview.put_first(notebook, SOURCE / "chapters" / picture, picture)
            nbf.write(wide.mark(notebook), SOURCE / "chapters" / chapter.name)


def _stage_generated(profile: str, known: Container[str]) -> None:
    """The front page, the library's pages, and what pages of the checkout include."""
    (SOURCE / "_generated").mkdir()
    (SOURCE / "README.md").write_text(link(front.markdown(profile, SOURCE / "_generated"), known))
    (SOURCE / library.FOLDER).mkdir()
    for page in library.PAGES if known else ():
        (SOURCE / library.FOLDER / f"{page}.md").write_text(reference.markdown(page))
    for name, markdown in _INCLUDED.items():
        if f"chapters/{name}" in toc.pages():
            (SOURCE / "_generated" / f"{name}.md").write_text(markdown(profile))


def missing_pages() -> list[str]:
    """Pages of the table of contents without HTML."""
    return [page for page in toc.pages() if not (paths.HTML / f"{page}.html").exists()]


def warnings_in(log: Path) -> list[str]:
    """The lines of a Sphinx log that say what is wrong."""
    lines = log.read_text(errors="replace").splitlines()
    telling = [line for line in lines if "WARNING" in line or "ERROR" in line or "Error" in line]
    return telling[:40] or lines[-20:]
