"""The paper's figures beside ours: orderings by paired intervals, partial records without a crash; how often b acts."""

import math
import re

import numpy as np
import pytest
import torch
from companion.ledger import recorded, records
from companion.ledger.claims import Ledger
from companion.ledger.rules import AtMost
from companion.subjects.networks import ablation, orderings, tables, truncation
from companion.subjects.networks import paper_table as paper
from heavysgd.deep import ParetoFactor, TruncatedHeavyTailed, data, nets


def runs(**methods):
    """Accuracy and sharpness by seed; a record with the settings that tables read."""
    settings = {"iterations": 20, "quiet": 5, "lr": 0.05, "b": 0.5, "noise": {"alpha": 1.4, "c": 2.0}}
    return [
        {"method": method, "seed": seed, "test_accuracy": accuracy, "sharpness": sharpness, "settings": settings}
        for method, values in methods.items() for seed, (accuracy, sharpness) in enumerate(values)
    ]  # fmt: skip


def lines(table):
    """Rows by the text of their first cell."""
    cells = [line.strip("| ").split(" | ") for line in table.data.splitlines() if line.startswith("|")]
    return {row[0]: row[1:] for row in cells}


SB = [(0.70, 0.1), (0.72, 0.2), (0.71, 0.1)]
FULL = runs(**{
    "LB": [(0.71, 0.11), (0.71, 0.18), (0.72, 0.11)],
    "SB": SB,
    "SB + Clip": SB,
    "SB + Noise": [(0.1, None), (0.1, 0.0), (0.1, 1e-4)],
    "Our 1": [(0.75, 0.011), (0.77, 0.021), (0.765, 0.01)],
    "Our 2": [(0.65, 0.9), (0.67, 2.1), (0.66, 1.0)],
})  # fmt: skip


def test_sides_are_told_by_paired_intervals():
    accuracy = lines(tables.paper_table("fashion", "test_accuracy", {"runs": FULL}))
    assert accuracy["LB"][-1] == "undecided here, below there" and accuracy["SB"][-1] == "–"
    assert accuracy["SB + Noise"][-1] == "below, as there" and accuracy["Our 1"][-1] == "above, as there"
    assert accuracy["Our 2"][-1] == "below here, above there"
    sharpness = lines(tables.paper_table("fashion", "sharpness", {"runs": FULL}))
    assert sharpness["Our 1"][-1] == "below, as there" and sharpness["Our 2"][-1] == "above here, below there"
    assert sharpness["SB + Noise"][2:] == ["lost", "–", "–"]
    assert float(sharpness["SB"][2]) == pytest.approx(0.126, abs=5e-4)  # the geometric mean of 0.1, 0.2, 0.1
    assert "2 as there, 1 the other way, 2 undecided" in tables.paper_table("fashion", "test_accuracy", {"runs": FULL}).data


@pytest.mark.parametrize("kept", [0, 1, 2, 7, 12])
def test_a_record_that_is_not_whole_yet_is_shown_as_far_as_it_goes(kept):
    by_seed = sorted(FULL, key=lambda r: r["seed"])[:kept]
    found = lines(tables.paper_table("fashion", "test_accuracy", {"runs": by_seed}, also=("Our 2, paper's c and b",)))
    assert [row[1] for row in list(found.values())[2:]] == [
        str(sum(r["method"] == m for r in by_seed)) for m in (*paper.METHODS, "none")
    ]
    whole = {m for m in paper.METHODS if sum(r["method"] == m for r in by_seed) > 1}
    assert {m for m in paper.METHODS if found[m][2] != "not yet"} == whole
    pairs = [("Our 1", "SB"), ("Our 1", "SB early")]
    compared = lines(tables.ordering_table(by_seed, pairs, ("test_accuracy", "sharpness")))
    assert compared["Our 1 against SB early"] == ["not yet", "not yet"]
    assert (compared["Our 1 against SB"] == ["not yet", "not yet"]) == ("Our 1" not in whole)
    assert ablation.present(by_seed, ["Our 1", "SB early"]) == (["Our 1"] if kept > 4 else [])


def test_no_record_is_not_yet():
    assert "nothing to compare yet" in tables.paper_table("svhn", "sharpness", None).data
    shown = tables.reported_tables({"fashion": {"runs": FULL}, "svhn": None, "cifar10": None}).data
    assert shown.count("not yet") == 4 and shown.count("18 runs") == 2


def test_rules_without_runs_are_not_yet_decided_and_no_claims(tmp_path):
    two = [r for r in FULL if r["method"] in ("SB", "Our 1", "SB + Clip")]  # LB is a control that is missing
    for runs_there, decided in (([], set()), (two, {"flatter.our1"})):
        rows = lines(tables.rules_table(runs_there, orderings.FULL, "fashion"))
        met = {o.id for o in orderings.FULL if "not yet" not in rows[o.statement]}
        assert met == decided and len(rows) == 2 + len(orderings.FULL)
        ledger = Ledger("test", tmp_path)
        orderings.check(ledger, "table", runs_there, orderings.FULL, "fashion")
        assert {r["id"] for r in ledger.records} == {f"table.{id}" for id in decided}
        linked = tables.rules_table(runs_there, orderings.FULL, "fashion", ledger.unshown()).data
        assert all(linked.count(f'id="claim-table.{o.id}"') == (o.id in decided) for o in orderings.FULL)
        with pytest.raises(ValueError, match="accuracy.our2"):
            orderings.check(ledger, "more", runs_there, orderings.FULL, "fashion", unmet=("accuracy.our2",))
    assert rows["Our 2 beside SB, test accuracy"][1:] == ["+0.009", "not yet", "–", "not yet", "LB: not yet"]


@pytest.mark.parametrize("rules", [orderings.FULL, orderings.EXPLANATIONS], ids=["full", "why"])
def test_each_rule_is_linked_to_its_own_claim_also_where_one_is_called_like_the_end_of_another(rules, tmp_path):
    ledger, found = Ledger("test", tmp_path), recorded.runs("deep/fashion")
    orderings.check(ledger, "table.why", found, rules, "fashion")
    rows = list(lines(tables.rules_table(found, rules, "fashion", ledger.unshown())))[2:]
    shown = [re.search('id="claim-table.why.([^"]+)"', statement) for statement in rows]
    assert [o.id if o.decidable(found) else None for o in rules] == [link and link.group(1) for link in shown]
    assert len(ledger.records) >= 4


def test_only_what_was_recorded_is_shown_as_measured():
    shown = tables.measured_tables({"fashion": {"runs": FULL}, "svhn": None, "cifar10": None}).data
    assert shown.count("beside SB") == 2 and shown.count("LeNet") == 2 and "VGG11" not in shown
    assert tables.measured_tables({"fashion": None, "svhn": None}).data == "Nothing is recorded yet."


def test_a_record_of_two_machines_tells_of_both():
    origin = {"processor": "one", "threads": 1, "versions": {}, "commit": "c" * 40, "tree_changed": False}
    other = origin | {"device": "a GPU", "runs": 7, "images": "some.npz"}
    whole = {"runs": FULL, "origin": origin, "origins": [origin | {"runs": 11}, other]}
    first, second = tables.where_from(whole).data.split("\n\n")
    assert first.startswith("11 runs. Recorded on one, 1 threads")
    assert second.startswith("7 runs. Recorded on a GPU") and second.endswith("Images from `some.npz`.")
    assert tables.where_from({"runs": FULL, "origin": origin}).data.startswith("18 runs. Recorded on one")


def test_a_method_is_put_beside_the_one_that_its_rule_names():
    found = orderings.Ordering("x", "Our 1", "test_accuracy", AtMost(0.95), 0.0, "LB", base="SB + Noise")
    assert found.statement == "Our 1 beside SB + Noise, test accuracy"
    assert found.measured(FULL).value == pytest.approx(np.mean([0.75, 0.77, 0.765]) - 0.1)
    assert found.measured(FULL, "LB").value == pytest.approx(np.mean([0.71, 0.71, 0.72]) - 0.1)
    assert found.decidable(FULL) and not found.decidable([r for r in FULL if r["method"] != "SB + Noise"])


def test_a_run_costs_its_steps():
    steps = {"SB": [1.0, 2.0, 9.0], "LB": [3.0, 3.0, 3.0], "Our 2": [4.0, 5.0, 7.0]}
    task = {"iterations": 1000, "quiet": 100, "large": 1200, "seconds_per_step": steps}
    origin = {"processor": "one", "threads": 1, "versions": {}, "commit": "c" * 40, "tree_changed": False}
    rows = lines(tables.cost_table({"tasks": {"fashion": task, "svhn": task | {"iterations": 100_000}}, "origin": origin}))
    assert rows[paper.TASKS["fashion"]] == ["1\u202f200", "2", "5", "3", "88 minutes"]
    assert rows[paper.TASKS["svhn"]][-1] == "5.8 days"


def test_reported_gaps_are_those_of_the_transcribed_figures():
    assert paper.reported_gap("fashion", "sharpness", "Our 2") == pytest.approx(math.log10(0.25))
    assert paper.reported_gap("cifar10", "test_accuracy", "SB + Noise") == pytest.approx(-0.3392)


def test_settings_come_from_the_record():
    rows = lines(tables.settings_table(FULL, ("Our 2",)))
    assert rows["steps"][1] == "20" and rows["$c$ of $Z$"] == ["0.5", "2"]
    assert rows[r"$b/\eta$ on the gradient"] == ["5", "10"]


@pytest.fixture(scope="module")
def watched():
    images = data.corrupted(data.digits(), 200, 40, seed=0)
    torch.manual_seed(0)
    model, factor = nets.small_net(), ParetoFactor(1.4, 2.0)
    optimizer = TruncatedHeavyTailed(torch.optim.SGD(model.parameters(), lr=0.05), 0.05 * 2, factor, seed=4)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # small tensors: two threads wait for each other, for minutes where the machine is busy
    yield truncation.watched(model, optimizer, images, 300, seed=4, batch=20), factor
    torch.set_num_threads(threads)


def test_a_step_is_cut_where_its_z_says_so_and_the_chance_is_that_of_z(watched):
    steps, factor = watched
    z = np.array([factor.draw(4, n) for n in range(300)])
    norms = np.sqrt(np.maximum(steps.small + 2 * z * steps.both + z**2 * steps.noise, 0))
    clear = abs(norms / 2 - 1) > 1e-3
    assert np.array_equal(steps.cut[clear], norms[clear] > 2) and 20 < steps.cut.sum() < 280
    draws = factor.c * (np.random.default_rng(0).random(20_000) ** (-1 / factor.alpha) - 1)
    for n in (0, 100, 299):
        share = (steps.small[n] + 2 * draws * steps.both[n] + draws**2 * steps.noise[n] > 4).mean()
        assert abs(truncation.chances(steps, 2, factor)[n] - share) < 4 * 0.5 / np.sqrt(20_000)


def test_chances_count_right_and_those_of_another_tail_do_not(watched):
    steps, factor = watched
    right, wrong = (truncation.chances(steps, 2, ParetoFactor(alpha, 2.0)) for alpha in (1.4, 50.0))
    found = truncation.share_cut(steps, right)
    assert abs(found.value - right.mean()) < 4 * found.stderr < abs(found.value - wrong.mean())


def test_a_gradient_past_the_threshold_is_cut_but_where_noise_turns_it_back():
    along = truncation.Watched(*(np.array([v]) for v in (9.0, -3.0, 1.0)), np.array([True]))  # g = 3, n = -1
    expected = 1 - ((1 + 2 / 0.5) ** -1.4 - (1 + 4 / 0.5) ** -1.4)  # not cut at 1: for Z between 2 and 4
    assert truncation.chances(along, 1.0, ParetoFactor(1.4, 0.5))[0] == pytest.approx(expected)
    across = truncation.Watched(*(np.array([v]) for v in (9.0, 0.0, 1.0)), np.array([True]))
    assert truncation.chances(across, 1.0, ParetoFactor(1.4, 0.5))[0] == 1


def test_orderings_are_decided_by_their_rules_and_the_control_by_the_same():
    rows = lines(tables.rules_table(FULL, orderings.FULL, "fashion"))
    verdicts = {name: tuple(row[-2:]) for name, row in rows.items()}
    assert verdicts["Our 1 beside SB, expected sharpness, in decades"] == ("✓ holds", "SB + Clip: fails")
    assert verdicts["Our 2 beside SB, expected sharpness, in decades"] == ("✗ not met", "SB + Clip: fails")
    assert verdicts["LB beside SB, expected sharpness, in decades"] == ("✗ not met", "SB + Clip: fails")
    assert verdicts["Our 2 beside SB, test accuracy"] == ("✗ not met", "LB: fails")
    assert verdicts["SB + Clip beside SB, test accuracy"] == ("✓ holds", "Our 2: fails")
    assert rows["Our 1 beside SB, test accuracy"][1] == "+0.003"  # 69.47 against 69.20 points


def test_orderings_that_the_page_names_as_unmet_are_claims_on_file_as_such(tmp_path):
    ledger = Ledger("test", tmp_path)
    orderings.check(ledger, "table", FULL, orderings.PAPERS, "fashion", unmet=("flatter.our2", "accuracy.our1"))
    assert {r["id"]: (r["verdict"], r["expected"]) for r in ledger.records} == {
        "table.flatter.our1": ("holds", "holds"),
        "table.flatter.our2": ("not met", "not met"),
        "table.accuracy.our1": ("holds", "not met"),
        "table.accuracy.our2": ("not met", "holds"),
        "table.noise-alone": ("holds", "holds"),
    }
    assert [r["id"] for r in records.unexpected(ledger.records)] == ["table.accuracy.our1", "table.accuracy.our2"]


def test_what_is_named_as_unmet_must_be_there(tmp_path):
    with pytest.raises(ValueError, match="flatter.our3"):
        orderings.check(Ledger("test", tmp_path), "table", FULL, orderings.PAPERS, "fashion", unmet=("flatter.our3",))


def test_truncation_that_changes_the_accuracy_is_not_without_effect():
    clip = next(o for o in orderings.FULL if o.id == "clip-alone")
    for points, met in ((0.0, True), (0.01, True), (0.03, False), (-0.03, False)):
        moved = [(accuracy + points, sharpness) for accuracy, sharpness in SB]
        assert clip.holds(runs(**{"SB": SB, "SB + Clip": moved})) is met
