"""The recorded ablations: settings come from the validation record, SB early from the loss of Our 2 at its own seed."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from companion import paths

sys.path.insert(0, str(paths.ROOT / "benchmarks"))
import deep  # noqa: E402
import fashion  # noqa: E402
import rows  # noqa: E402
import vgg  # noqa: E402
import vgg_small  # noqa: E402

OFFICIAL = Path(os.environ.get("HEAVYSGD_DATA") or paths.ROOT.parent / "shared" / "data" / "fashion-mnist")

TRIED = [
    {"method": name, "seed": seed, "test_accuracy": accuracy, "settings": {"lr": 0.05, "b": b, "noise": {"c": c}}}
    for name, accuracies, b, c in (
        ("clip 5, c 1", (0.9, 0.93), 0.25, 1.0),
        ("clip 10, c 2", (0.98, 0.9), 0.5, 2.0),
        ("clip 40, c 4", (0.99, 0.1), 2.0, 4.0),
        ("stopped 0.5", (1.0, 1.0), None, None),
    )
    for seed, accuracy in enumerate(accuracies)
]  # fmt: skip


@pytest.fixture
def asked(monkeypatch):
    """The cases that a study asks for, without running one."""
    cases = []

    def pretended(wanted, *_):
        cases.extend(wanted)
        return [
            {"method": method.name, "seed": seed, "train_loss": 0.5 + seed / 10, "test_accuracy": 0.5}
            | {"settings": vars(method) | {"lr": 0.05, "noise": {"c": 2.0}}}
            for _, method, seed in wanted
        ]

    monkeypatch.setattr(deep, "run_all", pretended)
    monkeypatch.setattr(deep, "recorded", lambda name: TRIED)
    monkeypatch.setattr(deep, "fashion", lambda: deep.data.digits())  # its images play no part here
    return cases


def test_the_highest_mean_on_validation_images_is_chosen():
    assert deep.chosen(TRIED, "clip")["b"] == 0.5 and deep.chosen(TRIED, "stopped")["b"] is None


def test_the_short_study_carries_the_chosen_setting_over_and_adds_the_papers(asked):
    found = deep.study("fashion-short", 3)
    methods = {method.name: method for _, method, seed in asked if seed == 0}
    assert {name for name, *_ in asked} == {"fashion-short"} and len(found) == len(asked) == 3 * 8
    assert (methods["Our 2"].b, methods["Our 2"].noise.c) == (0.5, 2.0) and methods["SB + Clip"].b == 0.5
    papers = methods["Our 2, paper's c and b"]
    assert (papers.b, papers.noise.c, papers.star) == (0.25, 0.5, "same") and methods["SB"].b is None
    early = {seed: method.stop_at for _, method, seed in asked if method.name == "SB early"}
    assert early == {0: 0.5, 1: 0.6, 2: 0.7}


def test_settings_are_chosen_at_other_seeds_than_those_reported(asked):
    deep.study("digits-map", 2)
    assert {seed for _, _, seed in asked} == {100, 101} and "digits" not in {name for name, *_ in asked}
    b = {method.name: method.b for _, method, _ in asked}
    assert b["clip 20, c 0.5"] == pytest.approx(1.0) and b["clip 5, c 0.5"] == pytest.approx(0.25)


def test_fashions_row_has_the_papers_settings_and_schedule():
    whole = deep.data.digits()
    runs = {run.method.name: run for run in rows.prepared(fashion.ROW, whole, ["plain:1", "ours:1"], [], 1.0)}
    assert {name: run.method.b for name, run in runs.items()} == {
        "SB": None, "LB": None, "SB + Clip": 0.25, "Our 1": 0.25, "Our 2": 0.25
    }  # fmt: skip
    assert (runs["Our 1"].method.noise.alpha, runs["Our 1"].method.noise.c) == (1.4, 0.5)
    assert all((run.task.lr, run.task.batch, run.task.net) == (0.05, 100, deep.nets.lenet_small) for run in runs.values())
    schedule = {name: (run.task.iterations, run.task.quiet) for name, run in runs.items()}
    assert schedule["Our 1"] == schedule["Our 2"] == (10_000, 5000) and schedule["LB"] == schedule["SB"] == (10_000, 0)


def test_what_is_on_record_is_what_is_declared():
    """The record's runs are found again by their settings, so that no method is trained twice under one name."""
    record = rows.recorded(rows.ROOT / "results" / "deep" / "fashion.json")["runs"]
    images = deep.data.corrupted(deep.data.digits(), 1200, 200)
    declared = rows.prepared(fashion.ROW, images, ["plain", "ours"], [], 1.0)
    settings = lambda found: {rows.json.dumps([r["settings"], r["seed"]], sort_keys=True) for r in found}  # noqa: E731
    described = [rows.lab.described(run.task, run.method, run.seed, 0) for run in declared]
    assert settings(described) <= settings(record) and len(described) == 25


def test_light_controls_have_the_mean_of_the_heavy_factor():
    (light, *_), (gauss, *_) = fashion.groups([])["light"]
    draws = np.array([[law.noise.draw(1, k) for k in range(20_000)] for law in (light, gauss)])
    assert np.all(np.abs(draws.mean(1) - 0.5 / 0.4) < 5 * draws.std(1) / 20_000**0.5)


def test_sb_is_given_time_to_come_to_the_loss_of_our_2_at_its_own_seed():
    found = [{"method": "Our 2", "seed": 3, "train_loss": 0.1}, {"method": "SB", "seed": 3, "train_loss": 0.2}]
    (only,) = fashion.groups(found)["equal"]
    assert (only.method.stop_at, only.method.noise, only.seed, only.steps) == (0.1, None, 3, 50_000)


def test_a_record_keeps_its_runs_and_says_where_the_others_come_from(tmp_path):
    run = lambda seed: {"settings": {"b": 1}, "seed": seed, "images": {}}  # noqa: E731
    target = tmp_path / "fashion.json"
    assert rows.add(target, [run(0), run(1)], {"commit": "a"}) == 2
    assert rows.add(target, [run(1), run(2)], {"commit": "b"}) == 3
    record = rows.recorded(target)
    assert [r["seed"] for r in record["runs"]] == [0, 1, 2] and record["origin"] == {"commit": "a"}
    assert record["origins"] == [{"commit": "a", "runs": 2}, {"commit": "b", "runs": 1}]
    assert rows.add(target, [run(3), run(4)], {"commit": "b"}) == 5
    assert rows.recorded(target)["origins"] == [{"commit": "a", "runs": 2}, {"commit": "b", "runs": 3}]


SMALL = rows.Row("fashion", deep.nets.small_net, lambda: deep.data.digits(100), fashion.groups)


def small(tmp_path, *arguments, row=SMALL):
    """A trial of the row on a hundred digits: what its store holds after it."""
    store, target = tmp_path / "runs.jsonl", tmp_path / "record.json"
    rows.main(row, [*arguments, "--scale", "0.0005", "--store", str(store), "--target", str(target)])
    assert [rows.key(run) for run in rows.recorded(target)["runs"]] == [rows.key(run) for run in rows.stored(store)]
    return rows.stored(store)


def test_what_is_stored_is_not_trained_again_and_what_time_cuts_goes_on(tmp_path, monkeypatch):
    found = small(tmp_path, "plain:1")
    assert sorted(run["method"] for run in found) == ["LB", "SB", "SB + Clip"] and all(
        run["iterations"] == 5 for run in found
    )
    assert small(tmp_path, "plain:1", "unclipped:1")[:3] == found
    noisy = rows.stored(tmp_path / "runs.jsonl")[3]
    assert noisy["iterations"] == 50 and noisy["settings"]["phases"] == [[25, "method"], [25, "SB"]]
    assert {run["group"] for run in found} == {"plain"} and noisy["group"] == "unclipped"
    assert len(small(tmp_path, "ours:1", "--seconds", "0")) == 4 and len(list(tmp_path.glob("*.pt"))) == 2
    assert len(small(tmp_path, "ours:1")) == 6 and not list(tmp_path.glob("*.pt"))


def test_a_record_names_the_file_of_its_images_where_they_are_not_the_official_ones(tmp_path):
    own, other = tmp_path / "own", tmp_path / "other"
    small(own, "plain:1"), small(other, "plain:1", row=replace(SMALL, file="/some/jpeg.npz"))
    named = [rows.recorded(place / "record.json")["origin"].get("images") for place in (own, other)]
    assert named == [None, "jpeg.npz"]


def test_vgg_has_the_papers_settings_and_a_large_batch_of_ten_small_ones(monkeypatch):
    for name in ("cifar10", "svhn"):
        row = vgg.row(name)
        task = row.task(deep.data.digits(), vgg.STEPS, vgg.QUIET)
        methods = {entry.method.name: entry for group in row.groups([]).values() for entry in group}
        ours, clip = methods["Our 2"].method, methods["SB + Clip"].method
        assert (ours.b, ours.noise.c, ours.noise.alpha, clip.b) == (pytest.approx(1.0), 0.5, 1.4, 1.0)
        assert (methods["Our 2"].steps, methods["Our 2"].quiet, methods["SB"].quiet) == (30_000, 5000, 0)
        assert (task.net, task.lr, task.batch, task.large) == (deep.nets.vgg11, 0.05, 100, 1000)


def test_the_small_vgg_has_an_eighth_of_the_width_and_a_tenth_of_the_images(monkeypatch):
    whole = deep.data.digits()
    monkeypatch.setattr(vgg_small, "SIZE", 60)
    monkeypatch.setattr(vgg_small.vgg, "images", lambda name: whole if name == "cifar10" else None)
    row = vgg_small.row()
    images = row.images()
    assert len(images.train) == 60 and images.test is whole.test and not images.wrong.any()
    assert sum(p.numel() for p in row.net().parameters()) == 153_530
    assert (row.name, row.lr, row.large) == ("cifar10-small", vgg.LR, vgg.LARGE)
    entries = [entry for group in row.groups([]).values() for entry in group]
    assert {entry.quiet for entry in entries if entry.method.star} == {500} and {entry.steps for entry in entries} == {3000}
    monkeypatch.setenv("CIFAR10_IMAGES", "some-jpeg.npz")
    assert vgg_small.row().name == "cifar10-small-jpeg"


def test_images_come_from_the_file_that_is_named_or_from_the_official_ones(monkeypatch):
    whole = deep.data.digits()
    monkeypatch.setattr(
        vgg.data, "from_npz", lambda path, scale: whole if (path, scale) == ("some.npz", (0, 255)) else None
    )
    monkeypatch.setattr(vgg, "SUBSET", 50)
    monkeypatch.setitem(vgg.OFFICIAL, "svhn", lambda scale: whole)
    monkeypatch.delenv("SVHN_IMAGES", raising=False)
    monkeypatch.setenv("CIFAR10_IMAGES", "some.npz")
    assert vgg.images("cifar10") is whole
    found = vgg.images("svhn")
    assert len(found.train) == 50 and torch.equal(found.train_labels, whole.train_labels[:50]) and not found.wrong.any()


def test_a_file_of_images_of_ones_own_is_not_taken_for_fashion_mnist(monkeypatch):
    """The subset that was once read so held training images as test images."""
    whole = small_fashion()[-1]
    monkeypatch.setenv("FASHION_IMAGES", "subset.npz")
    monkeypatch.setattr(fashion.data, "fashion_mnist", lambda scale: whole)
    assert torch.equal(fashion.images().test, whole.test)


def small_fashion():
    """Images in the place of the official ones: 1 300 and 40 of 5 x 5 pixels."""
    rng = np.random.default_rng(0)
    pixels, test = (rng.integers(0, 256, (n, 5, 5), dtype=np.uint8) for n in (1300, 40))
    return pixels, test, deep.data.images(pixels, np.arange(1300) % 10, test, np.arange(40) % 10)


def test_fashion_mnist_trains_on_the_first_images_and_tests_on_all_test_images(monkeypatch):
    pixels, test, whole = small_fashion()
    monkeypatch.setattr(deep.data, "fashion_mnist", lambda: whole)
    found = deep.fashion()
    mean, spread = pixels[:1200].mean(), pixels[:1200].std(ddof=1)
    assert np.allclose(found.train[:, 0], (pixels[:1200] - mean) / spread, atol=1e-5)
    assert found.test.shape == (40, 1, 5, 5) and np.allclose(found.test[:, 0], (test - mean) / spread, atol=1e-5)
    assert found.test_labels.tolist() == [k % 10 for k in range(40)]
    wrong = found.train_labels.numpy() != np.arange(1200) % 10
    assert np.array_equal(found.wrong.numpy(), wrong) and abs(wrong.sum() - 180) < 4 * np.sqrt(200 * 0.9 * 0.1)


@pytest.mark.skipif(
    not all((OFFICIAL / file.name).exists() for file in deep.data.FILES["fashion_mnist"].values()),
    reason="the official files of Fashion-MNIST are neither in HEAVYSGD_DATA nor beside this checkout",
)
def test_the_task_reads_the_official_files(monkeypatch):
    monkeypatch.setenv("HEAVYSGD_DATA", str(OFFICIAL))
    found = fashion.images()
    assert found.train.shape == (1200, 1, 28, 28) and found.test.shape == (10_000, 1, 28, 28)
    assert found.test_labels[:10].tolist() == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]  # as published
    assert found.train.min() == -1 and found.train.max() == 1 and not found.wrong[:1000].any()
    assert torch.equal(torch.bincount(found.test_labels), torch.full((10,), 1000))


def test_a_withdrawn_study_is_not_built_upon(monkeypatch, tmp_path):
    monkeypatch.setattr(deep, "RESULTS", tmp_path)
    monkeypatch.setattr(deep, "ROOT", tmp_path)
    (tmp_path / "digits-map.json").write_text('{"withdrawn": "the images were others", "runs": []}')
    with pytest.raises(SystemExit, match="withdrawn .the images were others.; run `make deep TASK=digits-map` anew"):
        deep.recorded("digits-map")


def test_a_study_that_must_come_first_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(deep, "RESULTS", tmp_path)
    monkeypatch.setattr(deep, "ROOT", tmp_path)
    with pytest.raises(SystemExit, match="digits-map.json is missing; run `make deep TASK=digits-map` first"):
        deep.recorded("digits-map")
