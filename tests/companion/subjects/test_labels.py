"""Names of points close to each other: none on another, none on another's point, all inside."""

from itertools import combinations

import matplotlib.pyplot as plt
import pytest
from companion.subjects.common.labels import name_points
from matplotlib.transforms import Bbox

CLOSE = {"SB": (1.0, 1.0), "SB + Clip": (1.01, 1.005), "LB": (1.02, 0.985), "at the edge": (2.0, 1.2), "Our 1": (0.0, 0.8)}


@pytest.fixture
def axes():
    figure, axes = plt.subplots(figsize=(4.3, 3.5))
    axes.plot(*zip(*CLOSE.values()), "o")
    yield axes
    plt.close(figure)


def test_names_cover_no_name_and_no_other_point_and_stay_inside(axes):
    name_points(axes, CLOSE)
    axes.figure.draw_without_rendering()
    boxes = {label.get_text(): label.get_window_extent() for label in axes.texts}
    assert set(boxes) == set(CLOSE)
    assert not any(one.overlaps(other) for one, other in combinations(boxes.values(), 2))
    for name, box in boxes.items():
        assert Bbox.intersection(box, axes.bbox).bounds == pytest.approx(box.bounds)
        others = [axes.transData.transform(place) for other, place in CLOSE.items() if other != name]
        assert not any(box.contains(*other) for other in others)
