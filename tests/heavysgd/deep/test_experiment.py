"""The ablation: methods differ in what their names say, runs resume, results are found again."""

import json
import pickle
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import pytest
import torch
from heavysgd.deep import ParetoFactor, data, nets, training
from heavysgd.deep import experiment as lab
from scipy import stats


@pytest.fixture(scope="module")
def task():
    images = data.corrupted(data.digits(), 300, 60, seed=0)
    return lab.Task("digits", nets.small_net, images, iterations=24, quiet=6, batch=20)


METHODS = {method.name: method for method in lab.six_methods(b=0.003)}


def weights(model):
    return torch.cat([p.detach().ravel() for p in model.parameters()])


def trained(task, method, seed=1, steps=24):
    trainer = training.Trainer(task, method, seed)
    trainer.advance(steps)
    return weights(trainer.model)


def test_the_networks_have_the_sizes_that_their_descriptions_say():
    sizes = {nets.small_net: (20_062, (1, 8, 8)), nets.lenet: (61_706, (1, 28, 28)), nets.vgg11: (9_750_922, (3, 32, 32))}
    for make, (size, shape) in sizes.items():
        net = make()
        assert sum(p.numel() for p in net.parameters()) == size and net(torch.zeros(2, *shape)).shape == (2, 10)


def test_a_narrower_vgg_takes_the_same_images():
    narrow = nets.vgg11(width=1 / 8)
    assert narrow(torch.zeros(2, 3, 32, 32)).shape == (2, 10)
    assert sum(p.numel() for p in narrow.parameters()) == 153_530
    for width in (0.0, 1.5, float("nan")):
        with pytest.raises(ValueError, match="width = "):
            nets.vgg11(width=width)


def test_the_convolutions_of_vgg_begin_as_in_the_papers_scripts():
    torch.manual_seed(0)
    for layer in nets.vgg11():
        if isinstance(layer, torch.nn.Conv2d):
            spread = (2 / (9 * layer.out_channels)) ** 0.5
            assert abs(float(layer.weight.detach().std()) / spread - 1) < 4 / (2 * layer.weight.numel()) ** 0.5
            assert not layer.bias.any()


def test_settings_tell_a_methods_own_schedule_and_nothing_of_one_that_has_none(task):
    own = lab.described(task, lab.unclipped(steps=7), 1, 14)["settings"]
    assert (own["lr"], own["iterations"], own["quiet"], own["weight_bound"]) == (0.005, 7, 7, 1.0)
    assert own["phases"] == [[7, "method"], [7, "SB"]]
    plain = lab.described(task, METHODS["SB"], 1, 30)["settings"]
    assert (plain["lr"], plain["iterations"], plain["quiet"]) == (0.05, 24, 6) and not {"phases", "weight_bound"} & {*plain}


def test_methods_share_their_start_and_their_batches(task):
    starts = [weights(training.Trainer(task, method, 1).model) for method in METHODS.values()]
    assert all(torch.equal(start, starts[0]) for start in starts)
    trainers = [training.Trainer(task, method, 1) for method in METHODS.values()]
    small = [[trainer._small(stream)[0] for stream in (0, 1)] for trainer in trainers]
    assert all(torch.equal(ours, first) for both in small for ours, first in zip(both, small[0]))
    assert not torch.equal(*small[0])


def test_methods_differ_in_what_their_names_say(task):
    sb = trained(task, METHODS["SB"])
    assert torch.equal(trained(task, lab.matched(METHODS["SB + Clip"], "SB", b=1e9)), sb)
    assert torch.equal(trained(task, lab.matched(METHODS["Our 2"], "free", b=None)), trained(task, METHODS["SB + Noise"]))
    tiny = ParetoFactor(1.4, 1e-12)
    assert torch.allclose(trained(task, lab.matched(METHODS["Our 2"], "weak", noise=tiny, b=None)), sb, atol=1e-5)
    assert len({tuple(trained(task, method)[:5].tolist()) for method in METHODS.values()}) == 6


def test_a_step_of_the_large_batch_is_gradient_descent(task):
    trainer = training.Trainer(task, METHODS["LB"], 1)
    before = weights(trainer.model)
    loss = torch.nn.functional.cross_entropy(trainer.model(task.data.train), task.data.train_labels)
    slope = torch.cat([g.ravel() for g in torch.autograd.grad(loss, list(trainer.model.parameters()))])
    trainer.advance(1)
    assert torch.allclose(weights(trainer.model), before - task.lr * slope, atol=1e-6)


@pytest.mark.parametrize("name", ["Our 2", "SB + Clip"])
def test_a_quiet_step_is_descent_on_the_large_batch_however_small_the_threshold(task, name):
    early = replace(task, iterations=1)
    trainer = training.Trainer(early, lab.matched(METHODS[name], name, b=1e-6), 1)
    start = weights(trainer.model)
    trainer.advance(1)
    before, parameters = weights(trainer.model), list(trainer.model.parameters())
    assert float((before - start).norm()) == pytest.approx(1e-6, rel=0.1)  # the noisy step was cut
    slope = torch.cat([g.ravel() for g in torch.autograd.grad(trainer.loss(*trainer._large()), parameters)])
    trainer.advance(1)
    assert torch.allclose(weights(trainer.model), before - task.lr * slope, atol=1e-6)
    assert float((task.lr * slope).norm()) > 1e-3
    assert trainer.optimizer.draws == (name == "Our 2")  # no Z is drawn in a quiet step


def test_sam_descends_the_gradient_of_the_point_uphill(task):
    trainer, rho = training.Trainer(task, lab.Method("SAM", rho=0.3), 1), 0.3
    parameters, batch = list(trainer.model.parameters()), trainer._small(0)
    before = weights(trainer.model)

    def slope_at(point):
        torch.nn.utils.vector_to_parameters(point, parameters)
        return torch.cat([g.ravel() for g in torch.autograd.grad(trainer.loss(*batch), parameters)])

    here = slope_at(before)
    expected = before - task.lr * slope_at(before + rho * here / here.norm())
    torch.nn.utils.vector_to_parameters(before, parameters)
    trainer.advance(1)
    assert torch.allclose(weights(trainer.model), expected, atol=1e-6)
    assert not torch.allclose(expected, before - task.lr * here, atol=1e-6)


def test_label_noise_draws_its_share_anew_in_every_step_and_only_in_mini_batches(task):
    trainer = training.Trainer(task, lab.Method("noisy", label_noise=0.5), 1)
    full, changed = torch.arange(len(task.data.train_labels)), []
    for trainer.done in range(40):
        changed.append(float((trainer._labels(full) != task.data.train_labels).float().mean()))
    share, spread = 0.5 * 9 / 10, (0.45 * 0.55 / (40 * len(full))) ** 0.5  # a drawn label is the old one in a tenth
    assert abs(sum(changed) / 40 - share) < 4 * spread and len(set(changed)) > 5
    assert abs(sum(changed) / 40 - 0.5) > 4 * spread
    assert torch.equal(trainer._large()[1], task.data.train_labels)
    many = training.Trainer(replace(task, large=200), lab.Method("noisy", label_noise=0.5), 1)
    chosen = many._chosen(3, 200)
    assert torch.equal(many._large()[1], task.data.train_labels[chosen])


def test_labels_that_noise_draws_are_even_over_all_classes(task):
    trainer = training.Trainer(task, lab.Method("all drawn", label_noise=1.0), 1)
    full, drawn = torch.arange(len(task.data.train_labels)), []
    for trainer.done in range(30):
        drawn += trainer._labels(full).tolist()
    counts = torch.bincount(torch.tensor(drawn), minlength=10).numpy()
    assert len(counts) == 10 and stats.chisquare(counts).pvalue > 1e-3
    assert stats.chisquare([*counts[:-1], 0]).pvalue < 1e-3


def test_a_large_batch_of_many_images_is_one_draw_a_step_for_all_that_ask(task):
    many = replace(task, large=200)
    whole, drawn = (trained(t, METHODS["Our 2"], steps=1) for t in (task, many))
    assert not torch.equal(whole, drawn) and torch.allclose(whole, drawn, atol=0.05)
    trainer = training.Trainer(many, METHODS["LB"], 1)
    (images, _), (again, _) = trainer._large(), trainer._large()
    assert len(images) == 200 and torch.equal(images, again)
    before, parameters = weights(trainer.model), list(trainer.model.parameters())
    slope = torch.cat([g.ravel() for g in torch.autograd.grad(trainer.loss(*trainer._large()), parameters)])
    trainer.advance(1)
    assert torch.allclose(weights(trainer.model), before - task.lr * slope, atol=1e-6)
    assert not torch.equal(trainer._large()[0], images)
    found = lab.run(many, METHODS["Our 2"], 1, draws=2)
    assert found["settings"]["large"] == 200 and found["settings"]["gradients_per_step"] == 11
    assert "large" not in lab.run(task, METHODS["SB"], 1, draws=2)["settings"]


def test_outputs_of_many_images_are_those_of_all_at_once(task, monkeypatch):
    model = training.Trainer(task, METHODS["SB"], 1).model
    whole = training.outputs(model, task.data.train)
    monkeypatch.setattr(training, "AT_ONCE", 70)
    assert torch.allclose(training.outputs(model, task.data.train), whole, atol=1e-6) and whole.shape == (300, 10)


def test_the_cost_of_a_step_counts_images():
    six = [method.gradients_per_step(batch=100, size=1200) for method in lab.six_methods(b=1.0)]
    assert six == [12, 1, 1, 13, 14, 13] and lab.Method("SAM", rho=0.1).gradients_per_step(100, 1200) == 2


@pytest.mark.parametrize("name", ["SB", "Our 1", "Our 2"])
def test_a_run_that_was_stopped_ends_as_one_that_was_not(task, name, tmp_path, monkeypatch):
    whole = lab.run(task, METHODS[name], 1, tmp_path / "whole", every=7, draws=3)
    saves = []

    def dying(state, path):
        if len(saves) == 2:
            raise KeyboardInterrupt
        saves.append(path)
        torch_save(state, path)

    torch_save = torch.save
    monkeypatch.setattr(torch, "save", dying)
    with pytest.raises(KeyboardInterrupt):
        lab.run(task, METHODS[name], 1, tmp_path / "cut", every=7, draws=3)
    monkeypatch.setattr(torch, "save", torch_save)
    assert list((tmp_path / "cut").glob("*.pt")) and not list((tmp_path / "cut").glob("*.json"))
    assert lab.run(task, METHODS[name], 1, tmp_path / "cut", every=7, draws=3) == whole
    assert not list((tmp_path / "cut").glob("*.pt"))


def test_a_checkpoint_that_would_run_code_is_refused(task, tmp_path):
    class Command:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").mkdir, ())

    name = experiment_name(task, METHODS["SB"], 1, tmp_path)
    torch.save(Command(), tmp_path / f"{name}.pt")
    with pytest.raises(pickle.UnpicklingError, match="weights_only"):
        lab.run(task, METHODS["SB"], 1, tmp_path)
    assert not (tmp_path / "ran").exists()
    torch.load(tmp_path / f"{name}.pt", weights_only=False)
    assert (tmp_path / "ran").exists()  # what it would have done


def experiment_name(task, method, seed, folder):
    """The name under which a run is stored."""
    lab.run(task, method, seed, folder / "elsewhere", draws=2)
    return next((folder / "elsewhere").glob("*.json")).stem


def test_results_are_found_again_and_settings_are_not_confused(task, tmp_path, monkeypatch):
    first = lab.ablation(task, [METHODS["SB"]], [1, 2], tmp_path, progress=False)
    assert len(list(tmp_path.glob("*.json"))) == 2 and {r["seed"] for r in first} == {1, 2}
    with ProcessPoolExecutor(1, get_context("spawn"), torch.set_num_threads, (1,)) as pool:
        elsewhere = lab.ablation(task, [METHODS["SB"]], [1, 2], tmp_path / "b", progress=False, executor=pool)
    assert [(r["seed"], r["iterations"]) for r in elsewhere] == [(1, 30), (2, 30)]
    monkeypatch.setattr(training.Trainer, "advance", lambda *_: pytest.fail("ran again"))
    assert lab.ablation(task, [METHODS["SB"]], [1, 2], tmp_path, progress=False) == first
    with pytest.raises(pytest.fail.Exception):
        lab.run(task, lab.matched(METHODS["SB"], "SB", weight_decay=0.1), 1, tmp_path)
    stored = json.loads(next(tmp_path.glob("*.json")).read_text())
    wrong = int(task.data.wrong.sum())
    assert stored["settings"]["iterations"] == 24
    assert stored["images"] == {"batch": 20, "train": 300, "test": 597, "wrong": wrong}


def test_a_result_on_other_test_images_is_not_found_again(task, tmp_path, monkeypatch):
    lab.run(task, METHODS["SB"], 1, tmp_path, draws=2)
    monkeypatch.setattr(training.Trainer, "advance", lambda *_: pytest.fail("ran again"))
    lab.run(task, METHODS["SB"], 1, tmp_path, draws=2)
    images = task.data
    for other in (
        {"test": images.test.flip(0)}, {"test_labels": images.test_labels.flip(0)}, {"train": images.train.flip(0)},
        {"train_labels": images.train_labels.flip(0)}, {"wrong": ~images.wrong},
    ):  # fmt: skip
        with pytest.raises(pytest.fail.Exception):
            lab.run(replace(task, data=images._replace(**other)), METHODS["SB"], 1, tmp_path, draws=2)


def test_early_stopping_and_lost_runs_end(task):
    slow = lab.Task("digits", nets.small_net, task.data, iterations=400, quiet=0, batch=20)
    early = lab.Method("SB early", stop_at=2.2)
    found = lab.run(slow, early, 1, draws=3)
    assert found["iterations"] < 400 and found["iterations"] % training.LOOK_EVERY == 0 and found["train_loss"] <= 2.2
    wild = lab.Task("digits", nets.small_net, task.data, lr=1e6, iterations=400, quiet=0, batch=20)
    for large in (None, 200):
        lost = lab.run(replace(wild, large=large), METHODS["SB"], 1, draws=3)
        assert lost["iterations"] < 400 and not lost["finite"] and lost["train_loss"] is None


def test_all_measures_are_taken_where_they_exist(task):
    trainer = training.Trainer(task, METHODS["SB"], 1)
    trainer.advance(24)
    found = lab.sharpness_measures(trainer.model, task.data)
    assert all(found[name] > 0 for name in ("maximal_sharpness", "pac_bayes_sharpness", "top_eigenvalue", "trace"))
    with torch.no_grad():
        for p in trainer.model.parameters():
            p.zero_()  # all units dead: only the last layer's biases matter
    dead = lab.sharpness_measures(trainer.model, task.data)
    assert dead["top_eigenvalue"] < 1 and set(dead) >= {"pac_bayes_sharpness"}


def test_measurements_count_the_wrong_labels_that_were_learnt(task):
    class Parrot(torch.nn.Module):
        """Knows the labels by heart, wrong ones included, and takes every test image for a zero."""

        def __init__(self, data):
            super().__init__()
            self.data, self.scale = data, torch.nn.Parameter(torch.ones(()))

        def forward(self, images):
            known = len(images) == len(self.data.train_labels)
            labels = self.data.train_labels if known else torch.zeros(len(images), dtype=torch.int64)
            return 20 * self.scale * torch.nn.functional.one_hot(labels, 10).float()

    found = lab.measure(Parrot(task.data), task.data, draws=3)
    assert found["train_accuracy"] == found["memorised"] == 1.0
    assert found["test_accuracy"] == pytest.approx(float((task.data.test_labels == 0).float().mean()))


@pytest.mark.parametrize("answer", [0, 9])
def test_a_network_that_always_answers_the_same_is_right_where_that_is_the_label(task, answer):
    class Same(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(()))

        def forward(self, images):
            return self.scale * torch.nn.functional.one_hot(torch.full((len(images),), answer), 10).float()

    found, labels, wrong = lab.measure(Same(), task.data, draws=2), task.data.train_labels, task.data.wrong
    assert found["train_accuracy"] == pytest.approx(float((labels == answer).float().mean()))
    assert found["memorised"] == pytest.approx(float((labels[wrong] == answer).float().mean()))
