"""Corollary 6, the chain without clipping, and section 2.4, which thresholds make the graph symmetric."""
