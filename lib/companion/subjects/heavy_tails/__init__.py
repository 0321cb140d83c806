"""Assumption 2 and the mechanism: tails, and what large displacements are made of."""
