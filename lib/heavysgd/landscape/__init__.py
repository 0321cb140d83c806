"""Loss landscapes from one symbolic expression: on a line (`line`), in any dimension (`space`),
sums of those on lines (`separable`), and such as break Assumption 1 on purpose (`rough`)."""

from heavysgd.landscape.base import Landscape
from heavysgd.landscape.kinds import as_line, as_space
from heavysgd.landscape.line import Line
from heavysgd.landscape.rough import Rough
from heavysgd.landscape.separable import Separable
from heavysgd.landscape.space import Space

__all__ = ["Landscape", "Line", "Rough", "Separable", "Space", "as_line", "as_space"]
