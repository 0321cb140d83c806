"""Named landscapes."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import accumulate, pairwise

import sympy

from heavysgd.checks import count as whole
from heavysgd.checks import one_of, positive, real
from heavysgd.landscape import Landscape, Line, Separable, Space

_x, _y = sympy.symbols("x y", real=True)
_FIGURE_2 = 0.2, 0.6, 0.9, 0.3  # distances from m_1 to s_1, from there to m_2, ...
_SPECK = sympy.Float("1e-200")  # keeps the slope of |y|^1.1, written as (y^2)^0.55, finite at 0 and changes no number


def wang_oh_rhee() -> Line:
    """The four-minima landscape of the paper's one-dimensional figures, on [-1.6, 1.6].

        f(x) = (x+1.6)(x+1.3)^2(x-0.2)^2(x-0.7)^2(x-1.6) (0.05|1.65-x|)^0.6
               (1 + 1/(0.01+4(x-0.5)^2)) (1 + 1/(0.1+4(x+1.5)^2)) (1 - e^(-5(x+0.8)^2)/4)

    The formula is that of page 25; its critical points are computed, never stored: the second minimum is at -0.6993, where
    the page prints -0.66.
    """
    polynomial = (_x + 1.6) * (_x + 1.3) ** 2 * (_x - 0.2) ** 2 * (_x - 0.7) ** 2 * (_x - 1.6)
    outer = (0.05 * sympy.Abs(1.65 - _x)) ** 0.6
    spikes = (1 + 1 / (0.01 + 4 * (_x - 0.5) ** 2)) * (1 + 1 / (0.1 + 4 * (_x + 1.5) ** 2))
    dent = 1 - sympy.exp(-5 * (_x + 0.8) ** 2) / 4
    return Line(polynomial * outer * spikes * dent, bounds=(-1.6, 1.6), name="Wang-Oh-Rhee landscape")


def quadratic_well(half_width: float = 1.0) -> Line:
    """f(x) = x^2 / 2 on (-half_width, half_width) with open ends: the one basin in which every limit is explicit."""
    half_width = positive("half_width", half_width)
    return Line(_x**2 / 2, bounds=(-half_width, half_width), open_ends=True, name="quadratic well")


def alternating_wells(wide: float = 1.2, narrow: float = 0.48, depth: float = 0.5, count: int = 3) -> Line:
    """`count` wide wells with narrow ones between them; the narrow ones have the *smaller* curvature.

        f(x) = -depth (cos kx + beta cos 2kx),   k = pi / (wide + narrow),   beta = -1 / (4 cos(k wide))

    Every wide basin reaches `wide` from its minimum, every narrow one `narrow`; the domain ends inside the outer wide
    wells. Sharpness in the sense of the theory is width counted in jumps, and here it is nothing else.

    Raises `ValueError` unless wide > narrow > 0, depth > 0 and count >= 2.
    """
    wide, narrow, depth = positive("wide", wide), positive("narrow", narrow), positive("depth", depth)
    count = whole("count", count, least=2, most=100)
    if not narrow < wide:
        raise ValueError(f"narrow = {narrow:g}: must be less than wide = {wide:g}")
    k = math.pi / (wide + narrow)
    beta = -1 / (4 * math.cos(k * wide))
    middle = (count - 1) * (wide + narrow)  # the first wide well is at -middle, the last at +middle
    shift = _x - middle if count % 2 == 0 else _x
    expr = -depth * (sympy.cos(k * shift) + beta * sympy.cos(2 * k * shift))
    end = middle + 0.9 * wide
    return Line(expr, bounds=(-end, end), name="alternating wells")


def with_critical_points(
    points: Iterable[float], bounds: tuple[float, float], slope: float = 1.0, name: str = "polynomial"
) -> Line:
    """The polynomial landscape with given critical points, alternately minima and maxima, a minimum at both ends.

        f'(x) = slope (x - m_1)(x - s_1)(x - m_2) ... (x - m_k)

    The way to a landscape of prescribed basins: widths and distances are what one asks for. Raises `ValueError` unless
    the points are an odd number of finite numbers in ascending order inside the bounds and slope > 0.
    """
    slope = positive("slope", slope)
    given = [real("points", p) for p in points]
    if len(given) % 2 == 0 or any(b <= a for a, b in pairwise(given)):
        raise ValueError(f"points = {given}: must be an odd number of numbers in ascending order, minima first and last")
    gradient = sympy.Poly(sympy.prod(_x - p for p in given) * slope, _x)
    f = Line(sympy.horner(gradient.integrate().as_expr()), bounds=bounds, name=name)
    if f.minima.size + f.maxima.size != len(given):
        raise ValueError(f"bounds = {bounds!r}: must hold all critical points, {given[0]:g} to {given[-1]:g}")
    return f


def one_way_wells() -> Line:
    """Four wells made for Theorems 3 and 4: with b = 1, {m_1, m_2} is a transient class and {m_3, m_4} an absorbing one.

    m_1 and m_3 are wide, two jumps; m_2 and m_4 narrow, one jump. The way from m_3 back to m_2 is longer than two jumps.
    """
    points = [-3.0, -1.7, -1.25, -0.8, 1.4, 2.6, 3.0]
    return with_critical_points(points, bounds=(-3.6, 3.5), slope=0.01, name="one-way wells")


def figure2_wells(*further: float, slope: float = 5.0) -> Line:
    """Three wells at the distances of the paper's Figure 2, and more of them to the right where one asks.

        s_1 - m_1 = 0.2,   m_2 - s_1 = 0.6,   s_2 - m_2 = 0.9,   m_3 - s_2 = 0.3,   m_1 = -1

    The paper prints these distances (page 7) and no function: the polynomial with f'(x) = slope (x - m_1)(x - s_1) ...
    is this book's. Jump numbers and graphs depend on the distances alone.

    further : distances s_3 - m_3, m_4 - s_3, ... of what follows, an even number of them. The domain ends 0.2
    beyond the outer minima.
    Raises `ValueError` for an odd number of further distances, and unless they and the slope are positive.

    >>> f = figure2_wells()
    >>> f.sides[1].round(9).tolist(), f.widths.round(9).tolist()
    ([0.6, 0.9], [0.2, 0.6, 0.3])
    """
    more = [positive("further", distance) for distance in further]
    if len(more) % 2:
        raise ValueError(f"further = {more}: must be an even number of distances, to a maximum and on to a minimum")
    points = [round(p, 12) for p in accumulate([-1.0, *_FIGURE_2, *more])]
    name = "Figure 2's wells" + (f" and {len(more) // 2} more" if more else "")
    return with_critical_points(points, bounds=(-1.2, points[-1] + 0.2), slope=slope, name=name)


def two_wells(left: float = 1.0, right: float = 1.0, bound: float = 1.6) -> Line:
    """f(x) = ((x / l)^2 - 1)^2 with l = `left` for x < 0 and `right` for x > 0: minima at -left and right, maximum at 0.

    The basins reach exactly so far to the maximum, whatever the other; the domain ends at `bound` times the minima. Where
    left and right differ, f'' jumps at the maximum, from -4/l^2 to -4/r^2.
    Raises `ValueError` unless left > 0, right > 0 and bound > 1.
    """
    left, right, bound = positive("left", left), positive("right", right), positive("bound", bound)
    if bound <= 1:
        raise ValueError(f"bound = {bound:g}: must exceed 1")
    length = left if left == right else sympy.Piecewise((left, _x < 0), (right, True))
    return Line(
        ((_x / length) ** 2 - 1) ** 2, bounds=(-bound * left, bound * right), name="two wells", allow=("curvature",)
    )


def parabolic_wells(
    left: tuple[float, float] = (1.0, 1.0),
    right: tuple[float, float] | None = None,
    barrier: float = 1.0,
    bound: float = 3.0,
) -> Line:
    """Two wells of parabolas, a pass of parabolas between them at 0: f'' is constant but where the parabolas meet.

        f(x) = H_a (x - m)^2 / 2   from the outside to the join,     f(x) = barrier - H_b x^2 / 2   from there to the pass

    left, right : (H_a, H_b) of either side; the right side is like the left unless it is given. The minimum m lies c + d
    from the pass, c = sqrt(2 barrier H_b / (H_a (H_a + H_b))) from the join and d = c H_a / H_b beyond it, so that both are
    `barrier` deep and the slope goes on. f'' jumps at the joins, from H_a to -H_b, and the domain ends at `bound` times the
    minima. For noise that depends on the curvature, which vanishes nowhere here.

    Raises `ValueError` unless all are positive and bound > 1.

    >>> f = parabolic_wells(left=(1.0, 4.0), right=(4.0, 4.0), barrier=0.1)
    >>> f.minima.round(9).tolist(), f.curvature([-0.4, -0.1, 0.1, 0.4]).tolist()
    ([-0.5, 0.316227766], [1.0, -4.0, -4.0, 4.0])
    """
    barrier, bound = positive("barrier", barrier), positive("bound", bound)
    if bound <= 1:
        raise ValueError(f"bound = {bound:g}: must exceed 1")
    sides, pieces = {"left": left, "right": left if right is None else right}, []
    ends = {}
    for (name, (bottom, top)), sign in zip(sides.items(), (-1, 1)):
        bottom, top = positive(f"{name}[0]", bottom), positive(f"{name}[1]", top)
        inner = math.sqrt(2 * barrier * top / (bottom * (bottom + top)))
        join, minimum = sign * inner * bottom / top, sign * inner * (1 + bottom / top)
        pieces += [(bottom * (_x - minimum) ** 2 / 2, sign * _x > sign * join), (barrier - top * _x**2 / 2, sign * _x > 0)]
        ends[name] = bound * minimum
    (outer_left, at_left), (inner_left, _), (outer_right, at_right), (inner_right, _) = pieces
    same = inner_left == inner_right
    middle = [(inner_left, True)] if same else [(inner_left, _x < 0), (inner_right, True)]
    expr = sympy.Piecewise((outer_left, at_left), (outer_right, at_right), *middle)
    return Line(expr, bounds=(ends["left"], ends["right"]), name="parabolic wells", allow=("curvature",))


def separable(*lines: Line, name: str = "separable landscape") -> Separable:
    """The sum of landscapes on lines, one for each coordinate; see `Separable.of`.

    >>> f = separable(two_wells(3.0, 1.0), two_wells(3.0, 1.25))
    >>> f.size, f.widths.round(9).tolist()
    (4, [3.0, 1.25, 1.0, 1.0])
    """
    return Separable.of(*lines, name=name)


def himmelblau() -> Space:
    """0.1 [(x^2 + y - 11)^2 + (x + y^2 - 7)^2] on [-6, 6]^2: four minima whose fields differ little in width.

    The counter-example: no threshold makes one of them the widest of an irreducible graph by much.
    """
    return _himmelblau(_x, _y, ((-6, 6), (-6, 6)), "Himmelblau's landscape")


def warped_himmelblau() -> Space:
    """Himmelblau's function with the third quadrant stretched, on [-11, 6.5]^2: one field much wider than the others.

    x and y are replaced by u(x) and u(y), u(x) = x + (1 / 1.7 - 1) (x - sqrt(x^2 + 0.09)) / 2. This book's own.
    """
    u, v = (s + (1 / sympy.Float(1.7) - 1) * (s - sympy.sqrt(s**2 + sympy.Float(0.09))) / 2 for s in (_x, _y))
    return _himmelblau(u, v, ((-11, 6.5), (-11, 6.5)), "warped Himmelblau landscape")


def _himmelblau(u, v, bounds, name: str) -> Space:
    expr = ((u**2 + v - 11) ** 2 + (u + v**2 - 7) ** 2) / 10
    return Space(expr, bounds=bounds, name=name, symbols=(_x, _y))


def modified_himmelblau(cut: str | None = "drawn", shift: float = 1.4, centre: float = 1.5) -> Landscape:
    """The function of the paper's Figure 3 on [-4.2, 4.2]^2, its second minimum a segment on y = -2.9.

        h(u, v) = (u^2 + v - 11)^2 + (u + v^2 - 7)^2,   u = g (x - shift),  v = g y,  g = 1 + e^(0.4 (x - shift - centre))

        f = 0.1 h* where -5.5 <= x <= -0.5 and |y + 2.9| < 2,   0.1 h elsewhere

    cut : "drawn", h* = max(h, 12 |y + 2.9|^1.1 + 4.2), of which the level lines in the figure are; "printed", h* =
        min(h, 12 |y + 2.9|^1.1), as in the text, which makes all of -5.5 <= x <= -0.5 minimal and jumps at its ends; None,
        h* = h, a landscape that satisfies Assumption 1.
    shift, centre : a_x and c_x of the text, which prints a_x = 1.5 and no c_x; the defaults put the minima where the
        figure has them.

    Warns with `AssumptionWarning` but for no cut, and raises `ValueError` for another word.

    Source: appendix A.2 (page 25) and Figure 3 (page 20) of the paper; 4.2 and "max" are this book's reading.
    """
    shift, centre = real("shift", shift), real("centre", centre)
    grown = 1 + sympy.exp(sympy.Float(0.4) * (_x - shift - centre))
    u, v = (_x - shift) * grown, _y * grown
    h, name = (u**2 + v - 11) ** 2 + (u + v**2 - 7) ** 2, "modified Himmelblau landscape"
    box = ((-4.2, 4.2), (-4.2, 4.2))
    if cut is None:
        return Landscape(h / 10, bounds=box, name=f"{name} without its cut", symbols=(_x, _y))
    trough = 12 * ((_y + sympy.Float(2.9)) ** 2 + _SPECK) ** sympy.Float(0.55)
    drawn = one_of("cut", cut, ("drawn", "printed")) == "drawn"
    inside = sympy.And(_x >= -5.5, _x <= -0.5, _y > -4.9, _y < -0.9)
    star = sympy.Max(h, trough + sympy.Float(4.2)) if drawn else sympy.Min(h, trough)
    expr = sympy.Piecewise((star, inside), (h, True)) / 10
    return Landscape(expr, bounds=box, name=f"{name} as {cut}", symbols=(_x, _y), allow=("anything",))
