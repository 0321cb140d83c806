"""Limit theory: jump numbers, exit scales, exit measures, transition graphs, and the Markov chains they make."""

from heavysgd.theory.classes import CommunicationClass, communication_classes, survivors
from heavysgd.theory.consequences import Consequences, consequences
from heavysgd.theory.exit_measure import exit_measure, exit_rates
from heavysgd.theory.finite_rates import FiniteRates, finite_rates
from heavysgd.theory.graph import transition_graph, widest
from heavysgd.theory.jumps import jump_numbers
from heavysgd.theory.limit_chain import LimitChain, limit_chain
from heavysgd.theory.limit_paths import MonteCarloRates, sample_exit_rates, sample_limit_rates
from heavysgd.theory.markov_chain import JumpPath, MarkovChain
from heavysgd.theory.predictions import exit_location, mean_exit_time
from heavysgd.theory.random_maps import kesten_index, lyapunov_exponent, stationary_covariance
from heavysgd.theory.reachable import Reachable, flow_jump_table, reachable
from heavysgd.theory.regimes import Regime, regimes
from heavysgd.theory.scales import exit_scale, exponent, rarity

__all__ = [
    "CommunicationClass",
    "Consequences",
    "FiniteRates",
    "JumpPath",
    "LimitChain",
    "MarkovChain",
    "MonteCarloRates",
    "Reachable",
    "Regime",
    "communication_classes",
    "consequences",
    "exit_location",
    "exit_measure",
    "exit_rates",
    "exit_scale",
    "exponent",
    "finite_rates",
    "flow_jump_table",
    "jump_numbers",
    "kesten_index",
    "limit_chain",
    "lyapunov_exponent",
    "mean_exit_time",
    "rarity",
    "reachable",
    "regimes",
    "sample_exit_rates",
    "sample_limit_rates",
    "stationary_covariance",
    "survivors",
    "transition_graph",
    "widest",
]
