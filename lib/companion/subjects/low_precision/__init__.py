"""The chapter on Langevin dynamics with numbers of few bits."""
