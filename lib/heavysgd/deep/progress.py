"""Where a training stands: laws, thresholds and draws, in one object that every copy of a wrapper shares.

Frameworks wrap optimizers in classes that take on their methods (Lightning) and would keep what these assign to
themselves. What changes in training therefore lies here and is changed in place.
"""

from __future__ import annotations

import math

from heavysgd import checks
from heavysgd.deep.multipliers import Factor, described
from heavysgd.deep.thresholds import Bound


class Progress:
    """The law of Z, its seed and the step that it is drawn for; both thresholds; what a step has been told."""

    def __init__(self, noise: Factor | None, seed: int, clip_norm, max_update, rescale: bool):
        self.law(noise)
        self.seed, self.draws, self.rescale = checks.seed(seed), 0, rescale
        self.gradient, self.update = Bound("clip_norm", clip_norm), Bound("max_update", max_update)
        self.z: float | None = None  # of the step to come, once it was asked for
        self.last = math.nan  # Z of the step before
        self.steps = self.skipped = self.weighed = 0
        self.told: set[str] = set()  # warnings that were given

    def law(self, noise: Factor | None) -> None:
        """Another law from here on."""
        if noise is not None and not isinstance(noise, Factor):
            raise ValueError(f"noise = {noise!r}: must have a method draw(seed, step), as ParetoFactor has, or be None")
        self.noise = noise

    def draw(self, step: int | None) -> float:
        """Z of the step to come, or of a step by its number: the same whenever it is asked for before that step is made."""
        if step is not None:
            self.draws = checks.count("step", step, least=0)
        self.z = 0.0 if self.noise is None else self._drawn(self.noise)
        return self.z

    def _drawn(self, noise: Factor) -> float:
        z = float(noise.draw(self.seed, self.draws))
        if not -1 < z < math.inf:
            raise ValueError(f"noise.draw({self.seed}, {self.draws}) = {z!r}: must be finite and > -1")
        return z

    @property
    def scale(self) -> float:
        """1 + Z where losses were divided by it."""
        return 1 + self.z if self.rescale and self.z is not None else 1.0

    def made(self, whole: bool) -> None:
        """One step is made, or left out; the next has a Z of its own."""
        self.steps, self.skipped = self.steps + whole, self.skipped + (not whole)
        if self.z is not None:
            self.weighed, self.last, self.z = self.weighed + 1, self.z, None
            self.draws += 1

    def state(self) -> dict:
        """Numbers, text and tensors: settings, and where the draws stand."""
        return {"seed": self.seed, "draws": self.draws, **self._settings()}

    def _settings(self) -> dict:
        bounds = {bound.name: bound.state() for bound in (self.gradient, self.update)}
        return {"noise": described(self.noise), "rescale": self.rescale, **bounds}

    def check(self, state: dict) -> None:
        """Raises `ValueError` for a state of other settings, with the first that differs."""
        checks.seed(state["seed"])
        checks.count("draws", state["draws"], least=0)
        here = self._settings()
        if "noise" not in state:  # of the earlier form, which had no settings
            return
        differs = {name: state[name] != here[name] for name in ("noise", "rescale")}
        differs |= {bound.name: bound.differs(state[bound.name]) for bound in (self.gradient, self.update)}
        for name in (name for name, other in differs.items() if other):
            there, own = (
                found[name]["setting"] if isinstance(found[name], dict) else found[name] for found in (state, here)
            )
            raise ValueError(f"{name} = {there} in the state and {own} here: assign optimizer.{name} before you load it")

    def load(self, state: dict) -> None:
        """Goes on where the state was taken."""
        self.seed, self.draws, self.z = checks.seed(state["seed"]), int(state["draws"]), None
        for bound in (self.gradient, self.update):
            bound.load(state.get(bound.name, {}))
