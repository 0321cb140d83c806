"""The mutation run: a seeded sample of every part of the code, faults that tests see killed, others kept and explained."""

import json
import sys
from collections import Counter

import pytest
from companion import paths

pytest.importorskip("cosmic_ray", reason="the mutation run needs the extra `mutants`")
sys.path.insert(0, str(paths.ROOT / "benchmarks"))
import mutants  # noqa: E402
import mutations  # noqa: E402
import trials  # noqa: E402

LAW = '''"""A law.  1 + 1"""

from functools import lru_cache

WIDTH = 3


@lru_cache(maxsize=64)
def twice(x: float | None, seed: int = 0) -> float:
    """Twice x, for 2 * 2."""
    if x < 0:
        raise ValueError(f"x = {x - 1}: must be >= 0")
    return 2 * x


def unseen(x):
    return x + 7
'''
TESTS = """
import pytest
from heavysgd.noise.law import twice

def test_twice():
    assert twice(3.0) == 6.0 and twice(0.0) == 0.0
    with pytest.raises(ValueError):
        twice(-1.0)
"""


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A library of one module, tested but for one line."""
    for file, text in {
        "lib/heavysgd/__init__.py": "",
        "lib/heavysgd/noise/__init__.py": "",
        "lib/heavysgd/noise/law.py": LAW,
        "tests/heavysgd/test_noise.py": TESTS,
    }.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    monkeypatch.setattr(mutations, "ROOMS", ("noise",))
    monkeypatch.setattr(mutants, "TESTS", {"noise": "noise"})
    for module in (mutants, trials):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(mutants, "STORE", tmp_path / "_build" / "mutants")
    monkeypatch.setattr(mutants, "RESULTS", tmp_path / "results")
    return tmp_path


def firsts(size, seed):
    return [next(piece) for piece in mutations.sample(paths.ROOT, size, seed)]


def test_only_what_a_call_computes_is_changed():
    lines = {line: {place[0][1] for place in places} for line, places in mutations.sites(LAW).items()}
    code = LAW.splitlines()
    assert {code[line - 1].strip() for line in lines} == {"if x < 0:", "return 2 * x", "return x + 7"}
    assert lines[code.index("    return 2 * x") + 1] == {11, 13}  # the number and the sign


def test_signs_in_the_text_of_code_are_changed_too():
    source = 'from heavysgd.compiling import function_from_source\n\n\ndef text(i):\n    return f"y{i} = x{i} + 1.5"\n'
    (place,) = mutations.sites(source)[5]
    (change,) = mutations.sites(source)[5][place]
    made = mutations.mutant("lib/heavysgd/noise/law.py", source, 5, *change)
    assert made.source == source.replace("+", "-") and made.within == "text"
    assert 5 not in mutations.sites(source.replace("function_from_source", "other"))


def test_a_sample_is_the_same_again_and_has_its_share_of_every_part():
    found = firsts(40, seed=1)
    assert found == firsts(40, seed=1) and found != firsts(40, seed=2)
    lines = [
        (file, line)
        for file in mutations.modules(paths.ROOT)
        for line in sorted(mutations.sites((paths.ROOT / file).read_text()))
    ]
    place = [lines.index((mutant.file, mutant.line)) for mutant in found]
    assert [40 * i // len(lines) for i in place] == list(range(40))  # one from each of 40 equal pieces
    assert set(map(mutants.room_of, (mutant.file for mutant in found))) == set(mutations.ROOMS)


def test_a_mutant_differs_from_its_file_in_one_place_and_keeps_its_name_where_lines_move():
    for mutant in firsts(25, seed=3):
        before, after = (paths.ROOT / mutant.file).read_text().splitlines(), mutant.source.splitlines()
        assert len(before) == len(after) and sum(a != b for a, b in zip(before, after)) == 1
    moved = "\n" + LAW
    (old,) = {mutations.mutant("f", LAW, 14, "core/ReplaceBinaryOperator_Mul_Add", 0, "twice").id}
    assert mutations.mutant("f", moved, 15, "core/ReplaceBinaryOperator_Mul_Add", 0, "twice").id == old


def test_every_module_has_tests_of_its_own():
    for room in mutations.ROOMS:
        assert all((paths.ROOT / file).exists() for file in mutants.tests_of(room))


def test_planted_faults_are_killed_and_what_no_test_sees_survives(checkout):
    runs, stillborn, _ = mutants.run_all(3, 0, 2)
    outcomes = {LAW.splitlines()[run["line"] - 1].strip(): run["outcome"] for run in runs}
    assert outcomes == {"if x < 0:": "killed", "return 2 * x": "killed", "return x + 7": "survived"}
    assert {run["by"] for run in runs} == {"tests/heavysgd/test_noise.py::test_twice", None} and stillborn == []
    assert (checkout / "lib/heavysgd/noise/law.py").read_text() == LAW


def test_a_run_that_is_repeated_finds_what_is_there(checkout, monkeypatch):
    runs, *_ = mutants.run_all(2, 0, 1)
    (stored,) = mutants.STORE.glob("*/runs.json")
    kept = json.loads(stored.read_text())
    lost = f"{runs[1]['id']} {runs[1]['line']}"
    stored.write_text(json.dumps({key: run for key, run in kept.items() if key != lost}))
    judged, judge = [], mutants.judged
    monkeypatch.setattr(
        mutants, "judged", lambda place, mutant, *how: judged.append(mutant.id) or judge(place, mutant, *how)
    )
    again, *_ = mutants.run_all(2, 0, 1)
    assert judged == [runs[1]["id"]] and [r["outcome"] for r in again] == [r["outcome"] for r in runs]
    (checkout / "tests/heavysgd/test_noise.py").write_text(TESTS + "\n\ndef test_more():\n    pass\n")
    mutants.run_all(2, 0, 1)
    assert len(judged) == 3  # other tests: all runs anew


def planted(checkout, source):
    """What comes of a module like that."""
    place = trials.Place(checkout / "_build" / "place")
    mutant = mutations.Mutant("lib/heavysgd/noise/law.py", 1, None, "by hand", "", source)
    return trials.judged(place, mutant, {"tests/heavysgd/test_noise.py": 20}, None)


def test_a_loop_without_end_is_stopped_and_a_crash_is_told_from_a_failure(checkout):
    assert planted(checkout, LAW.replace("return 2 * x", "while True: pass"))["outcome"] == "timeout"
    assert planted(checkout, LAW.replace("return 2 * x", "import os; os.abort()"))["outcome"] == "crash"


def test_a_module_that_cannot_be_imported_kills_nothing(checkout):
    assert planted(checkout, LAW.replace("WIDTH = 3", "WIDTH = 3 / 0"))["outcome"] == "stillborn"
    assert planted(checkout, LAW.replace("def twice", "def thrice"))["outcome"] == "killed"  # the tests fail to import it


def test_tests_that_fail_on_the_unchanged_copy_stop_the_run(checkout):
    (checkout / "tests/heavysgd/test_noise.py").write_text(TESTS.replace("6.0", "5.0"))
    with pytest.raises(SystemExit, match="test_noise.py does not pass on the unchanged copy"):
        mutants.run_all(3, 0, 1)


def test_explanations_are_kept_by_hand_and_found_by_name(checkout, monkeypatch, capsys):
    (survivor,) = (run for run in mutants.run_all(3, 0, 1)[0] if run["outcome"] == "survived")
    mutants.RESULTS.mkdir()
    (mutants.RESULTS / "explanations.json").write_text(json.dumps({survivor["id"]: "no test calls it"}))
    monkeypatch.setattr(
        sys, "argv", ["mutants.py", "--size", "3", "--seed", "0", "--target", str(checkout / "record.json")]
    )
    mutants.main()
    record = json.loads((checkout / "record.json").read_text())
    assert (record["killed"], record["of"]) == (2, 3) and record["outcomes"]["noise"] == Counter(killed=2, survived=1)
    assert [run["explained"] for run in record["mutants"] if "explained" in run] == ["no test calls it"]
    assert "no test calls it" in capsys.readouterr().out
