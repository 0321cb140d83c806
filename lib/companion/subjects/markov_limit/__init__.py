"""Theorem 3: the limiting Markov chain."""
