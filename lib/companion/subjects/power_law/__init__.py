"""Noise whose variance is a parabola of the position: power laws, conventions, Kesten's index, the digits' covariance."""
