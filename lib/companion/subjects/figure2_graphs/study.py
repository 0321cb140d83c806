"""Typical transition graphs in words, and the chain on their classes: exact values beside the limits of Theorems 3 to 5."""

from __future__ import annotations

from collections.abc import Sequence

import heavysgd as hs
import numpy as np

from companion.ledger.claims import Change
from companion.ledger.digits import number
from companion.subjects.common.approach import Approach
from companion.subjects.common.exit_study import quiet_sgd

KNOWN = Change(
    "2026-11-27",
    "written when the exact values had been looked at",
    "they do not vary from run to run, and the rule is that of the chapter without sampling",
)
NEARER = Change(
    "2026-11-27",
    'was "99.9 % interval covers 1"',
    "it failed: 0.972 with an error of 0.006, which is too small, since the next order is near the first",
)
TOLERANCE = 1e-4  # of exact values whose extrapolations move by a thousandth or more


def graph_in_words(f, b: float) -> str:
    """Jumps l_ij that it takes between neighbours, ways that are no edge in brackets, and the classes of the graph."""
    graph = hs.theory.transition_graph(f, b)
    pairs = [(i, j) for i in range(f.size) for j in (i - 1, i + 1) if 0 <= j < f.size]
    counts = [f"{i + 1}→{j + 1}: {_jumps(f, b, i, j)}{'' if graph.has_edge(i, j) else ' (no edge)'}" for i, j in pairs]
    return ", ".join(counts) + "; " + ", ".join(_class(c) for c in hs.theory.communication_classes(f, b))


def _jumps(f, b: float, i: int, j: int) -> int:
    """l_ij: the least number of jumps of at most b from m_i into Omega_j."""
    return int(np.ceil(f.distances[i, j] / b))


def _class(c: hs.theory.CommunicationClass) -> str:
    return f"{{{', '.join(str(i + 1) for i in c.members)}}} {'absorbing' if c.absorbing else 'transient'}"


def small_share(f, noise, b: float, small: int, wide: int, etas: Sequence[float]) -> Approach:
    """Long-run share of a small basin next to the only wide one over q_wi / q_i rho(eta), which it tends to."""
    found = [hs.exact.stationary(quiet_sgd(f, noise, eta, b)) for eta in etas]
    expected = small_constant(f, noise.alpha, b, small, wide) * hs.theory.rarity(noise, np.array(etas))
    shares = np.array([stationary.basin_fraction[small] for stationary in found])
    return Approach(np.array(etas), shares / expected, np.array([stationary.error for stationary in found]))


def small_constant(f, alpha: float, b: float, small: int, wide: int) -> float:
    """q_wi / q_i, for a basin i left by one jump and a wide one w left by two."""
    q = hs.theory.exit_measure(f, alpha, b)
    return float(q[wide, small] / q[small].sum())


def odds(f, noise, b: float, states: tuple[int, int], etas: Sequence[float]) -> Approach:
    """Long-run odds of two wide basins over those of the limit chain."""
    first, second = states
    found = [hs.exact.stationary(quiet_sgd(f, noise, eta, b)) for eta in etas]
    shares = np.array([stationary.basin_fraction[second] / stationary.basin_fraction[first] for stationary in found])
    errors = np.array([2 * stationary.error for stationary in found])
    return Approach(np.array(etas), shares / limit_odds(f, noise.alpha, b), errors)


def limit_odds(f, alpha: float, b: float) -> float:
    """pi(second) / pi(first) of a limit chain with two states."""
    law = hs.theory.limit_chain(f, alpha, b).stationary()
    return float(law[1] / law[0])


def slowest(f, noise, b: float, rate: float, jumps: int, etas: Sequence[float]) -> Approach:
    """The smallest positive eigenvalue of I - P over rate * lambda(eta), a clock that counts so many jumps."""
    found = [hs.exact.spectrum(quiet_sgd(f, noise, eta, b), 2, tolerance=TOLERANCE)[1].real for eta in etas]
    scale = np.array([hs.theory.exit_scale(noise, eta, jumps) for eta in etas])
    return Approach(np.array(etas, float), np.array(found) / (rate * scale), np.full(len(etas), TOLERANCE))


def generator_gap(f, alpha: float, b: float) -> float:
    """The rate at which a limit chain with two states comes to its stationary law."""
    return float(-np.trace(hs.theory.limit_chain(f, alpha, b).generator))


def limit_law(chain: hs.theory.LimitChain, start: int, t) -> np.ndarray:
    """pi_G(m_start) exp(tQ) over the states of the chain, shape (*t.shape, n): Y_0 is random where the start is small."""
    return chain.passage[start] @ chain.transition(t)


def still_in(f, noise, b: float, members: Sequence[int], start: int, t, eta: float) -> np.ndarray:
    """P(class not left by t / lambda_G, and in Omega_j then), exactly, for j in members; shape (*t.shape, m)."""
    sgd = quiet_sgd(f, noise, eta, b)
    chain = hs.exact.killed(sgd, members, [f.minima[start]], tolerance=TOLERANCE)
    return chain.transition(steps(f, noise, b, start, t, eta))[..., 0, :]


def found_in(f, noise, b: float, start: int, t, eta: float) -> np.ndarray:
    """P(X at t / lambda_G is in Omega_j), exactly, for every j; shape (*t.shape, k)."""
    sgd, count = quiet_sgd(f, noise, eta, b), steps(f, noise, b, start, t, eta)
    return hs.exact.transition(sgd, count, [f.minima[start]], tolerance=TOLERANCE).probability[..., 0, :]


def steps(f, noise, b: float, start: int, t, eta: float) -> np.ndarray:
    """floor(t / lambda_G(eta)), G the class of minimum `start`."""
    jumps = hs.theory.transition_graph(f, b).nodes[start]["class_jumps"]
    return np.floor(np.asarray(t) / hs.theory.exit_scale(noise, eta, jumps)).astype(np.int64)


def over_limit(values: Sequence[float], etas: Sequence[float], limit) -> Approach:
    """Exact probabilities along falling learning rates, known to `TOLERANCE`, over their limits."""
    return Approach(np.array(etas, float), np.array(values) / limit, TOLERANCE / np.array(values))


def counts(sgd: hs.SGD, start: int, n_steps: int, n_paths: int, seed: int) -> np.ndarray:
    """How many simulated paths from a minimum are in each attraction field after `n_steps`, shape (k,)."""
    f = sgd.landscape
    ends = hs.sample_path(sgd, f.minima[start], n_steps=n_steps, every=n_steps, n_paths=n_paths, seed=seed)[:, -1]
    return np.bincount(f.basin_of(ends), minlength=f.size)


def panels(chains: dict, laws: dict, etas: Sequence[float], times, at: dict, seen: dict, state: int) -> dict[str, dict]:
    """What `figures.laws_in_time` draws, one panel a threshold: `laws` by (b, eta), counts `seen` at time `at`, by b."""
    found = {}
    for b, counted in seen.items():
        share = counted[state] / counted.sum()
        curves = {rf"exact, $\eta$ = {number(eta)}": laws[b, eta] for eta in etas}
        limit = limit_law(chains[b], 2, times)[:, chains[b].row(state)]
        points = (at[b], share, np.sqrt(share * (1 - share) / counted.sum()), r"simulated, $\eta$ = 0.05")
        found[f"$b = {b:g}$"] = {"limit": limit, "exact": curves, "measured": points}
    return found
