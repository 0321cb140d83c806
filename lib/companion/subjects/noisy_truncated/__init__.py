"""The chapter on SGD that leaves out small components of the gradient."""
