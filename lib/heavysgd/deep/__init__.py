"""Truncated heavy-tailed gradients for PyTorch models (extra `deep`): optimizer, sharpness, data, networks, ablation."""

try:
    import torch as _torch  # noqa: F401
except ImportError as error:
    raise ImportError("heavysgd.deep needs PyTorch: pip install 'heavysgd[deep]'") from error

from heavysgd.deep import data, experiment, nets
from heavysgd.deep.half_batch import halves
from heavysgd.deep.multipliers import Factor, GaussianFactor, ParetoFactor, ParetoFromC
from heavysgd.deep.optimizer import NonFiniteError, TruncatedHeavyTailed, Weights
from heavysgd.deep.sharpness import (
    Sharpness,
    Spectrum,
    expected_sharpness,
    hessian_spectrum,
    loss_on,
    maximal_sharpness,
    pac_bayes_sharpness,
)
from heavysgd.deep.thresholds import TimesMedian

__all__ = [
    "Factor",
    "GaussianFactor",
    "NonFiniteError",
    "ParetoFactor",
    "ParetoFromC",
    "Sharpness",
    "Spectrum",
    "TimesMedian",
    "TruncatedHeavyTailed",
    "Weights",
    "data",
    "expected_sharpness",
    "experiment",
    "halves",
    "hessian_spectrum",
    "loss_on",
    "maximal_sharpness",
    "nets",
    "pac_bayes_sharpness",
]
