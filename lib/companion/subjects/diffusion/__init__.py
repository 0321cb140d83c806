"""Escape times of SGD as a diffusion whose noise has the shape of the Hessian."""
