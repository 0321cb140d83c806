"""Theorem 5: the limiting Markov chain."""
