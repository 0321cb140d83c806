"""Assumptions 1 and 3: critical points, basins, jump numbers, transition graphs."""
