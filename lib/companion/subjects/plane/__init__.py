"""A landscape in the plane."""
