"""Philox4x32-10 against the known answers published with Random123."""

import numpy as np
import pytest
from heavysgd.philox import philox4x32, uniform_pair

KNOWN = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize("counter, key, words", KNOWN)
def test_known_answers(counter, key, words):
    assert philox4x32(*map(np.uint64, (*counter, *key))) == words


def test_uniforms_carry_53_bits_and_never_vanish():
    pairs = np.array([uniform_pair(np.uint64(1), np.uint64(2), np.uint64(k)) for k in range(4000)]).ravel()
    scaled = pairs * 2.0**53
    assert np.all(scaled == np.round(scaled)) and pairs.min() > 0 and pairs.max() <= 1
    assert np.any(scaled % 2**21 != 0)  # 32-bit uniforms would have empty low bits


def test_every_part_of_the_counter_matters():
    base = uniform_pair(np.uint64(1), np.uint64(2), np.uint64(3))
    for changed in ((2**32 + 1, 2, 3), (1, 2**32 + 2, 3), (1, 2, 2**32 + 3)):
        assert uniform_pair(*map(np.uint64, changed)) != base
