"""Everything the book shows in rows: claims, exits, chains."""

from companion.tables.chains import basin_table, generator_table, hop_table, jump_number_table, share_table
from companion.tables.engine import device_table, goal_table, plane_table
from companion.tables.exits import (
    exponent_table,
    gain_table,
    good_to_table,
    leak_table,
    rate_table,
    ratio_table,
    right_exit_table,
    settling_table,
    slope_table,
)
from companion.tables.markdown import markdown_table, number
from companion.tables.records import REPORTED, claim_table, estimates, interval, measured, measured_table, verdict

__all__ = [
    "REPORTED",
    "basin_table",
    "claim_table",
    "device_table",
    "estimates",
    "exponent_table",
    "gain_table",
    "generator_table",
    "goal_table",
    "good_to_table",
    "hop_table",
    "interval",
    "jump_number_table",
    "leak_table",
    "markdown_table",
    "measured",
    "measured_table",
    "number",
    "plane_table",
    "rate_table",
    "ratio_table",
    "right_exit_table",
    "settling_table",
    "share_table",
    "slope_table",
    "verdict",
]
