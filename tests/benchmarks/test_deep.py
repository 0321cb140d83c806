"""The recorded ablations: settings come from the validation record, SB early from the loss of Our 2 at its own seed."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from companion import paths

sys.path.insert(0, str(paths.ROOT / "benchmarks"))
import deep  # noqa: E402

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
    assert (papers.b, papers.noise.c, papers.star) == (5.0, 0.5, "same") and methods["SB"].b is None
    early = {seed: method.stop_at for _, method, seed in asked if method.name == "SB early"}
    assert early == {0: 0.5, 1: 0.6, 2: 0.7}


def test_settings_are_chosen_at_other_seeds_than_those_reported(asked):
    deep.study("digits-map", 2)
    assert {seed for _, _, seed in asked} == {100, 101} and "digits" not in {name for name, *_ in asked}
    b = {method.name: method.b for _, method, _ in asked}
    assert b["clip 20, c 0.5"] == pytest.approx(1.0) and b["clip 5, c 0.5"] == pytest.approx(0.25)


def test_the_full_study_has_the_papers_settings_and_schedule(asked):
    deep.study("fashion", 3)
    methods = {method.name: method for _, method, _ in asked}
    assert [methods[name].b for name in ("SB + Clip", "Our 1", "Our 2", "SB", "SB + Noise")] == [5.0, 5.0, 5.0, None, None]
    assert (methods["Our 1"].noise.alpha, methods["Our 1"].noise.c) == (1.4, 0.5)
    task = deep.TASKS["fashion"]()
    assert (task.iterations, task.quiet, task.lr, task.batch) == (10_000, 5000, 0.05, 100)


def test_vgg_has_the_papers_settings_and_a_large_batch_of_ten_small_ones(asked, monkeypatch):
    monkeypatch.setattr(deep, "read", lambda name, official: deep.data.digits())
    for name in ("cifar10", "svhn"):
        asked.clear()
        deep.study(name, 1)
        methods, task = {method.name: method for _, method, _ in asked}, deep.TASKS[name]()
        assert (methods["Our 2"].b, methods["Our 2"].noise.c, methods["SB + Clip"].b) == (pytest.approx(20.0), 0.5, 20.0)
        assert (task.net, task.iterations, task.quiet, task.large) == (deep.nets.vgg11, 30_000, 5000, 1000)


def test_images_come_from_the_file_that_is_named_or_from_the_official_ones(monkeypatch):
    monkeypatch.setattr(deep.data, "from_npz", lambda path: f"from {path}")
    monkeypatch.delenv("SVHN_IMAGES", raising=False)
    monkeypatch.setenv("CIFAR10_IMAGES", "some.npz")
    assert deep.read("cifar10", lambda: "official") == "from some.npz"
    assert deep.read("svhn", lambda: "official") == "official"


def test_a_file_of_images_of_ones_own_is_not_taken_for_fashion_mnist(monkeypatch):
    """The subset that was once read so held training images as test images."""
    monkeypatch.setenv("FASHION_IMAGES", "subset.npz")
    assert deep.images_file("fashion") is None


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
    task = deep.TASKS["fashion"]()
    assert task.data.train.shape == (1200, 1, 28, 28) and task.data.test.shape == (10_000, 1, 28, 28)
    assert task.data.test_labels[:10].tolist() == [9, 2, 1, 1, 6, 1, 4, 6, 5, 7]  # as published
    assert abs(task.data.train.mean()) < 1e-4 and abs(task.data.train.std() - 1) < 1e-4
    assert torch.equal(torch.bincount(task.data.test_labels), torch.full((10,), 1000))


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
