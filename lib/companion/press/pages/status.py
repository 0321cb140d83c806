"""The status page: how each chapter ran, on what machine, with what versions."""

from __future__ import annotations

from companion import paths
from companion.ledger import records as ledger
from companion.press import execute, toc
from companion.press.markdown import markdown_table


def markdown(profile: str) -> str:
    """Run time, peak memory, outcome, machine and versions of each chapter of this build."""
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
    ran = {claim["chapter"]: claim["run"]["origin"] for claim in ledger.load(paths.claims(profile)) if claim["run"]}
    return "\n".join(
        [
            f"Profile `{profile}`: {total:.0f} s of chapter time, {execute.AT_ONCE} chapters at a time.\n",
            markdown_table(head, rows),
            "## Machine and commit\n",
            _by("machine and commit", {stem: _machine(origin) for stem, origin in ran.items()}),
            "## Versions\n",
            _by("versions", {r["chapter"]: ", ".join(f"{n} {v}" for n, v in r["versions"].items()) for r in records}),
        ]
    )


def _machine(origin: dict) -> str:
    vectors = f", vectors of {origin['vectors']}" if origin["vectors"] else ""
    changed = " with uncommitted changes" if origin["tree_changed"] else ""
    return f"{origin['processor']}{vectors}, {origin['threads']} threads; commit `{origin['commit'][:10]}`{changed}"


def _by(what: str, of_chapter: dict[str, str]) -> str:
    """One row per distinct value, so that chapters run elsewhere or with other versions show as such."""
    stems: dict[str, list[str]] = {}
    for stem, value in of_chapter.items():
        stems.setdefault(value, []).append(stem)
    return markdown_table([what, "chapters run with it"], [[value, ", ".join(names)] for value, names in stems.items()])
