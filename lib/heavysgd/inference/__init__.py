"""From measurements to statements: slopes, censored means, exponentiality, tail indices."""

from heavysgd.inference.censoring import CensoredMean, censored_mean
from heavysgd.inference.exponentiality import Exponentiality, exponentiality
from heavysgd.inference.jump_count import jump_count
from heavysgd.inference.slopes import Slope, slope
from heavysgd.inference.tail_index import TailIndex, hill, pareto_ml

__all__ = [
    "CensoredMean",
    "Exponentiality",
    "Slope",
    "TailIndex",
    "censored_mean",
    "exponentiality",
    "hill",
    "jump_count",
    "pareto_ml",
    "slope",
]
