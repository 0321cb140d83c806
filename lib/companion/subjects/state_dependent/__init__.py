"""Noise of an amplitude that depends on the position."""
