"""Named seeds: the same again, others for another root, chapter or name; a name is given once, or shared on purpose."""

import itertools

import numpy as np
import pytest
from companion.ledger.seeds import Seeds, derived


def test_a_seed_is_the_hash_of_its_names():
    assert derived(0, "exit_order", "figure2 0.5") == 3211574880307122304
    assert Seeds("exit_order")("figure2", 0.5) == derived(0, "exit_order", "figure2 0.5")


def test_a_chapter_that_moves_keeps_its_draws():
    moved = {Seeds(name)("a") for name in ("04_exit_order", "31_exit_order", "exit_order")}
    assert len(moved) == 1 and Seeds("04_exit_law")("a") not in moved


def test_every_root_chapter_and_name_has_a_seed_of_its_own():
    roots, chapters, names = (0, 1, -1), ("one", "two"), ("a", "b", "a b", "1")
    found = [
        Seeds(chapter, root)(name, k) for root, chapter, name, k in itertools.product(roots, chapters, names, (None, 1))
    ]
    studies = [derived(seed, word, k) for seed in range(40) for word in ("learning rate", "case") for k in range(40)]
    assert len(set(found + studies)) == 48 + 3200 and all(0 <= seed < 2**63 for seed in found + studies)
    assert max(studies) > 0.99 * 2**63 and min(studies) < 0.01 * 2**63


def test_numbers_are_named_by_their_value():
    assert derived(1, "b", 0.5, 3) == derived(np.int64(1), "b", np.float64(0.5), np.int64(3)) == derived(1, "b 0.5 3")


def test_a_name_is_given_once():
    seeds = Seeds("05_exit_law", 2)
    first = seeds("law", 0.5)
    with pytest.raises(ValueError, match="name = 'law 0.5': handed out before in exit_law.*again=True"):
        seeds("law", 0.5)
    assert seeds.given == {"law 0.5": first}


def test_draws_are_shared_on_purpose():
    seeds = Seeds("engine")
    assert seeds("precision", again=True) == seeds("precision", again=True) == seeds.given["precision"]
    with pytest.raises(ValueError, match="'precision': handed out before"):
        seeds("precision")


@pytest.mark.parametrize("name", [(), ("",), (" ",)])
def test_a_seed_needs_a_name(name):
    with pytest.raises(ValueError, match="name is empty"):
        derived(0, *name)
