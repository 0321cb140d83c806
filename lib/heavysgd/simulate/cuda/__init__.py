"""The same simulations on a CUDA device: one trajectory a thread, the same draws, the same results up to rounding."""

from heavysgd.simulate.cuda.driver import hops, occupation, run_until, sample_path

__all__ = ["hops", "occupation", "run_until", "sample_path"]
