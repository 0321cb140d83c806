"""The status page: how each chapter ran."""

from __future__ import annotations

from companion.press import execute, toc
from companion.press.markdown import markdown_table


def markdown(profile: str) -> str:
    """Run time, peak memory, outcome and versions of each chapter of this build."""
    records = [record for chapter in toc.chapters() if (record := execute.run_record(chapter, profile))]
    head = ["chapter", "run time, s", "peak memory, MiB", "outcome"]
    rows = [
        [
            f"{{doc}}`/chapters/{r['chapter']}`",
            f"{r['seconds']:.0f}",
            f"{r['peak_mib']:.0f}",
            "failed" if r["error"] else "ok",
        ]
        for r in records
    ]
    total = sum(r["seconds"] for r in records)
    return "\n".join(
        [
            f"Profile `{profile}`: {total:.0f} s of chapter time, {execute.AT_ONCE} chapters at a time.\n",
            markdown_table(head, rows),
            "## Versions\n",
            _versions(records),
        ]
    )


def _versions(records: list[dict]) -> str:
    """One row per distinct set of versions, so that chapters run in different environments show as such."""
    sets: dict[tuple, list[str]] = {}
    for record in records:
        sets.setdefault(tuple(record["versions"].items()), []).append(record["chapter"])
    rows = [[", ".join(f"{n} {v}" for n, v in key), ", ".join(stems)] for key, stems in sets.items()]
    return markdown_table(["versions", "chapters run with them"], rows)
