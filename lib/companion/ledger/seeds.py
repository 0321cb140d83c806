"""Named seeds: a hash of root, chapter and name, so that two studies share draws only where they say so.

    seed = SHA-256(root, chapter, name) mod 2^63

Added seeds coincide: `seed + k` here and `seed + 100 * k` there are one at k = 0.
"""

from __future__ import annotations

import hashlib
import re


def derived(seed: int, *name) -> int:
    """A seed in [0, 2^63) of its own for every seed and name. A name is words and numbers, ("eta", 3) the same as "eta 3".

    Raises `ValueError` for no name at all.
    """
    digest = hashlib.sha256(f"{int(seed)} {_text(name)}".encode()).digest()
    return int.from_bytes(digest[-8:], "big") % 2**63


class Seeds:
    """The seeds of one chapter: `seeds("figure2", k)`. Another `root` gives fresh draws throughout. A chapter's number, in
    `04_exit_order`, is no part of its name here: a chapter that moves keeps its draws.

    given : those handed out so far, by name.
    """

    def __init__(self, chapter: str, root: int = 0):
        self.chapter, self.root = re.sub(r"^\d+_", "", chapter), root
        self.given: dict[str, int] = {}

    def __call__(self, *name, again: bool = False) -> int:
        """The seed of a name. `again=True` says that draws are shared with other uses of this name on purpose.

        Raises `ValueError` for a name asked for twice without it.
        """
        text = _text(name)
        if text in self.given and not again:
            raise ValueError(
                f"name = {text!r}: handed out before in {self.chapter}, whose draws would be shared; use another name, say "
                "again=True where they are to be shared, or, if a cell was run twice, run the chapter from its start"
            )
        self.given[text] = derived(self.root, self.chapter, text)
        return self.given[text]


def _text(name: tuple) -> str:
    text = " ".join(map(str, name))
    if not text.strip():
        raise ValueError("name is empty: a seed needs one, such as 'figure2'")
    return text
