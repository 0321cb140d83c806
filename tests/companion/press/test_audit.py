"""The audit on tiny chapters: fresh seeds are counted, what is done is found again, what draws nothing runs once."""

import json
import os
import subprocess
import sys

import pytest
from companion import paths
from companion.ledger.audit import summary
from companion.press import audit, execute, profiles, toc
from companion.press.pages import status
from companion.press.runs import Run

CLAIM = {
    "rule": "r",
    "false_alarms": 0.001,
    "stderr": 0.1,
    "control": {"measured": 2.0, "power": 0.95},
    "expected": "holds",
    "verdict": "holds",
}
ORIGIN = {"commit": "c" * 40, "tree_changed": False, "processor": "p", "vectors": None, "threads": 2, "versions": {}}


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Two chapters, one that draws; a run of either writes one claim, and is counted."""
    ran = []
    chapters = [tmp_path / "drawn.ipynb", tmp_path / "fixed.ipynb"]

    def run_all(runs):
        for run in runs:
            ran.append((run.chapter.stem, run.root))
            drawn = run.chapter.stem == "drawn"
            where = {
                "id": run.chapter.stem,
                "chapter": run.chapter.stem,
                "run": {"seeds": {"a": run.root} if drawn else {}},
            }
            run.claims.mkdir(parents=True), run.executed.mkdir(parents=True)
            (run.claims / f"{run.chapter.stem}.json").write_text(json.dumps([CLAIM | where | {"measured": run.root}]))
            (run.executed / run.chapter.name).write_text("")
            told = {"seconds": 1.0, "error": None, "parameters": run.given, "inputs": {}}
            run.record_file.write_text(json.dumps(told))

    monkeypatch.setattr(Run, "claims", property(lambda run: tmp_path / "claims" / f"{run.chapter.stem}-{run.root}"))
    monkeypatch.setattr(Run, "executed", property(lambda run: tmp_path / "executed" / f"{run.chapter.stem}-{run.root}"))
    monkeypatch.setattr(toc, "chapters", lambda: chapters)
    monkeypatch.setattr(profiles, "load", lambda profile: {"drawn": {"n": 1}, "fixed": {}})
    monkeypatch.setattr(audit, "run_all", run_all)
    monkeypatch.setattr(audit, "RESULTS", tmp_path)
    return tmp_path, ran


def test_chapters_that_draw_run_at_every_root_and_others_once(book):
    folder, ran = book
    assert audit.perform("smoke", 3) == 0
    assert sorted(ran) == [("drawn", 1), ("drawn", 2), ("drawn", 3), ("fixed", 1)]
    record = json.loads((folder / "audit" / "smoke.json").read_text())
    assert [(c["id"], c["runs"], c["as_expected"]) for c in record["claims"]] == [("drawn", 3, 3)]
    assert record["seeds"] == 3 and "commit" in record["origin"]


def test_what_is_done_is_found_again(book):
    _, ran = book
    audit.perform("smoke", 2, ["drawn"])
    assert ran == [("drawn", 1), ("drawn", 2)]
    audit.perform("smoke", 3)
    assert ran[2:] == [("fixed", 1), ("drawn", 3)]


def test_a_run_that_failed_is_reported(book, monkeypatch, capsys):
    _, ran = book
    working = audit.run_all

    def failing(runs):
        working(runs)
        for run in runs:
            run.record_file.write_text(json.dumps(run.record() | {"error": "the well is dry"}))

    monkeypatch.setattr(audit, "run_all", failing)
    assert audit.perform("smoke", 1, ["drawn"]) == 1
    assert "drawn, root 1: failed" in capsys.readouterr().err


@pytest.mark.parametrize("seeds, chapters, told", [(0, (), "seeds = 0"), (2, ("nowhere",), "nowhere")])
def test_what_cannot_be_audited_is_refused(book, seeds, chapters, told):
    with pytest.raises(ValueError, match=told):
        audit.perform("smoke", seeds, chapters)


def test_a_run_of_the_audit_leaves_those_of_the_book_alone():
    chapter = toc.chapters()[0]
    book, fresh = Run(chapter, "smoke", {"n": 1}), Run(chapter, "smoke", {"n": 1}, 2)
    assert fresh.given == {"n": 1, "root": 2} and book.given == {"n": 1}
    assert {fresh.claims, fresh.executed}.isdisjoint({book.claims, book.executed})
    assert execute.run_record(chapter, "nowhere") is None


def test_the_status_page_shows_what_flipped():
    flipped = CLAIM | {"id": "a", "chapter": "one", "run": {"seeds": {"a": 1}}}
    runs = [[flipped | {"measured": k, "verdict": "holds" if k > 1 else "not met"}] for k in range(5)]
    page = status.fresh_seeds({"origin": ORIGIN, "seeds": 5, **summary({"one": runs})})
    assert "## Fresh seeds" in page and "| `a` | one | holds | 3 | 2 | 0 | yes |" in page
    assert "of 5 verdicts of 1 claims" in page.lower() and status.fresh_seeds(None) == ""


def test_the_command_says_what_it_takes():
    environment = os.environ | {"PYTHONPATH": str(paths.ROOT / "lib")}
    command = [sys.executable, "-m", "companion", "audit", "--seeds", "0", "--profile", "smoke"]
    refused = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert refused.returncode != 0 and "seeds = 0" in refused.stderr
