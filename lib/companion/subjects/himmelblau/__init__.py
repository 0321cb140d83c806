"""Figure 3 of the paper: the modified Himmelblau function."""
