"""Docstrings as MyST: what flows, what is kept, and what is escaped."""

import pytest
from companion.press.reference.docstrings import myst


def shown(docstring):
    return myst(docstring, lambda name: f"[{name}]")


@pytest.mark.parametrize(
    "text, markdown",
    [
        ("q_ij of l*_i and H(|Z|), see `f`", r"q\_ij of l\*\_i and H(\|Z\|), see [f]"),
        ("shape (*n.shape, p) and (*n.shape, k)", r"shape (\*n.shape, p) and (\*n.shape, k)"),
        ("the *smaller* one, and **both of these**", "the *smaller* one, and **both of these**"),
        ("eta * f''(m) < 2, and b's", r"eta \* f′′(m) \< 2, and b's"),
        ('"auto" or "cpu", of "Two words"', '`"auto"` or `"cpu"`, of "Two words"'),
        ("first line\nand second", "first line and second"),
        ("[0, 1) is {x} $5 #3 a~b <c>", r"\[0, 1) is \{x\} \$5 \#3 a\~b \<c\>"),
    ],
)
def test_prose_flows_and_stands_for_itself(text, markdown):
    assert shown(text) == markdown


def test_entries_are_a_list_of_definitions():
    lines = [
        "Parameters",
        "----------",
        "a, b : first",
        "    and more.",
        "c : last. d : of the same line,",
        "lower goes on.",
    ]
    assert shown("\n".join([*lines, "Raises nothing."])).split("\n\n") == [
        "**Parameters**", "`a`, `b`\n: first and more.", "`c`\n: last.", "`d`\n: of the same line, lower goes on.",
        "Raises nothing.",
    ]  # fmt: skip


def test_items_formulas_and_examples_are_kept():
    assert shown("- `a`: one\n  line\n- two") == "- [a]: one line\n\n- two"
    assert shown("Text.\n\n    x_1 = 2\n      + y\n\n    z\n\n>>> 1 + 1\n2") == (
        "Text.\n\n```{code-block} text\nx_1 = 2\n  + y\n\nz\n```\n\n```{code-block} pycon\n>>> 1 + 1\n2\n```"
    )
