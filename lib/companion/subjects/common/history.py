"""What became of rules that several chapters share."""

from __future__ import annotations

from companion.ledger.claims import Change

ROUNDED = Change(
    "2026-11-26",
    'was "rounds to the number predicted"',
    "rounding minds no error and passes what is off by half a jump; what to ask was chosen after the measurement",
)
CLIMBS = Change("2026-11-24", 'was "rounds to 3"', "it failed: at these learning rates the ratio to the limit still climbs")
SHORT = Change(
    "2026-11-26",
    "was a one-sided 95 % bound of at most 2.5",
    "it failed with other draws, 2.38 with an error of 0.086; what is due at these learning rates is now computed",
)
KILLED = Change(
    "2026-11-26",
    "was the exponential law with the rate of the limit, 0.706",
    "it failed with other draws, p = 7 × 10⁻⁵; the exact rate at that learning rate, 0.05, is 0.832",
)
TENTH = Change(
    "2026-11-27",
    "was decided by simulation at a learning rate of 0.0003, one-sided 99.9 % bound of at most 0.1",
    "not met for want of paths, 0.0828 with an error of 0.0078; the exact ratio at the paper's own rate is 0.0996",
)
STARTS = Change(
    "2026-11-27",
    "was measured on paths of which a quarter began at each minimum",
    "the paper's paths all begin at 0.3; the bound asked for is the same",
)


def exact_now(was: str, why: str = "") -> Change:
    """A claim on the limit, or on a bound, that is now put to the exact value at its own learning rate; `was` is what was
    asked before."""
    reason = "the exact kernel gives the value at this learning rate, so that no bound has to be chosen"
    return Change("2026-11-27", was if was.startswith("was ") else f"was {was}", f"{why}; {reason}" if why else reason)
