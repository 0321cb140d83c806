"""Each recipe of the page on the wrapper runs, trains, draws one Z a step, and is as short as it says."""

import importlib.util
import runpy

import pytest
import torch
from companion import paths
from heavysgd.deep import data
from torch import nn

FOLDER = paths.CHAPTERS / "recipes"
STEPS = {"half_batch": 120, "large_batch": 120, "accumulation": 120, "dropout_batchnorm": 120, "instead_of_clipping": 120}
FRAMEWORKS = {"with_lightning": "lightning", "with_accelerate": "accelerate", "with_transformers": "transformers"}


def test_every_recipe_is_short_and_tested_and_on_the_page():
    scripts = {script.stem: script for script in FOLDER.glob("*.py")}
    assert scripts.keys() == STEPS.keys() | FRAMEWORKS.keys()
    assert max(len(script.read_text().splitlines()) for script in scripts.values()) < 40
    page = (paths.CHAPTERS / "23_training_script.ipynb").read_text()
    assert all(f"{{literalinclude}} recipes/{name}.py" in page for name in scripts)


@pytest.mark.parametrize("name", STEPS | FRAMEWORKS)
def test_a_recipe_trains_with_one_z_a_step(name):
    if name in FRAMEWORKS and importlib.util.find_spec(FRAMEWORKS[name]) is None:
        pytest.skip(f"{FRAMEWORKS[name]} is not in the lock; the recipe is run where it is installed")
    found = runpy.run_path(str(FOLDER / f"{name}.py"))
    optimizer, losses = found["optimizer"], torch.stack([loss.float() for loss in found["losses"]])
    assert optimizer.draws == STEPS.get(name, 120)
    assert float(losses[-6:].mean()) < 0.6 * float(losses[:6].mean())  # plain losses, in which Z is not


def gradients(model, x, y, steps, mode):
    """Gradients of the noise of "our 2", g_SB - g_LB, over random mini-batches."""
    parameters, found = list(model.parameters()), []
    for step in range(steps):
        chosen = torch.randperm(len(y), generator=torch.Generator().manual_seed(step))[:50]
        model.train()
        small = nn.functional.cross_entropy(model(x[chosen]), y[chosen])
        model.train(mode == "train")
        large = nn.functional.cross_entropy(model(x), y)
        found.append(torch.cat([g.ravel() for g in torch.autograd.grad(small - large, parameters)]))
    return torch.stack(found)


def test_with_dropout_the_noise_has_mean_zero_if_the_large_batch_is_in_training_mode_too():
    """What the recipe says of `model.eval()`: it is another function, and its gradient not the mean."""
    torch.manual_seed(0)
    images = data.digits(300)
    model = nn.Sequential(nn.Flatten(), nn.Linear(64, 30), nn.ReLU(), nn.Dropout(0.5), nn.Linear(30, 10))
    biased = {}
    for mode in ("train", "eval"):
        noise = gradients(model, images.train, images.train_labels, 300, mode)
        mean, error = noise.mean(0), (noise.var(0).sum() / len(noise)).sqrt()
        biased[mode] = float(mean.norm() / error)  # 1 for mean zero, up to a few hundredths of it in so many coordinates
    assert 0.7 < biased["train"] < 1.3 and biased["eval"] > 1.6
