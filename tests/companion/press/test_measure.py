"""A long profile on two tiny chapters: recorded one by one, taken up where it was left, failures and surprises told."""

import json

import pytest
from companion.press import measure, profiles, toc
from companion.press.pages import status
from companion.press.runs import Run

CLAIM = {"id": "a", "expected": "holds", "verdict": "holds"}


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Chapters that leave what `made` says: an error, or verdicts."""
    made = {"01_first": ["holds", "not met"], "02_second": ValueError("no such file")}
    ran = []

    def run_all(runs):
        for run in runs:
            ran.append(run.chapter.stem)
            verdicts = made[run.chapter.stem]
            run.executed.mkdir(parents=True, exist_ok=True), run.claims.mkdir(parents=True, exist_ok=True)
            error = f"Traceback\n  line\nValueError: {verdicts}" if isinstance(verdicts, ValueError) else None
            found = [CLAIM | {"id": f"c{k}", "verdict": verdict} for k, verdict in enumerate([] if error else verdicts)]
            (run.claims / f"{run.chapter.stem}.json").write_text(json.dumps(found))
            run.record_file.write_text(json.dumps({"seconds": 90.0, "peak_mib": 200.4, "error": error}))

    chapters = {stem: tmp_path / f"{stem}.ipynb" for stem in made}
    monkeypatch.setattr(Run, "claims", property(lambda run: tmp_path / "claims"))
    monkeypatch.setattr(Run, "executed", property(lambda run: tmp_path / "executed"))
    monkeypatch.setattr(toc, "chapters", lambda: list(chapters.values()))
    monkeypatch.setattr(toc, "chapter", chapters.__getitem__)
    monkeypatch.setattr(profiles, "load", lambda profile: dict.fromkeys(made, {}))
    monkeypatch.setattr(measure, "run_all", run_all)
    monkeypatch.setattr(measure, "RESULTS", tmp_path)
    return made, ran, tmp_path / "profiles" / "paper.json"


def test_what_is_on_record_is_not_run_again_unless_it_is_named(book):
    made, ran, file = book
    assert measure.perform("paper", ["01_first"]) == 0 and ran == ["01_first"]
    assert measure.perform("paper") == 1 and ran == ["01_first", "02_second"]
    made["02_second"] = ["undecided"]
    assert measure.perform("paper", ["02_second"]) == 0
    assert measure.perform("paper") == 0 and len(ran) == 3
    assert list(json.loads(file.read_text())["chapters"]) == ["01_first", "02_second"]


def test_two_that_measure_at_a_time_keep_each_others_chapters(book, monkeypatch):
    _, _, file = book
    run_all = measure.run_all

    def with_another(runs):
        run_all(runs)
        if [run.chapter.stem for run in runs] == ["01_first"]:
            measure.perform("paper", ["02_second"])

    monkeypatch.setattr(measure, "run_all", with_another)
    measure.perform("paper", ["01_first"])
    assert list(json.loads(file.read_text())["chapters"]) == ["01_first", "02_second"]


def test_time_memory_verdicts_and_surprises_are_kept(book):
    _, _, file = book
    measure.perform("paper")
    first, second = json.loads(file.read_text())["chapters"].values()
    assert (first["seconds"], first["peak_mib"], first["error"]) == (90.0, 200, None)
    assert first["verdicts"] == {"holds": 1, "not met": 1, "undecided": 0}
    assert first["unlike"] == [{"id": "c1", "verdict": "not met", "expected": "holds"}]
    assert second["error"] == "ValueError: no such file" and sum(second["verdicts"].values()) == 0
    assert "commit" in first["origin"] and "day" in first["origin"]
    assert measure.in_words(first) == "90 s, 200 MiB; 1 holds, 1 not met; 1 unlike the file"


def test_the_status_page_tells_of_each_chapter_and_of_those_that_were_not_run(book):
    _, _, file = book
    measure.perform("paper", ["01_first"])
    shown = status.of_profile(json.loads(file.read_text()))
    assert "| {doc}`/chapters/01_first` | 1.5 | 200 | 1 | 1 | 0 | `c1` (not met) |" in shown
    assert "Not run: {doc}`/chapters/02_second`." in shown
    measure.perform("paper", ["02_second"])
    shown = status.of_profile(json.loads(file.read_text()))
    assert "| failed | – | – | none |" in shown and "Not run" not in shown
    assert status.of_profile(None) == ""
