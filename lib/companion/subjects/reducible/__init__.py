"""Theorem 4: communication classes."""
