"""Theorem 1: order and law of first exit times."""
