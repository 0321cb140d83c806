"""What became of rules that several chapters share."""

from __future__ import annotations

from companion.ledger.claims import Change

ROUNDED = Change(
    "2026-11-26",
    'was "rounds to the number predicted"',
    "rounding minds no error and passes what is off by half a jump; what to ask was chosen after the measurement",
)
CLIMBS = Change("2026-11-24", 'was "rounds to 3"', "it failed: at these learning rates the ratio to the limit still climbs")
