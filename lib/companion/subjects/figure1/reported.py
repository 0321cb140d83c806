"""What the paper's Figure 1 shows (pp. 3 and 19 of the version of 28 June 2021), read off its vector graphics.

Heights and dots are read to a few per cent.
"""

from __future__ import annotations

START = 0.3  # X_0 of the histograms and trajectories
PATHS = 10  # of a histogram
SHARES = {  # of Omega_1, ..., Omega_4, under heavy tails, by threshold
    None: (0.156, 0.419, 0.061, 0.364),
    0.5: (0.0075, 0.451, 0.010, 0.531),
}
EXITS_FROM = -0.7  # in Omega_2
SAMPLES = 20  # exit times behind a dot
LONGEST = 50_000_000  # steps after which an exit time was cut off
DOTS = {  # mean first exit times by threshold and learning rate
    0.28: {0.1: 2.3e4, 0.05: 1.0e5, 0.03: 1.7e5, 0.02: 5.4e5, 0.01: 8.4e5, 0.005: 3.4e6, 0.003: 6.9e6, 0.001: 2.9e7},
    0.5: {0.1: 927.0, 0.03: 6.8e3, 0.01: 2.9e4, 0.003: 1.2e5, 0.001: 8.3e5, 0.0003: 6.6e6, 0.0001: 1.8e7},
    None: {0.1: 132.0, 0.03: 532.0, 0.01: 2.3e3, 0.003: 1.3e4, 0.001: 3.7e4, 0.0003: 2.1e5, 0.0001: 6.2e5},
}
HOLLOW = [(0.28, 0.001)]  # the dot drawn open: times in it were cut off
