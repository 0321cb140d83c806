"""Two-layer networks whose outputs are sums over neurons, with noise on the labels: the neurons become alike.

    f_i = sum_j phi(z_ij),    z_ij = x_i . theta_j,    |x_i| = 1,    tr Hess L = sum_ij phi'(z_ij)^2   where L = 0

The least trace has z_ij = z_i, phi(z_i) = y_i / m, if phi''' > 0. Near it the differences between neurons are multiplied in
every step by random matrices 1 - eta sum_i r_i phi''(z_i + u_i) x_i x_i', with u the deviation that all neurons share and
r = m D u + Z the residual, D = diag(phi'), u <- u - eta G D r, G_ik = x_i . x_k. To second order in the noise, and to all
orders in eta, they fall by the eigenvalues of

    A = eta sum_i (phi'''_i - phi''_i^2 / phi'_i) M_ii x_i x_i' - eta^2 sum_ij phi''_i phi''_j K_ij G_ij x_i x_j',

M = E[r u'] and K = sum_n>0 E[r_k r_(k-n)']. For small eta this is (eta^2 s^2 / 2) sum_i phi'_i phi'''_i x_i x_i', and for
one input that over 1 - eta l / 2, l = m phi'^2.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import NamedTuple

import heavysgd as hs
import numpy as np
import sympy
from heavysgd.inference import Measured, mean
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve

_Z = sympy.Symbol("z", real=True)
ACTIVATIONS = {"cubic": _Z**3 + _Z, "tanh": sympy.tanh(_Z)}
_FAR = 3.0  # parameters are kept between -+ this


class Net(NamedTuple):
    """m neurons on unit inputs, rows of shape (n, n) in a basis of their span, with their labels.

    The parameters are theta_11, ..., theta_1n, theta_21, ..., m n of them.
    """

    m: int
    inputs: tuple[tuple[float, ...], ...]
    labels: tuple[float, ...]
    activation: str = "cubic"

    @property
    def n(self) -> int:
        """Inputs."""
        return len(self.labels)

    def phi(self, z, order: int = 0):
        """The activation or a derivative of it."""
        return sympy.lambdify(_Z, sympy.diff(ACTIVATIONS[self.activation], _Z, order))(np.asarray(z, float)) + 0.0 * z

    def shared(self) -> np.ndarray:
        """z_i of the least trace, shape (n,)."""
        return np.array([brentq(lambda z, y=y: self.phi(z) - y / self.m, -_FAR, _FAR) for y in self.labels])

    def least_trace(self) -> float:
        """m sum_i phi'(z_i)^2."""
        return float(self.m * (self.phi(self.shared(), 1) ** 2).sum())

    def preactivations(self, parameters: np.ndarray) -> np.ndarray:
        """z, shape (..., m, n), of parameters (..., m n)."""
        return parameters.reshape(*parameters.shape[:-1], self.m, self.n) @ np.array(self.inputs).T

    def trace(self, parameters: np.ndarray) -> np.ndarray:
        """sum_ij phi'(z_ij)^2, shape (...)."""
        return (self.phi(self.preactivations(parameters), 1) ** 2).sum(axis=(-2, -1))

    def start(self, apart: float) -> np.ndarray:
        """Parameters without loss, neurons up to `apart` from their mean along every input, shape (m n,)."""
        pattern = apart * np.linspace(-1, 1, self.m)[:, None] * np.where(np.arange(self.n) % 2, -1.0, 1.0)

        def lost(middle):
            return self.phi(middle + pattern).sum(axis=0) - np.array(self.labels)

        z = fsolve(lost, self.shared()) + pattern
        return np.linalg.solve(np.array(self.inputs), z.T).T.ravel()

    def sgd(self, eta: float, spread: float) -> hs.LabelNoiseSGD:
        """The recursion, with normal noise of standard deviation `spread` on every label."""
        symbols = sympy.symbols(f"t0:{self.m * self.n}", real=True)
        outputs = [
            sum(
                ACTIVATIONS[self.activation].subs(_Z, sum(w * symbols[j * self.n + k] for k, w in enumerate(x) if w))
                for j in range(self.m)
            )
            for x in self.inputs
        ]
        loss = sum((output - y) ** 2 for output, y in zip(outputs, self.labels)) / 2
        size = len(symbols)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", hs.AssumptionWarning)
            f = hs.Landscape(loss, ((-_FAR, _FAR),) * size, symbols=symbols, allow=("anything",), name="a two-layer net")
        noise = hs.Independent(hs.Gaussian(spread), size)
        return hs.LabelNoiseSGD(f, noise, outputs=tuple(outputs), eta=eta)

    def rates(self, eta: float, spread: float, kind: str = "exact") -> tuple[np.ndarray, np.ndarray]:
        """Eigenvalues of A, ascending, and its eigenvectors, columns of shape (n, n).

        kind : "exact"; "first order" in eta; or "white", in which residuals of different inputs in different steps count
        as independent.
        """
        x, (slope, bend, third) = np.array(self.inputs), (self.phi(self.shared(), k) for k in (1, 2, 3))
        moments, lagged = self._residuals(eta, spread)
        if kind == "first order":
            found = (eta * spread) ** 2 / 2 * x.T * (slope * third) @ x
        elif kind == "white":
            found = eta * x.T * (third * moments) @ x
        else:
            shared = eta * x.T * ((third - bend**2 / slope) * moments) @ x
            found = shared - eta**2 * x.T @ (np.outer(bend, bend) * lagged * (x @ x.T)) @ x
        values, vectors = np.linalg.eig(found)
        order = np.argsort(np.real(values))
        return np.real(values)[order], np.real(vectors)[:, order]

    def _residuals(self, eta: float, spread: float) -> tuple[np.ndarray, np.ndarray]:
        """The diagonal of M, shape (n,), and K, shape (n, n)."""
        x, slope = np.array(self.inputs), self.phi(self.shared(), 1)
        gram, push = x @ x.T, x @ x.T * slope  # G, G D
        step = np.eye(self.n) - eta * self.m * push * slope
        shared = hs.theory.stationary_covariance(step[None], (eta * spread) ** 2 * push @ push.T)
        kicked = self.m * step @ shared * slope - eta * spread**2 * push
        lagged = np.linalg.solve(gram, kicked) / slope[:, None] / eta
        return self.m * slope * np.diag(shared), lagged


class Run(NamedTuple):
    """Steps (times,), and parameters along paths, shape (n_paths, times, m n)."""

    net: Net
    steps: np.ndarray
    path: np.ndarray

    def traces(self) -> np.ndarray:
        """Shape (n_paths, times)."""
        return self.net.trace(self.path)

    def spread(self, vector: Sequence[float] | None = None) -> np.ndarray:
        """Root mean square difference of neurons from their mean, along a direction of the inputs' span, or (None) along
        all; shape (n_paths, times)."""
        theta = self.path.reshape(*self.path.shape[:2], self.net.m, self.net.n)
        apart = theta - theta.mean(axis=2, keepdims=True)
        along = apart if vector is None else apart @ np.asarray(vector, float)[:, None]
        return np.sqrt((along**2).sum(axis=3).mean(axis=2))

    def decay(self, first: int, last: int, vector: Sequence[float] | None = None) -> Measured:
        """Fall of the logarithm of the spread a step between two recorded times."""
        logs = np.log(self.spread(vector))
        return mean((logs[:, first] - logs[:, last]) / (self.steps[last] - self.steps[first]))

    def second_feature(self) -> np.ndarray:
        """The second over the first singular value of the matrix of theta_j, shape (n_paths, times)."""
        theta = self.path.reshape(*self.path.shape[:2], self.net.m, self.net.n)
        values = np.linalg.svd(theta, compute_uv=False)
        return values[..., 1] / values[..., 0]


def run(net: Net, eta: float, spread: float, n_steps: int, n_paths: int, seed: int, apart: float = 0.4) -> Run:
    """Paths from neurons that are `apart`, looked at a hundred times."""
    every = n_steps // 100
    how = {"n_steps": 100 * every, "every": every, "n_paths": n_paths, "seed": seed, "progress": False}
    path = hs.sample_path(net.sgd(eta, spread), net.start(apart), **how)
    return Run(net, every * np.arange(101), path)


def flow(net: Net, eta: float, spread: float, steps: np.ndarray, apart: float = 0.4, linear: bool = False) -> np.ndarray:
    """The trace along the flow of the regulariser, for one input: with mu = sum phi'^2 phi'' / sum phi'^2,

    dz_j / dk = - (eta^2 s^2 / 2) phi'_j (phi''_j - mu) / (1 - eta l / 2),    l = sum_j phi'_j^2;

    `linear` leaves the denominator out."""

    def move(_, z):
        first, second = net.phi(z, 1), net.phi(z, 2)
        total = (first**2).sum()
        held = 1.0 if linear else 1 - eta * total / 2
        return -((eta * spread) ** 2) / 2 * first * (second - (first**2 * second).sum() / total) / held

    start = net.preactivations(net.start(apart))[:, 0]
    found = solve_ivp(move, (steps[0], steps[-1]), start, t_eval=steps, rtol=1e-8, atol=1e-10)
    return (net.phi(found.y, 1) ** 2).sum(axis=0)


def single(label: float, activation: str = "cubic", m: int = 6) -> Net:
    """A net for one input; orthonormal inputs are as many of these side by side, each with its own part of theta."""
    return Net(m, ((1.0,),), (label,), activation)


def of_digits(count: int = 3, m: int = 4) -> Net:
    """A net on the first images of so many digits, centred and of unit length, which are correlated; labels alternate."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    images = np.array([bunch.data[bunch.target == digit][0] for digit in range(count)])
    images = images - bunch.data.mean(axis=0)
    images = images / np.linalg.norm(images, axis=1, keepdims=True)
    basis = np.linalg.qr(images.T)[0]
    labels = tuple(float(y) for y in np.where(np.arange(count) % 2, -1.5, 2.0))
    return Net(m, tuple(map(tuple, (images @ basis).tolist())), labels)
