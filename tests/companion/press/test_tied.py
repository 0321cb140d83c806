"""Formulas are tied to the punctuation at their sides, and to nothing else."""

import pytest
from companion.press.tied import tied

FORMULA = r'<span class="math notranslate nohighlight">\(x &lt; 1\)</span>'


@pytest.mark.parametrize("text", [f"{FORMULA},", f"({FORMULA}", f"({FORMULA}).", f"{FORMULA}-fold"])
def test_punctuation_is_tied(text):
    assert tied(f"Let {text} and {FORMULA} be") == f"Let {expected(text)} and {FORMULA} be"


def expected(text):
    return f'<span class="tied">{text.removesuffix("fold")}</span>{"fold" if text.endswith("fold") else ""}'


@pytest.mark.parametrize("kept", [f"a {FORMULA} b", f"{FORMULA}<em>,</em>", "(a), b.", f", {FORMULA} ("])
def test_all_else_stays(kept):
    assert tied(kept) == kept


def test_two_formulas_are_not_taken_for_one():
    assert tied(f"{FORMULA}, {FORMULA}.").count("tied") == 2
