"""Loss landscapes from one symbolic expression: on a line (`line`), in any dimension (`space`),
and sums of those on lines (`separable`)."""

from heavysgd.landscape.base import Landscape
from heavysgd.landscape.line import Line
from heavysgd.landscape.separable import Separable
from heavysgd.landscape.space import Space

__all__ = ["Landscape", "Line", "Separable", "Space"]
