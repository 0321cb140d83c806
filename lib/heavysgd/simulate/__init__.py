"""Simulation of the recursion: first exits, occupation, sample paths."""

from heavysgd.simulate.first_exit import first_exit
from heavysgd.simulate.occupation import occupation
from heavysgd.simulate.paths import sample_path
from heavysgd.simulate.results import FirstExit, Occupation, load, save

__all__ = ["FirstExit", "Occupation", "first_exit", "load", "occupation", "sample_path", "save"]
