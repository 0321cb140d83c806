"""Records of claims as files, and what can be said of many: how many hold, and which are not as expected."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from heavysgd.inference import Measured

HOLDS, NOT_MET, UNDECIDED = VERDICTS = ("holds", "not met", "undecided")
STANCES = {
    "supports": "agrees with its source where both speak of the same",
    "limits": "holds at learning rates or noises at which the source's limit is not reached",
    "contradicts": "disagrees with its source",
    "beyond": "goes beyond the paper",
    "engine": "is about this book's own programs",
}


def tally(found: Iterable[dict]) -> dict[str, int]:
    """How many records have each verdict, those with none included."""
    counted = Counter(record["verdict"] for record in found)
    return {verdict: counted[verdict] for verdict in VERDICTS}


def in_words(found: Iterable[dict]) -> str:
    """The tally as one sentence without its point."""
    counted = tally(found)
    total = sum(counted.values())
    return f"of {total} claims {counted[HOLDS]} hold, {counted[NOT_MET]} are not met, {counted[UNDECIDED]} are undecided"


def unexpected(found: Iterable[dict]) -> list[dict]:
    """Records whose verdict is not the one on file."""
    return [record for record in found if record["verdict"] != record["expected"]]


def load(folder: Path) -> list[dict]:
    """All records under a folder, in the order of chapters and claims."""
    return [record for file in sorted(Path(folder).glob("*.json")) for record in of_chapter(file)]


def of_chapter(file: Path) -> list[dict]:
    """The records in one file, which are those of one chapter."""
    return json.loads(file.read_text())


def write(path: Path, found: list[dict] | dict) -> None:
    """The records of one chapter, or a recorded result; a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".part")
    scratch.write_text(json.dumps(found, indent=1))
    scratch.replace(path)


def numbers(predicted, measured: Measured) -> dict:
    """Prediction and measurement as a record keeps them."""
    dof = {} if np.isinf(measured.dof) else {"dof": measured.dof}
    return {"predicted": plain(predicted), "measured": plain(measured.value), "stderr": plain(measured.stderr), **dof}


def plain(value):
    """`value` as JSON keeps it; infinities and nan as text, since JSON has none."""
    if isinstance(value, (np.ndarray, list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(v) for v in value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value
