"""From measurements to statements: slopes, censored means, exponentiality, tail indices, and what follows from several."""

from heavysgd.inference.censoring import CensoredMean, censored_mean
from heavysgd.inference.exponentiality import Exponentiality, exponentiality
from heavysgd.inference.jump_count import jump_count
from heavysgd.inference.measured import Measured, difference, mean, pooled, ratio, share
from heavysgd.inference.slopes import Slope, slope
from heavysgd.inference.tail_index import TailIndex, hill, pareto_ml

__all__ = [
    "CensoredMean",
    "Exponentiality",
    "Measured",
    "Slope",
    "TailIndex",
    "censored_mean",
    "difference",
    "exponentiality",
    "hill",
    "jump_count",
    "mean",
    "pareto_ml",
    "pooled",
    "ratio",
    "share",
    "slope",
]
