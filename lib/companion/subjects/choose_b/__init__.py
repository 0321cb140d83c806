"""Which minima survive at which threshold, and what that costs."""
