"""Theorems 3 and 4: communication classes."""
