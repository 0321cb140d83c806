"""Names beside points that may lie close to each other: each on the side on which it covers least."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

# Offsets from a point in points, with alignments: right and left of it, above and below, then the corners.
_SIDES = (
    ((6, 0), "left", "center"), ((-6, 0), "right", "center"), ((0, 6), "center", "bottom"), ((0, -6), "center", "top"),
    ((5, 4), "left", "bottom"), ((-5, 4), "right", "bottom"), ((5, -4), "left", "top"), ((-5, -4), "right", "top"),
)  # fmt: skip
_POINT = 4.0  # pixels from the centre of a point to what is beside it


def name_points(axes: Axes, places: Mapping[str, tuple[float, float]], fontsize: float = 8.5) -> None:
    """Writes each name beside its place, in data coordinates; limits and scales of the axes must be those of the end.

    One after the other takes the side on which it overlaps the points and the names before it least, and stays inside.
    """
    axes.figure.canvas.figure.draw_without_rendering()  # panels are laid out: only then are distances known
    dots = {name: axes.transData.transform(place) for name, place in places.items()}
    taken = [Bbox.from_extents(*(dot - _POINT), *(dot + _POINT)) for dot in dots.values()]
    for name, place in places.items():
        tried = [_beside(axes, name, place, side, fontsize) for side in _SIDES]
        boxes = [label.get_window_extent() for label in tried]
        costs = [sum(_common(box, other) for other in taken) + _outside(box, axes.bbox) for box in boxes]
        best = costs.index(min(costs))
        taken.append(boxes[best])
        for k, label in enumerate(tried):
            if k != best:
                label.remove()


def _beside(axes: Axes, name: str, place: tuple[float, float], side: tuple, fontsize: float):
    offset, ha, va = side
    how = {"xytext": offset, "textcoords": "offset points", "ha": ha, "va": va, "fontsize": fontsize}
    return axes.annotate(name, place, annotation_clip=False, **how)


def _common(one: Bbox, other: Bbox) -> float:
    """The area in which two boxes overlap, in square pixels."""
    both = Bbox.intersection(one, other)
    return 0.0 if both is None else both.width * both.height


def _outside(box: Bbox, room: Bbox) -> float:
    """The area of a box that is not in the room, in square pixels."""
    return box.width * box.height - _common(box, room)
