"""Limit theory: jump numbers, exit scales, exit measures, typical transition graphs, predictions of Theorem 1."""

from heavysgd.theory.exit_measure import exit_measure, exit_rates
from heavysgd.theory.graph import transition_graph, widest
from heavysgd.theory.jumps import jump_numbers
from heavysgd.theory.limit_paths import MonteCarloRates, sample_exit_rates
from heavysgd.theory.predictions import exit_location, mean_exit_time
from heavysgd.theory.scales import exit_scale, exponent

__all__ = [
    "MonteCarloRates",
    "exit_location",
    "exit_measure",
    "exit_rates",
    "exit_scale",
    "exponent",
    "jump_numbers",
    "mean_exit_time",
    "sample_exit_rates",
    "transition_graph",
    "widest",
]
