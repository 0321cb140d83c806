"""Exit times and the Markov limit in R^d."""
