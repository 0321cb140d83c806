"""Neural networks: ablations, the paper's table, gradient noise, how often truncation acts, the optimizer wrapper."""
