"""The front page: outcomes follow from verdicts and stances, and picture and table come from the build."""

import json

import nbformat as nbf
import pytest
from companion import paths
from companion.ledger.records import HOLDS, NOT_MET, UNDECIDED
from companion.press import book as claimed
from companion.press import toc
from companion.press.pages import crosswalk, front, results


def claim(stance, verdict=HOLDS):
    return {"stance": stance, "verdict": verdict}


@pytest.mark.parametrize(
    "claims, outcome",
    [
        ([], results.UNRUN),
        ([claim("supports"), claim("beyond"), claim("engine")], results.HELD),
        ([claim("supports"), claim("beyond", NOT_MET)], results.HELD),
        ([claim("supports"), claim("limits")], results.LIMITED),
        ([claim("supports"), claim("limits", NOT_MET)], results.HELD),
        ([claim("supports"), claim("contradicts")], results.LIMITED),
        ([claim("supports"), claim("supports", NOT_MET)], results.LIMITED),
        ([claim("supports"), claim("supports", UNDECIDED)], results.LIMITED),
        ([claim("supports", NOT_MET), claim("beyond")], results.NOT),
        ([claim("contradicts"), claim("limits")], results.NOT),
    ],
)
def test_an_outcome_is_that_of_the_claims(claims, outcome):
    assert results.outcome(claims) == outcome


def test_results_name_items_of_the_crosswalk_and_chapters():
    items, stems = {entry["item"] for entry in crosswalk.entries()}, {chapter.stem for chapter in toc.chapters()}
    for entry in results.entries():
        assert entry["items"] and set(entry["items"]) <= items and entry["chapter"] in stems


@pytest.fixture
def book(tmp_path, monkeypatch):
    """A book of one chapter that draws the picture of the front page."""
    (tmp_path / "chapters").mkdir()
    marks = [front.PICTURE, front.COUNTS, f"{results.BEGIN}\noutdated\n{results.END}"]
    (tmp_path / "README.md").write_text("\n\n".join(["# T", *marks, "end\n"]))
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: README\nchapters:\n- file: chapters/01_one\n")
    (tmp_path / "chapters" / "01_one.ipynb").write_text(nbf.writes(nbf.v4.new_notebook()))
    (tmp_path / "chapters" / "crosswalk.yml").write_text("- item: A\n  chapter: 01_one\n  claims: [a, b]\n")
    (tmp_path / "chapters" / "results.yml").write_text("- of: A, p. 1\n  sentence: S\n  chapter: 01_one\n  items: [A]\n")
    for name, place in {"ROOT": tmp_path, "CHAPTERS": tmp_path / "chapters", "BUILD": tmp_path / "_build"}.items():
        monkeypatch.setattr(paths, name, place)
    for name, place in {"ROOT": tmp_path, "CHAPTERS": tmp_path / "chapters"}.items():
        monkeypatch.setattr(toc, name, place)
    folder = paths.claims("smoke")
    folder.mkdir(parents=True)
    (folder / "01_one.json").write_text(json.dumps([claim("supports") | {"id": "a"}, claim("limits") | {"id": "b"}]))
    return tmp_path


def test_the_page_has_the_counts_and_the_table_of_its_build(book):
    page = front.markdown("smoke", book)
    assert "of 2 claims 2 hold" in page and "outdated" not in page and front.PICTURE not in page
    assert "| A, p. 1 | [S](chapters/01_one.ipynb) | **held within limits**, 2 of 2 claims |" in page
    assert page.startswith("# T") and page.endswith("end\n") and not (book / "front.svg").exists()


def test_claims_of_a_chapter_that_is_no_more_do_not_count(book):
    (paths.claims("smoke") / "00_its_old_name.json").write_text(json.dumps([claim("supports", NOT_MET) | {"id": "a"}]))
    (paths.claims("smoke") / "02_dropped.json").write_text(json.dumps([claim("supports", NOT_MET) | {"id": "c"}]))
    assert [record["id"] for record in claimed.claims("smoke")] == ["a", "b"]
    page = front.markdown("smoke", book)
    assert "of 2 claims 2 hold, 0 are not met" in page and "**held within limits**, 2 of 2 claims" in page


def test_a_chapter_that_has_not_run_has_no_claims(book):
    (paths.claims("smoke") / "01_one.json").unlink()
    assert claimed.claims("smoke") == [] and "| **not run** |" in front.markdown("smoke", book)


@pytest.mark.parametrize("name", ["01_one", "one"])
def test_a_chapter_is_found_with_and_without_its_number(book, name):
    assert toc.chapter(name) == book / "chapters" / "01_one.ipynb"


@pytest.mark.parametrize("name", ["", "1_one", "01", "README", "01_one.ipynb", "two"])
def test_a_chapter_that_there_is_not_is_refused_by_the_names_of_those_that_there_are(book, name):
    with pytest.raises(ValueError, match=f"^chapter = '{name}': must be one of 01_one$"):
        toc.chapter(name)


def test_the_picture_is_the_output_of_the_cell_that_says_so(book):
    told = {"tags": ["front-page"], "mystnb": {"image": {"alt": "steps"}, "figure": {"caption": "Stairs."}}}
    drawn = nbf.v4.new_output("display_data", {"image/svg+xml": "<svg>1</svg>"})
    cells = [nbf.v4.new_code_cell("other()"), nbf.v4.new_code_cell("picture()", metadata=told, outputs=[drawn])]
    paths.executed("smoke").mkdir(parents=True)
    nbf.write(nbf.v4.new_notebook(cells=cells), paths.executed("smoke") / "01_one.ipynb")
    page = front.markdown("smoke", book)
    assert (book / "front.svg").read_text() == "<svg>1</svg>"
    assert f"```{{figure}} {book.name}/front.svg\n:alt: steps\n\nStairs.\n```" in page
