"""Theorem 2: the share of time in sharp basins."""
