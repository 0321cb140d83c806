"""Philox4x32-10 against the known answers published with Random123."""

from fractions import Fraction

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


# The same answers, read as one block each: path and block are the counter's high and low halves, seed is the key.
UNIFORMS = [
    ((0, 0, 0), (0x6627E8D5E169C58D, 0xBC57AC4C9B00DBD8)),
    ((2**64 - 1, 2**64 - 1, 2**64 - 1), (0x408F276D41C83B0E, 0xA20BC7C66D5451FD)),
    ((0x299F31D0A4093822, 0x0370734413198A2E, 0x85A308D3243F6A88), (0xD16CFE0994FDCCEB, 0x5001E42024126EA1)),
]


def on_the_grid(word):
    """The upper 53 of 64 bits, counted from one, in units of 2^-53."""
    return Fraction((word >> 11) + 1, 2**53)


@pytest.mark.parametrize("arguments, words", UNIFORMS)
def test_known_uniforms(arguments, words):
    found = uniform_pair(*map(np.uint64, arguments))
    assert [Fraction(float(u)) for u in found] == [on_the_grid(word) for word in words]


def philox_in_integers(counter, key):
    """Ten rounds as they are defined, in integers of Python."""
    for _ in range(10):
        first, second = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = (second >> 32 ^ counter[1] ^ key[0], second % 2**32, first >> 32 ^ counter[3] ^ key[1], first % 2**32)
        key = ((key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32)
    return counter


def test_uniforms_anywhere_are_those_of_the_definition():
    assert all(philox_in_integers(counter, key) == words for counter, key, words in KNOWN)
    for seed, path, block in np.random.default_rng(0).integers(0, 2**64, (50, 3), dtype=np.uint64):
        halves = [int(n) >> shift & 0xFFFFFFFF for n in (block, path, seed) for shift in (0, 32)]
        words = philox_in_integers(tuple(halves[:4]), tuple(halves[4:]))
        expected = [on_the_grid(words[0] << 32 | words[1]), on_the_grid(words[2] << 32 | words[3])]
        assert [Fraction(float(u)) for u in uniform_pair(seed, path, block)] == expected


def test_uniforms_carry_53_bits_and_never_vanish():
    pairs = np.array([uniform_pair(np.uint64(1), np.uint64(2), np.uint64(k)) for k in range(4000)]).ravel()
    scaled = pairs * 2.0**53
    assert np.all(scaled == np.round(scaled)) and pairs.min() > 0 and pairs.max() <= 1
    assert np.any(scaled % 2**21 != 0)  # 32-bit uniforms would have empty low bits


def test_every_part_of_the_counter_matters():
    base = uniform_pair(np.uint64(1), np.uint64(2), np.uint64(3))
    for changed in ((2**32 + 1, 2, 3), (1, 2**32 + 2, 3), (1, 2, 2**32 + 3)):
        assert uniform_pair(*map(np.uint64, changed)) != base
