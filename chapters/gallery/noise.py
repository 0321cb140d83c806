"""A noise of your own. Here P(|Z| > x) = 1 / (1 + (x / scale)^alpha), symmetric."""

from dataclasses import dataclass

import heavysgd as hs
import numba as nb
import numpy as np


@nb.njit
def draw(u, v, params):
    left = u <= 0.5
    w = 2.0 * u if left else 2.0 * u - 1.0
    size = params[0] * (1.0 / w - 1.0) ** params[1]
    return -size if left else size


@dataclass(frozen=True)
class LogLogistic(hs.Noise):
    alpha: float
    scale: float
    uniforms, p_plus, transform = 1, 0.5, staticmethod(draw)
    params = property(lambda z: (z.scale, 1 / z.alpha))

    def tail(self, x):
        return 1 / (1 + (np.maximum(x, 0.0) / self.scale) ** self.alpha)

    def cdf(self, x):
        beyond = self.tail(np.abs(x)) / 2
        return np.where(np.asarray(x) < 0, beyond, 1 - beyond)


f = hs.landscapes.wang_oh_rhee()
sgd = hs.SGD(f, LogLogistic(alpha=1.4, scale=0.2), eta=0.004, b=0.5)
exits = hs.first_exit(sgd, f.minima[1], n_paths=1000, max_steps=10**8, seed=0)
simulated = hs.inference.mean(exits.steps)
exact = hs.exact.first_exit(sgd, f.minima[1]).mean
print(f"mean exit time {simulated.value:.0f} ± {simulated.stderr:.0f}")
print(f"exact {exact:.0f}")
