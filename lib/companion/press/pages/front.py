"""The front page: README.md with its picture, the counts of verdicts, and what became of the paper's results."""

from __future__ import annotations

from pathlib import Path

import nbformat

from companion import paths
from companion.ledger import records
from companion.press import book, toc
from companion.press.pages import results

COUNTS, PICTURE = "<!-- counts of verdicts -->", "<!-- picture -->"  # where README.md has them
_TAG = "front-page"  # of the cell that draws the picture


def markdown(profile: str, folder: Path) -> str:
    """The page; the picture is written to `folder`/front.svg, and left out where no executed chapter has it."""
    counted = f"In this build (profile `{profile}`), {records.in_words(book.claims(profile))}."
    page = (paths.ROOT / "README.md").read_text().replace(COUNTS, counted)
    return results.replaced(page, profile).replace(PICTURE, _picture(profile, folder))


def _picture(profile: str, folder: Path) -> str:
    for file in (paths.executed(profile) / chapter.name for chapter in toc.chapters()):
        cells = nbformat.read(file, as_version=4).cells if file.exists() else []
        for cell in (cell for cell in cells if _TAG in cell.metadata.get("tags", [])):
            drawn = [data for output in cell.outputs if (data := output.get("data", {}).get("image/svg+xml"))]
            if drawn:
                (folder / "front.svg").write_text(drawn[0])
                alt, caption = cell.metadata["mystnb"]["image"]["alt"], cell.metadata["mystnb"]["figure"]["caption"]
                return f"```{{figure}} {folder.name}/front.svg\n:alt: {alt}\n\n{caption}\n```"
    return ""
