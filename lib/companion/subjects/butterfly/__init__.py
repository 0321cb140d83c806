"""The chapter on small noise in long roll-outs."""
