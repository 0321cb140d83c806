"""The chapter on flat minima of two-layer networks."""
