"""What a choice of the truncation threshold brings: which minima survive, how long the others hold, what it costs.

    settling time = max_i E[ steps from m_i until a surviving minimum is reached ]

under the chain of finite rates. It is what a run must be able to afford before it can be told from one that got stuck.

Source: Theorems 2 and 4 of the paper, read as advice; the quantities are this book's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from heavysgd.landscape import Landscape
from heavysgd.noise import Noise
from heavysgd.theory.classes import communication_classes
from heavysgd.theory.directions import law_of
from heavysgd.theory.finite_rates import FiniteRates, finite_rates


class Consequences(NamedTuple):
    """survivors : numbers of the minima that survive, the widest of the absorbing classes.

    leaving : expected steps in the most persistent of the other minima before it is left, 0 where all survive.
    settling : expected steps from the worst start until a survivor is reached, 0 where all survive.
    share_elsewhere : expected long-run share of time outside the survivors' basins, in the worst absorbing class.
    """

    survivors: np.ndarray
    leaving: float
    settling: float
    share_elsewhere: float


def consequences(f: Landscape, z: Noise, eta: float, b: float | None) -> Consequences:
    """For one landscape, noise, learning rate and threshold. Raises and warns as `finite_rates` does."""
    chain = finite_rates(f, z, eta, b)
    classes = communication_classes(f, b, directions=law_of(f, z)["directions"])
    absorbing = [c for c in classes if c.absorbing]
    survivors = np.sort(np.concatenate([c.widest for c in absorbing])) if absorbing else np.array([], int)
    others = np.setdiff1d(chain.states, survivors)
    leaving = float(np.max(-1 / np.diag(chain.generator)[others], initial=0.0))
    settling = float(chain.mean_hitting_time(survivors).max()) if survivors.size else np.inf
    elsewhere = [_within(chain, c.members).share(np.setdiff1d(c.members, c.widest)) for c in absorbing]
    return Consequences(survivors, leaving, settling, max(elsewhere, default=1.0))


def _within(chain: FiniteRates, members: np.ndarray) -> FiniteRates:
    return FiniteRates(members, chain.generator[np.ix_(members, members)])
