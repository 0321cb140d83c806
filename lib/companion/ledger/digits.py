"""Numbers as a reader reads them: so many digits, thousands apart, powers of ten."""

from __future__ import annotations

_MANY = 16  # numbers in a cell; claims and their downloads have all
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value, digits: int = 4) -> str:
    """Significant digits, thousands grouped, powers of ten for very large and very small; lists joined, long ones cut."""
    if isinstance(value, (list, tuple)):
        shown, more = (value, []) if len(value) <= _MANY else (value[:3], [f"… ({len(value)} numbers)"])
        return ", ".join([*(number(v, digits) for v in shown), *more])
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or 10**digits <= abs(value) < 1e7:
        return f"{value:,.0f}".replace(",", "\u202f")
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    if not exponent:
        return mantissa
    power = f"10{str(int(exponent)).translate(_RAISED)}"
    return power if mantissa == "1" else f"{mantissa} × {power}"


def rounded(value: float, digits: int) -> str:
    """The number rounded to so many digits, however large it is."""
    return number(float(f"{value:.{digits}g}"))
