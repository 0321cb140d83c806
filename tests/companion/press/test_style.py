"""The look of figures."""

import pytest
from companion.press.style import ink_on

GROUNDS = {
    "black": "white",
    "white": "black",
    "#0072B2": "white",
    "#BDBDBD": "black",
    "#FDE725": "black",
    "#440154": "white",
}


@pytest.mark.parametrize("ground, ink", GROUNDS.items())
def test_numbers_on_a_colour_are_written_in_what_can_be_read(ground, ink):
    assert ink_on(ground) == ink
