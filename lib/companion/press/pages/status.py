"""The status page: how each chapter ran, on what machine, with what versions."""

from __future__ import annotations

from companion.ledger.recorded import origin_line, recorded
from companion.press import book, execute, toc
from companion.press.audit import in_words
from companion.press.markdown import markdown_table, number


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
    ran = {claim["chapter"]: claim["run"]["origin"] for claim in book.claims(profile) if claim["run"]}
    return "\n".join(
        [
            f"Profile `{profile}`: {total:.0f} s of chapter time, {execute.AT_ONCE} chapters at a time.\n",
            markdown_table(head, rows),
            "## Machine and commit\n",
            _by("machine and commit", {stem: _machine(origin) for stem, origin in ran.items()}),
            "## Versions\n",
            _by("versions", {r["chapter"]: ", ".join(f"{n} {v}" for n, v in r["versions"].items()) for r in records}),
            fresh_seeds(recorded(f"audit/{profile}")),
        ]
    )


def fresh_seeds(record: dict | None) -> str:
    """What became of the verdicts at other seeds; nothing where that was not recorded."""
    if record is None:
        return ""
    alarms = [(f"rules at level {level['false_alarms']:g}: not met", level) for level in record["levels"]]
    alarms.append(("controls of a stated chance: not rejected", record["controls"]))
    defects = set(record["defects"])
    rows = [[what, *(number(a[k], 3) for k in ("claims", "runs", "expected", "seen", "p_value"))] for what, a in alarms]
    claims = [
        [f"`{c['id']}`", c["chapter"], c["expected"], *c["verdicts"].values(), "yes" if c["id"] in defects else "no"]
        for c in record["claims"]
        if c["as_expected"] < c["runs"]
    ]
    return "\n".join(
        [
            "## Fresh seeds\n",
            f"{in_words(record).capitalize()}. {origin_line(record)}\n",
            markdown_table(["claims expected to hold", "claims", "runs", "expected", "seen", "chance of so many"], rows),
            "Claims whose verdict was not always the one on file; a defect is one whose rule failed more often than its "
            "level allows.\n",
            markdown_table(["claim", "chapter", "on file", "holds", "not met", "undecided", "defect"], claims),
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
