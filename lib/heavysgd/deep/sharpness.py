"""How sharp the minimum is that a network has found: four measures, each with its convention spelt out.

All take the loss as a function without arguments that reads the parameters as they are (the training loss, over all data
and without dropout), and the parameters; all put the parameters back bit for bit, whatever happens.

**Frozen parameters**, those that do not require a gradient, are no directions: every measure holds them fixed, as training
did. Where all are frozen there is nothing to measure, and every measure raises `ValueError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import torch

from heavysgd import checks

Loss = Callable[[], torch.Tensor]


class Sharpness(NamedTuple):
    """A measure and its standard error over the random directions (0 where none are drawn)."""

    value: float
    stderr: float


def loss_on(
    model: torch.nn.Module,
    inputs: torch.Tensor,
    targets: torch.Tensor,
    function: Callable = torch.nn.functional.cross_entropy,
) -> Loss:
    """The mean loss of a model on data, as the function without arguments that the measures take."""
    return lambda: function(model(inputs), targets)


@torch.no_grad()
def expected_sharpness(
    loss: Loss, parameters: Iterable[torch.Tensor], delta: float = 0.01, draws: int = 100, seed: int = 0
) -> Sharpness:
    """E | L(theta + v) - L(theta) |,  v ~ N(0, delta^2 I): the paper's measure (page 22; delta = 0.01).

    At a minimum with Hessian A it is about delta^2 tr(A) / 2. Raises `ValueError` for delta <= 0 or draws < 2.
    """
    delta, draws = checks.positive("delta", delta), checks.count("draws", draws, least=2)
    parameters = _free(parameters)
    here, found = float(loss()), []
    with _unmoved(parameters) as start:
        for direction in _directions(parameters, draws, seed):
            _move(parameters, start, direction, delta)
            found.append(abs(float(loss()) - here))
    return _mean(found)


def maximal_sharpness(
    loss: Loss, parameters: Iterable[torch.Tensor], epsilon: float = 5e-4, steps: int = 20, seed: int = 0
) -> Sharpness:
    """100 (max L(theta + v) - L(theta)) / (1 + L(theta)) over the box |v_i| <= epsilon (|theta_i| + 1).

    The maximum is sought by `steps` signed gradient ascents of a quarter of the box each, projected on it, from a random
    point in it: a lower bound of the maximum. Source: Keskar and others 2017 (recalled), who used L-BFGS-B; epsilon = 5e-4
    is theirs. Raises `ValueError` for epsilon <= 0 or steps < 1.
    """
    epsilon, steps = checks.positive("epsilon", epsilon), checks.count("steps", steps)
    parameters = _free(parameters)
    here = float(loss().detach())
    best = here
    with _unmoved(parameters) as start:
        reach = [epsilon * (old.abs() + 1) for old in start]
        with torch.no_grad():
            generator = torch.Generator().manual_seed(seed)
            for p, old, far in zip(parameters, start, reach):
                share = torch.rand(p.shape, generator=generator).to(p.device, p.dtype)
                p.copy_(old + (2 * share - 1) * far)
        for _ in range(steps):
            value = loss()
            best = max(best, float(value.detach()))
            slopes = torch.autograd.grad(value, parameters, materialize_grads=True)  # 0 of what plays no part
            with torch.no_grad():
                for p, old, far, slope in zip(parameters, start, reach, slopes):
                    p.copy_(torch.minimum(torch.maximum(p + far / 4 * slope.sign(), old - far), old + far))
        best = max(best, float(loss().detach()))
    return Sharpness(100 * (best - here) / (1 + here), 0.0)


@torch.no_grad()
def pac_bayes_sharpness(
    loss: Loss, parameters: Iterable[torch.Tensor], rise: float = 0.1, draws: int = 30, seed: int = 0
) -> Sharpness:
    """1 / sigma^2, sigma the scale of noise at which the mean loss rises by `rise`: E L(theta + sigma u) - L(theta) = rise.

    u ~ N(0, I), the same draws for every sigma; sigma is found by bisection on a logarithmic scale in (1e-6, 10), to 1 %.
    The error is that of sigma from the spread of the rise over the draws. Source: the PAC-Bayes measure of Jiang and
    others 2020 (recalled), with the rise of the loss in place of that of the error. Raises `ValueError` for rise <= 0 or
    draws < 2, and where the loss does not rise so far within the range.
    """
    rise, draws = checks.positive("rise", rise), checks.count("draws", draws, least=2)
    parameters = _free(parameters)
    here = float(loss())

    def rises(sigma: float) -> Sharpness:
        found = []
        with _unmoved(parameters) as start:
            for direction in _directions(parameters, draws, seed):
                _move(parameters, start, direction, sigma)
                found.append(float(loss()) - here)
        return _mean(found)

    low, high = 1e-6, 10.0
    if rises(high).value < rise:
        raise ValueError(f"rise = {rise:g}: the loss rises less than that even at sigma = {high:g}; ask for less")
    while high / low > 1.01:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if rises(middle).value > rise else (middle, high)
    sigma = (low * high) ** 0.5
    at, above = rises(sigma), rises(1.1 * sigma)
    slope = (above.value - at.value) / (0.1 * sigma)
    error = at.stderr / slope if slope > 0 else float("inf")
    return Sharpness(sigma**-2, 2 * sigma**-3 * error)


class Spectrum(NamedTuple):
    """The largest eigenvalues of the Hessian, descending, and its trace with a standard error."""

    top: list[float]
    trace: float
    trace_stderr: float


def hessian_spectrum(
    model: torch.nn.Module,
    loss_function: torch.nn.Module,
    batches: Sequence[tuple[torch.Tensor, torch.Tensor]],
    top: int = 3,
    probes: int = 30,
    seed: int = 0,
) -> Spectrum:
    """Largest eigenvalues and trace of the Hessian of the mean loss over `batches`, from products with vectors only.

    `loss_function` is a loss module of PyTorch, such as `CrossEntropyLoss()`. Eigenvalues by Lanczos (SciPy), the trace as
    the mean of v' H v over `probes` sign vectors (Hutchinson), whose spread gives its error. The products are curvlinops'.
    The model must be in double precision for eigenvalues far below the largest. Raises `ValueError` for top < 1 or
    probes < 2, where the eigenvalues do not converge, and for an `Embedding(sparse=True)`, whose Hessian PyTorch lacks.
    """
    import numpy as np
    from curvlinops import HessianLinearOperator
    from scipy.sparse.linalg import ArpackError, eigsh

    top, probes = checks.count("top", top), checks.count("probes", probes, least=2)
    parameters = _free(model.parameters())
    hessian = HessianLinearOperator(model, loss_function, parameters, list(batches), check_deterministic=False).to_scipy()
    rng = np.random.default_rng(seed)
    try:
        values = eigsh(hessian, k=top, which="LA", return_eigenvectors=False, v0=rng.standard_normal(hessian.shape[0]))
    except ArpackError as error:
        raise ValueError(f"the eigenvalues do not converge ({error}); is the Hessian finite and not zero?") from error
    except NotImplementedError as error:
        reason = str(error).splitlines()[0]
        raise ValueError(f"model: has a layer without second derivatives ({reason}); make its gradients dense") from error
    signs = rng.choice([-1.0, 1.0], (probes, hessian.shape[0])).astype(hessian.dtype)
    trace = _mean([float(v @ (hessian @ v)) for v in signs])
    return Spectrum(sorted(map(float, values), reverse=True), trace.value, trace.stderr)


def _free(parameters: Iterable[torch.Tensor]) -> list[torch.Tensor]:
    """Those that are not frozen."""
    free = [p for p in parameters if p.requires_grad]
    if not free:
        raise ValueError("parameters: all are frozen, or there are none; call requires_grad_() on those that may move")
    return free


@contextmanager
def _unmoved(parameters: Sequence[torch.Tensor]):
    """Gives copies of the parameters, and puts them back at the end."""
    start = [p.detach().clone() for p in parameters]
    try:
        yield start
    finally:
        with torch.no_grad():
            for p, old in zip(parameters, start):
                p.copy_(old)


def _directions(parameters: Sequence[torch.Tensor], draws: int, seed: int):
    """Standard normal directions, the same on every device; each a list like the parameters."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(draws):
        yield [torch.randn(p.shape, generator=generator).to(p.device, p.dtype) for p in parameters]


def _move(parameters, start, direction, size: float) -> None:
    for p, old, v in zip(parameters, start, direction):
        p.copy_(old + size * v)


def _mean(found: list[float]) -> Sharpness:
    values = torch.tensor(found, dtype=torch.float64)
    return Sharpness(float(values.mean()), float(values.std() / len(found) ** 0.5))
