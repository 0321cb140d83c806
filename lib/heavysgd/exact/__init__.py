"""The exact kernel on a line: exits, stationary laws, spectra and transitions from linear equations, without sampling.

On a line the recursion is a Markov chain with a known one-step law, so expectations solve linear equations, which cost the
same at every learning rate. Only tails of the noise are used. Every answer comes with the difference of two resolutions as
its error, and with a `PrecisionWarning` where that exceeds what was asked for.
"""

from heavysgd.exact.first_exit import Exit, first_exit
from heavysgd.exact.grid_chain import GridChain, grid_chain
from heavysgd.exact.killed import Killed, killed
from heavysgd.exact.law import Law
from heavysgd.exact.spectrum import spectrum
from heavysgd.exact.stationary import Stationary, stationary
from heavysgd.exact.transition import Transition, transition

__all__ = [
    "Exit",
    "GridChain",
    "Killed",
    "Law",
    "Stationary",
    "Transition",
    "first_exit",
    "grid_chain",
    "killed",
    "spectrum",
    "stationary",
    "transition",
]
