"""Figure 1: four kinds of noise on one landscape."""
