"""Simulation of the recursion: first exits, exit rates, occupation, hops, sample paths."""

from heavysgd.simulate.first_exit import first_exit
from heavysgd.simulate.forward_flux import ExitRate, exit_rate
from heavysgd.simulate.hops import hops
from heavysgd.simulate.occupation import occupation
from heavysgd.simulate.paths import sample_path
from heavysgd.simulate.results import FirstExit, Hops, Occupation, load, save

__all__ = [
    "ExitRate",
    "FirstExit",
    "Hops",
    "Occupation",
    "exit_rate",
    "first_exit",
    "hops",
    "load",
    "occupation",
    "sample_path",
    "save",
]
