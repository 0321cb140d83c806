"""The chapter on noise on the labels."""
