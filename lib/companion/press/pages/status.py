"""The status page: how each chapter ran, when, on what machine, with what seeds and versions; and what was recorded of runs
that are too long for a build."""

from __future__ import annotations

from collections.abc import Iterable

from companion.ledger.digits import number
from companion.ledger.recorded import origin_line, recorded
from companion.ledger.records import VERDICTS
from companion.press import book, execute, toc
from companion.press.audit import in_words
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
    ran = {claim["chapter"]: claim["run"] for claim in book.claims(profile) if claim["run"]}
    return "\n".join(
        [
            f"Profile `{profile}`: {total:.0f} s of chapter time, {execute.AT_ONCE} chapters at a time.\n",
            markdown_table(head, rows),
            "## Day, machine and commit\n",
            _by("day, machine and commit", {stem: _machine(run["origin"]) for stem, run in ran.items()}),
            "## Seeds\n",
            _seeds(ran, book.claims(profile)),
            "## Versions\n",
            _by("versions", {r["chapter"]: ", ".join(f"{n} {v}" for n, v in r["versions"].items()) for r in records}),
            fresh_seeds(recorded(f"audit/{profile}")),
            of_profile(recorded("profiles/paper")),
        ]
    )


def of_profile(record: dict | None) -> str:
    """What a profile that is too long for a build came to, chapter by chapter; nothing where none was recorded."""
    if record is None:
        return ""
    head = ["chapter", "run time, min", "peak memory, MiB", *VERDICTS, "unlike the file"]
    rows = [
        [
            f"{{doc}}`/chapters/{stem}`",
            f"{entry['seconds'] / 60:.1f}",
            f"{entry['peak_mib']}",
            *(["failed", "–", "–"] if entry["error"] else [str(entry["verdicts"][verdict]) for verdict in VERDICTS]),
            ", ".join(f"`{r['id']}` ({r['verdict']})" for r in entry["unlike"]) or "none",
        ]
        for stem, entry in record["chapters"].items()
    ]
    missing = [f"{{doc}}`/chapters/{c.stem}`" for c in toc.chapters() if c.stem not in record["chapters"]]
    return "\n".join(
        [
            f"## The profile `{record['profile']}`\n",
            "It takes hours. Chapters were run one or two at a time: how long each took, and its verdicts.\n",
            markdown_table(head, rows),
            _by("day, machine and commit", {stem: _machine(e["origin"]) for stem, e in record["chapters"].items()}),
            f"Not run: {', '.join(missing)}.\n" if missing else "",
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


def _seeds(ran: dict[str, dict], claims: Iterable[dict]) -> str:
    """Roots of the named seeds, and how many were handed out."""
    roots = _by("root of the named seeds", {stem: str(run["parameters"].get("root")) for stem, run in ran.items()})
    given = {(claim["chapter"], name) for claim in claims for name in (claim["run"] or {}).get("seeds", {})}
    return f"A seed is a hash of a root, a chapter and a name. {len(given)} were handed out before claims.\n\n{roots}"


def _machine(origin: dict) -> str:
    vectors = f", vectors of {origin['vectors']}" if origin["vectors"] else ""
    changed = " with uncommitted changes" if origin["tree_changed"] else ""
    day = f"{origin['day']}; " if "day" in origin else ""
    return f"{day}{origin['processor']}{vectors}, {origin['threads']} threads; commit `{origin['commit'][:10]}`{changed}"


def _by(what: str, of_chapter: dict[str, str]) -> str:
    """One row per distinct value, so that chapters run elsewhere or with other versions show as such."""
    stems: dict[str, list[str]] = {}
    for stem, value in of_chapter.items():
        stems.setdefault(value, []).append(stem)
    return markdown_table([what, "chapters run with it"], [[value, ", ".join(names)] for value, names in stems.items()])
